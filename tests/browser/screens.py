"""The screens that the browser tests look through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class Screen:
    """What a person has in front of them: a size in pixels, and whether they prefer dark colours."""

    width: int
    height: int
    dark: bool = False

    @property
    def context_options(self) -> dict[str, Any]:
        """Playwright's arguments for a browser context with this screen."""
        return {
            "viewport": {"width": self.width, "height": self.height},
            "color_scheme": "dark" if self.dark else "light",
            "has_touch": self.width < 600,
        }

    def __str__(self) -> str:
        return f"{self.width}x{self.height}{'-dark' if self.dark else ''}"


DESKTOP = Screen(1440, 900)
PHONE = Screen(390, 844)
PHONE_DARK = Screen(390, 844, dark=True)

#: Runs a test on each size and in both colours: ``@every_screen def test_inbox(page): ...``. What fits does not depend
#: on colours, and contrast not on the size, so two screens tell what four would.
every_screen = pytest.mark.parametrize("screen", [DESKTOP, PHONE_DARK], ids=str)
#: The same for what does not depend on colours.
every_size = pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=str)
