"""The lists in a real browser: picking, changing many and undoing, following what happens, turning pages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_axe
from tests.browser.screens import PHONE, every_screen
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox import paging
from wagtail_helpdesk.inbox.bulk import running
from wagtail_helpdesk.inbox.saved.models import InboxPreference, SavedView
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.models import Ticket

DRAFTAIL_STYLES = "Applying inline style violates"
LIST = "/admin/helpdesk/inbox/all/"


@pytest.fixture
def tickets(transactional_db, desk):
    return [factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox) for n in range(4)]


@pytest.fixture
def listed(page, sign_in, desk, tickets):
    """The list of all open tickets."""
    sign_in(page, desk.agent)
    page.goto(LIST)
    return page


def pick(page, *numbers):
    for number in numbers:
        page.locator(".helpdesk-row__pick input").nth(number).click()


def look(page):
    """Do what the page does every few seconds."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_range_with_shift_then_status_and_undo(listed, tickets):
    bar = listed.locator(".helpdesk-bulk__actions")
    expect(bar).to_be_hidden()
    boxes = listed.locator(".helpdesk-row__pick input")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(listed.get_by_text("3 selected")).to_be_visible()
    bar.get_by_text("Status", exact=True).first.click()
    listed.locator("#bulk-status-status").select_option(label="Pending")
    bar.get_by_role("button", name="Status").click()
    expect(listed.get_by_text("3 tickets changed.")).to_be_visible()
    expect(listed.locator(".helpdesk-row .helpdesk-status--pending")).to_have_count(3)
    expect(bar).to_be_hidden()
    listed.get_by_role("button", name="Undo").click()
    expect(listed.locator(".helpdesk-row .helpdesk-status--pending")).to_have_count(0)
    assert Ticket.objects.filter(category=Category.NEW).count() == 4


def test_list_follows_without_moving(listed, desk, tickets):
    AssignTicket(ticket=tickets[1], assignee=desk.colleague, actor=Actor.of_user(desk.colleague))()
    Ticket.objects.filter(pk=tickets[2].pk).update(team=desk.other_team)
    factories.make_ticket("new", team=desk.team, mailbox=desk.mailbox)
    pick(listed, 1)
    look(listed)
    rows = listed.locator(".helpdesk-row")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("Clara")
    expect(listed.get_by_text("1 selected")).to_be_visible()
    expect(listed.locator("[data-view=all]")).to_have_text("4")
    listed.get_by_role("button", name="1 new ticket – show").click()
    expect(rows).to_have_count(4)
    expect(listed.get_by_text("1 selected")).to_be_visible()


def test_a_full_stop_copies_the_number_and_a_second_one_the_subject_too(listed, tickets):
    number, subject = tickets[0].reference, tickets[0].display_subject
    listed.keyboard.press("j")
    listed.keyboard.press(".")
    expect(listed.locator(".helpdesk-toast").last).to_contain_text(number)
    expect(listed.locator(".helpdesk-toast").last).not_to_contain_text(subject)
    listed.keyboard.press(".")
    expect(listed.locator(".helpdesk-toast").last).to_contain_text(f"{number} {subject}")
    # What comes after a full stop means what it always means.
    listed.keyboard.press(".")
    listed.keyboard.press("j")
    expect(listed.locator(".helpdesk-row__subject").nth(1)).to_be_focused()


def test_star_and_back_from_a_ticket(listed, watch, tickets, monkeypatch):
    watch.expect(DRAFTAIL_STYLES)
    monkeypatch.setattr(paging, "PAGE_SIZE", 2)
    listed.reload()
    listed.get_by_role("link", name="Shorter waiting").click()
    expect(listed.locator(".helpdesk-row").first).to_contain_text(tickets[2].reference)
    expect(listed).to_have_url(re.compile("after="))
    listed.get_by_role("button", name=f"Star {tickets[2].reference}").click()
    expect(listed.locator("[data-view=starred]")).to_have_text("1")
    pick(listed, 1)
    listed.get_by_role("link", name=tickets[2].display_subject).first.click()
    expect(listed.locator("#ticket-subject")).to_be_visible()
    listed.locator("[data-helpdesk-key=back]").click()
    expect(listed).to_have_url(re.compile("after="))
    expect(listed.locator(".helpdesk-row").first).to_contain_text(tickets[2].reference)
    expect(listed.get_by_text("1 selected")).to_be_visible()
    listed.go_back()
    expect(listed.locator("#ticket-subject")).to_be_visible()
    listed.go_back()
    expect(listed.locator(".helpdesk-row").first).to_contain_text(tickets[2].reference)
    expect(listed.get_by_text("1 selected")).to_be_visible()


def test_from_view_to_view_without_a_new_page(listed, desk, tickets):
    AssignTicket(ticket=tickets[1], assignee=desk.agent, actor=Actor.of_user(desk.agent))()
    listed.evaluate("window.stays = true")
    listed.locator("[data-view=mine]").click()
    expect(listed).to_have_url(re.compile("/inbox/mine/"))
    expect(listed.locator(".helpdesk-row")).to_have_count(1)
    expect(listed.locator(".helpdesk-views__link[aria-current]")).to_contain_text("Mine")
    expect(listed).to_have_title(re.compile("Mine"))
    # What belongs to the list works in it.
    pick(listed, 0)
    expect(listed.get_by_text("1 selected")).to_be_visible()
    listed.go_back()
    expect(listed.locator(".helpdesk-row")).to_have_count(4)
    listed.keyboard.press("g")
    listed.keyboard.press("m")
    expect(listed.locator(".helpdesk-row")).to_have_count(1)
    assert listed.evaluate("window.stays")


def test_all_that_match_as_a_job(listed, tickets, monkeypatch):
    monkeypatch.setattr(paging, "PAGE_SIZE", 3)
    monkeypatch.setattr(running, "AT_ONCE", 2)
    monkeypatch.setattr("wagtail_helpdesk.inbox.views.bulk.AT_ONCE", 2)
    listed.reload()
    listed.get_by_label("Select all on this page").check()
    listed.get_by_label("all that match").check()
    expect(listed.get_by_text("all 4 that match")).to_be_visible()
    listed.locator(".helpdesk-bulk__actions").get_by_text("More", exact=True).click()
    listed.get_by_role("button", name="Spam").click()
    expect(listed.get_by_text("4 tickets changed.")).to_be_visible()
    expect(listed.locator(".helpdesk-row")).to_have_count(0)
    assert Ticket.objects.filter(category=Category.SPAM).count() == 4


def test_view_is_built_with_a_preview(page, sign_in, desk, tickets):
    sign_in(page, desk.agent)
    page.goto("/admin/helpdesk/inbox/views/new/")
    page.get_by_label("Name").fill("Invoices")
    page.locator("#all-0-field").select_option(label="Subject")
    page.locator("#all-0-value").press_sequentially("invoice")
    expect(page.get_by_text("4 tickets match.")).to_be_visible()
    page.locator("#all-0-value").press_sequentially(" nobody has")
    expect(page.get_by_text("0 tickets match.")).to_be_visible()
    page.locator("#all-0-value").fill("invoice")
    page.get_by_role("button", name="Save view").click()
    expect(page.locator(".helpdesk-views__link[aria-current]")).to_contain_text("Invoices")
    expect(page.locator(".helpdesk-row")).to_have_count(4)


def test_without_javascript(new_page, sign_in, desk, tickets):
    page = new_page(java_script_enabled=False)
    sign_in(page, desk.agent)
    page.goto(LIST)
    pick(page, 0)
    page.locator(".helpdesk-bulk").get_by_text("Add tags").first.click()
    page.locator("#bulk-tag-tags").fill("urgent")
    page.get_by_role("button", name="Add tags").click()
    expect(page.locator(".helpdesk-row .helpdesk-tag")).to_have_text("urgent")


@every_screen
def test_screens_are_accessible_and_fit(page, sign_in, desk, tickets, screen):
    saved = SavedView.objects.create(
        name="Wörterbuchverlag" * 4,
        owner=desk.agent,
        conditions={"all": [{"field": "tag", "operator": "none", "value": None}]},
    )
    InboxPreference.objects.create(user=desk.agent, pinned=[saved.pk])
    factories.make_mailbox(team=desk.team)
    sign_in(page, desk.agent)
    for address in (f"saved-{saved.pk}/", "views/", f"views/{saved.pk}/"):
        page.goto(f"/admin/helpdesk/inbox/{address}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
        assert_axe(page)
    page.goto(LIST)
    pick(page, 0)
    page.locator(".helpdesk-bulk__actions").get_by_text("More", exact=True).click()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert_axe(page)


@pytest.mark.parametrize("screen", [PHONE], ids=str)
def test_triage_with_a_thumb(listed, tickets, screen):
    pick(listed, 0, 1)
    listed.locator(".helpdesk-bulk__actions").get_by_text("Assign", exact=True).first.tap()
    listed.locator("#bulk-assign-assignee").select_option(label="Me")
    listed.get_by_role("button", name="Assign").tap()
    expect(listed.get_by_text("2 tickets changed.")).to_be_visible()
    assert Ticket.objects.filter(assignee__first_name="Bruno").count() == 2
