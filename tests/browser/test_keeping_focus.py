"""Whoever works by keyboard stays where they are when a part of the page is made anew and what they pressed is gone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_inbox import draftail_is_known, opened, ticket  # noqa: F401
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.checklist import AddItems
from wagtail_helpdesk.tickets.actions.link_tickets import LinkTickets
from wagtail_helpdesk.tickets.choices import LinkKind


def press(element, key="Enter"):
    element.focus()
    element.press(key)


@pytest.fixture
def listed(desk, ticket):  # noqa: F811
    """The ticket's page has a checklist and a linked ticket."""
    actor = Actor.of_user(desk.agent)
    AddItems(ticket=ticket, texts=["One", "Two", "Three"], actor=actor)()
    other = factories.make_ticket("Another", team=desk.team, mailbox=desk.mailbox, address="eva@example.org")
    LinkTickets(ticket=ticket, other=other, kind=LinkKind.RELATED, actor=actor)()


@pytest.fixture
def checklist(listed, opened):  # noqa: F811
    return opened.get_by_role("region", name="Checklist")


def test_at_the_ends_of_the_checklist(checklist):
    rows = checklist.get_by_role("listitem")
    press(rows.nth(1).get_by_role("button", name="Move up"))
    expect(rows.first).to_contain_text("Two")
    # Nothing that Enter would press: who moved it up once more by mistake has not ticked it.
    expect(rows.first).to_be_focused()
    press(rows.nth(1).get_by_role("button", name="Move down"))
    expect(rows.last).to_contain_text("One")
    expect(rows.last).to_be_focused()


def test_after_something_is_taken_off_the_checklist(checklist):
    press(checklist.get_by_role("button", name="Take off the list").first)
    expect(checklist.get_by_role("listitem")).to_have_count(2)
    expect(checklist.get_by_role("heading", name="Checklist")).to_be_focused()


def test_on_the_button_that_adds(checklist):
    checklist.get_by_label("What is to be done").fill("Four")
    button = checklist.get_by_role("button", name="Add").first
    press(button)
    expect(checklist.get_by_role("listitem")).to_have_count(4)
    expect(button).to_be_focused()


def test_after_a_link_is_taken_away(listed, opened):  # noqa: F811
    links = opened.get_by_role("region", name="Linked tickets")
    press(links.get_by_role("button", name="Take the link to"))
    expect(links.get_by_role("listitem")).to_have_count(0)
    expect(links.get_by_role("heading", name="Linked tickets")).to_be_focused()


def test_through_snooze_and_wake(opened):  # noqa: F811
    menu = opened.locator("#snooze-menu")
    press(menu.locator("summary"))
    press(menu.get_by_role("button", name="Tomorrow").first)
    wake = opened.get_by_role("button", name="Wake it")
    expect(wake).to_be_visible()
    expect(menu.locator("summary")).to_be_focused()
    press(wake)
    expect(wake).to_have_count(0)
    expect(opened.locator("#ticket-subject")).to_be_focused()


def test_when_a_ticket_is_taken(opened):  # noqa: F811
    button = opened.get_by_role("button", name="Assign to me")
    press(button)
    expect(button).to_have_count(0)
    expect(opened.locator("#properties")).to_be_focused()
