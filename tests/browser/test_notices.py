"""Notices in a real browser: the number in the menu, the page, each agent's choice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_axe
from tests.browser.screens import every_screen
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.notifications.models import Notice, NoticePreference
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket

LONG = "Wörterbuchverlagsmitarbeiterversammlung" * 8
BELL = "[data-helpdesk-unread]"


@pytest.fixture
def told(transactional_db, desk):
    """Bruno's tickets, with something of each kind."""
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")
    AssignTicket(ticket=ticket, assignee=desk.agent, actor=Actor.of_user(desk.manager))()
    factories.add_customer_message(ticket)
    factories.add_note(ticket, desk.colleague, "<p>@bruno see this</p>")
    factories.make_ticket(subject=LONG, name="Q" * 150, team=desk.team, mailbox=desk.mailbox)
    Notice.objects.create(user=desk.agent, ticket=ticket, kind="delivery", what="bounced")
    Notice.objects.create(user=desk.agent, ticket=ticket, kind="held", what="mine")
    return ticket


def number(page):
    return page.locator(BELL).evaluate("element => getComputedStyle(element, '::after').content")


@every_screen
def test_page(page, sign_in, desk, told, screen):
    sign_in(page, desk.agent)
    page.goto("/admin/helpdesk/inbox/notices/")
    if screen.width > 600:
        assert number(page) == '"7"'
    expect(page.get_by_role("link", name="Clara mentioned you in a note")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_axe(page)
    button = page.get_by_role("button", name="Mark all as read").bounding_box()
    assert button["width"] < 200
    page.get_by_role("button", name=f"Mark as read {told.reference}").click()
    expect(page.get_by_role("link", name="Clara mentioned you in a note")).to_have_count(0)
    expect(page.get_by_role("link", name=LONG[:20])).to_be_visible()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_text("Nothing new.")).to_be_visible()


@every_screen
def test_choosing(page, sign_in, desk, transactional_db, screen, watch):
    # Wagtail offers the zones that the machine has; not every browser knows all of them.
    watch.expect("Invalid time zone specified")
    desk.agent.last_name = "Lima"
    desk.agent.save()
    sign_in(page, desk.agent)
    page.goto("/admin/account/#tab-notifications")
    box = page.get_by_role("checkbox", name="New in my team: By mail")
    expect(box).not_to_be_checked()
    box.check()
    page.get_by_label("Mails leave").select_option("daily")
    assert_axe(page, within=".helpdesk-notice-settings")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your account settings have been changed successfully!")).to_be_visible()
    preference = NoticePreference.objects.get(user=desk.agent)
    assert (preference.rhythm, preference.choices["team"]["by_mail"]) == ("daily", True)


def test_number_follows_without_a_reload(new_page, sign_in, desk, told):
    page = new_page(keep=False)
    page.clock.install()
    sign_in(page, desk.agent)
    page.goto("/admin/helpdesk/inbox/all/")
    assert number(page) == '"7"'
    factories.add_customer_message(told)
    page.clock.fast_forward(21_000)
    expect(page.locator(BELL)).to_have_attribute("data-helpdesk-unread", "8")
