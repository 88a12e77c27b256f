"""Rows dragged onto another row and onto views; the same stands in the bar above the list."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from wagtail_helpdesk.testing import factories


@pytest.fixture
def tickets(desk, transactional_db):
    return [factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox) for n in range(3)]


@pytest.fixture
def listed(page, desk, tickets, sign_in):
    sign_in(page, desk.agent)
    page.goto(reverse("helpdesk_inbox:view", args=["all"]))
    return page


def row(page, ticket):
    return page.locator(f"#ticket-{ticket.pk}")


def view(page, slug):
    return page.locator(f'[data-helpdesk-action-name="{slug}"]')


def test_onto_a_view(listed, desk, tickets):
    row(listed, tickets[0]).drag_to(view(listed, "mine"))
    expect(row(listed, tickets[0]).locator(".helpdesk-row__assignee")).to_contain_text("B")
    tickets[0].refresh_from_db()
    assert tickets[0].assignee == desk.agent
    listed.locator("[data-helpdesk-undo]").click()
    expect(row(listed, tickets[0]).locator(".helpdesk-row__assignee")).not_to_contain_text("B")
    tickets[0].refresh_from_db()
    assert tickets[0].assignee is None


def test_what_is_picked_goes_along(listed, desk, tickets):
    for ticket in tickets[:2]:
        row(listed, ticket).locator("input[name=ticket]").check()
    row(listed, tickets[0]).drag_to(view(listed, "spam"))
    expect(listed.locator(".helpdesk-row")).to_have_count(1)
    for ticket in tickets:
        ticket.refresh_from_db()
    assert [ticket.category for ticket in tickets] == ["spam", "spam", "new"]


def test_onto_a_row_merges_into_it(listed, desk, tickets):
    row(listed, tickets[2]).drag_to(row(listed, tickets[0]))
    expect(row(listed, tickets[2])).to_have_count(0)
    tickets[2].refresh_from_db()
    assert tickets[2].merged_into == tickets[0]


def test_views_that_take_nothing(listed, desk, tickets):
    """Trash takes the right to delete; drafts are no place for tickets."""
    assert view(listed, "trash").get_attribute("data-helpdesk-drop") is None
    row(listed, tickets[0]).drag_to(view(listed, "trash"))
    row(listed, tickets[0]).drag_to(view(listed, "drafts"))
    expect(listed.locator(".helpdesk-toast")).to_have_count(0)
    tickets[0].refresh_from_db()
    assert (tickets[0].category, tickets[0].assignee) == ("new", None)


def test_light_agents_drag_nothing_but_stars(page, desk, tickets, sign_in):
    sign_in(page, desk.light)
    page.goto(reverse("helpdesk_inbox:view", args=["all"]))
    row(page, tickets[0]).drag_to(row(page, tickets[1]))
    row(page, tickets[0]).drag_to(view(page, "mine"))
    row(page, tickets[0]).drag_to(view(page, "starred"))
    expect(row(page, tickets[0]).locator(".helpdesk-row__star--on")).to_be_visible()
    for ticket in tickets:
        ticket.refresh_from_db()
    assert [(ticket.merged_into, ticket.assignee) for ticket in tickets] == [(None, None)] * 3
