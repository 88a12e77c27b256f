"""What tests of these screens share."""

from __future__ import annotations

import pytest

from wagtail_helpdesk.configuration.mail_setup.health_menu import count_faults


@pytest.fixture
def known_health(db: None) -> None:
    """The menu has looked at the mail's health within the last minute, as on nearly every page."""
    count_faults()
