"""Accessibility of a page as axe sees it."""

from __future__ import annotations

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

#: Ends what fades or moves: half way, its colours are those of nobody's design. A spinner has no end.
ARRIVED = """async () => {
  await document.fonts.ready;
  document.getAnimations()
    .filter((animation) => animation.effect.getComputedTiming().endTime !== Infinity)
    .forEach((animation) => animation.finish());
}"""


def assert_axe(page: Page, *, within: str | None = None, ignoring: Sequence[str] = ()) -> None:
    """Fail with every violation that axe finds on ``page``, or in the element that the selector ``within`` names.

    ``ignoring`` are ids of axe rules that a part of Wagtail breaks; say at the call which part.
    """
    page.evaluate(ARRIVED)
    results = Axe().run(
        page,
        context=within,
        options={"runOnly": RULES, "rules": {rule: {"enabled": False} for rule in ignoring}},
    )
    found = [
        f"{violation['id']} ({violation['impact']}): {node['html']}\n  {node['failureSummary']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]
    assert not found, "\n".join([f"axe on {page.url}:", *found])
