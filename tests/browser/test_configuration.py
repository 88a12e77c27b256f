"""The administrator's screens in a real browser: nothing complains, nothing is cut off, axe finds nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.axe import assert_axe
from tests.browser.screens import every_screen
from tests.configuration.test_mail_log import arrived, left
from wagtail_helpdesk.mail.choices import InboundState, MailOutcome, OutboundState


@pytest.fixture
def addresses(desk: Any, ticket: Any) -> dict[str, str]:
    """Each screen with something on it, long words included."""
    mail = arrived(ticket, "W" * 200, reason="T3")
    mail.deliveries.create(mailbox=ticket.mailbox, origin="import")
    failed = arrived(None, "Broken", state=InboundState.FAILED, outcome=MailOutcome.FAILED, reason="could not be filed")
    ours = left(ticket, desk.agent, OutboundState.UNCERTAIN)
    kinds = {"teams": desk.team, "mailboxes": desk.mailbox, "statuses": ticket.status, "priorities": ticket.priority}
    settings = {
        f"{name}-{action}": reverse(f"helpdesk_settings_{name}_modeladmin_{action}", args=[row.pk] if with_row else [])
        for name, row in kinds.items()
        for action, with_row in (("index", False), ("edit", True))
    }
    return {
        **settings,
        "delete": reverse("helpdesk_settings_teams_modeladmin_delete", args=[desk.team.pk]),
        "log": reverse("helpdesk_mail_log:index"),
        "mail": reverse("helpdesk_mail_log:mail", args=[mail.pk]),
        "failed": reverse("helpdesk_mail_log:mail", args=[failed.pk]),
        "outgoing": reverse("helpdesk_outgoing_mail:index"),
        "ours": reverse("helpdesk_outgoing_mail:mail", args=[ours.pk]),
        "history": reverse("wagtailsnippets_wagtail_helpdesk_ticket:history", args=[ticket.pk]),
        "trash": reverse("wagtailsnippets_wagtail_helpdesk_ticket:delete", args=[ticket.pk]),
    }


@every_screen
def test_every_screen(page: Page, sign_in, desk, addresses, screen):
    sign_in(page, desk.administrator)
    wide = []
    for name, address in addresses.items():
        page.goto(address)
        if page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth"):
            wide.append(name)
        assert_axe(page)
    assert wide == []


def test_status_is_edited_by_keyboard(page: Page, sign_in, desk, addresses):
    sign_in(page, desk.administrator)
    page.goto(addresses["statuses-edit"])
    page.get_by_label("Label for customers (Español)").fill("Nuevo")
    page.keyboard.press("Control+s")
    page.wait_for_url(addresses["statuses-index"])
    page.goto(addresses["statuses-edit"])
    assert page.get_by_label("Label for customers (Español)").input_value() == "Nuevo"
