"""Fields that an administrator added, in a browser: saved when one leaves them, offered, hidden where they are not."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from wagtail.models import Page, Site

from tests.browser.axe import assert_axe
from tests.browser.screens import every_screen
from wagtail_helpdesk.desk.models import TicketType
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.custom_fields.models import TicketField

PANEL = "#ticket-properties"


@pytest.fixture(autouse=True)
def draftail_is_known(watch):
    watch.expect("Applying inline style violates .*vendor.js")


@pytest.fixture
def fields(desk, transactional_db):
    TicketType.objects.create(name="Fault")
    root = Site.objects.get(is_default_site=True).root_page
    root.add_child(instance=Page(title="Lamp One", slug="lamp-one"))
    for name, kind, values in (
        ("Order", "text", {"help_text": "As on the bill."}),
        ("Extras", "choices", {"options_text": "Ink\nPaper"}),
        ("Lamp", "reference", {"target": "wagtailcore.page"}),
    ):
        TicketField.objects.create(name=name, key=name.lower(), kind=kind, **values)


@pytest.fixture
def opened(page, desk, ticket, fields, sign_in):
    sign_in(page, desk.agent)
    page.goto(reverse("helpdesk_tickets:ticket", args=[ticket.pk]))
    return page


def saved(page, ticket):
    expect(page.locator(f"{PANEL} [role=status]")).to_have_text("Saved.")
    ticket.refresh_from_db()
    return ticket.custom_fields


def test_saved_when_one_leaves_them(opened, ticket):
    opened.get_by_label("Order", exact=True).fill("A 12")
    opened.keyboard.press("Tab")
    assert saved(opened, ticket) == {"order": "A 12"}
    opened.get_by_label("Ink", exact=True).check()
    opened.get_by_label("Paper", exact=True).check()
    opened.get_by_label("Due").fill("2026-12-24")
    opened.get_by_label("Order", exact=True).focus()
    expect(opened.locator("#ticket-head .helpdesk-due")).to_be_visible()
    ticket.refresh_from_db()
    assert ticket.custom_fields == {"order": "A 12", "extras": ["Ink", "Paper"]}
    assert str(ticket.due_on) == "2026-12-24"


def test_offered_while_one_types(opened, ticket):
    field = opened.get_by_label("Lamp", exact=True)
    field.press_sequentially("lamp")
    offered = opened.locator("[data-helpdesk-reference-target=list] option")
    expect(offered).to_have_count(1)
    field.fill(offered.get_attribute("value"))
    opened.keyboard.press("Tab")
    assert saved(opened, ticket)["lamp"]["title"] == "Lamp One"


@every_screen
def test_nothing_runs_out_and_axe_is_content(opened, screen):
    assert_axe(opened, within=PANEL)
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_fields_of_another_mailbox_are_hidden(page, desk, fields, sign_in):
    other = factories.make_mailbox("other@desk.example", team=desk.team)
    TicketField.objects.get(key="order").mailboxes.add(other)
    sign_in(page, desk.agent)
    page.goto(reverse("helpdesk_tickets:new"))
    page.get_by_label("Mailbox").select_option(str(desk.mailbox.pk))
    expect(page.get_by_label("Order", exact=True)).to_be_hidden()
    expect(page.get_by_label("Ink", exact=True)).to_be_visible()
    page.get_by_label("Mailbox").select_option(str(other.pk))
    expect(page.get_by_label("Order", exact=True)).to_be_visible()
