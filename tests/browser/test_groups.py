"""Grouped lists in a real browser: folding, picking, keys, and rows that go to another group."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_axe
from tests.browser.test_lists import look
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket

LIST = "/admin/helpdesk/inbox/all/?group=assignee"


@pytest.fixture
def tickets(transactional_db, desk):
    """Two of the agent's, one of a colleague's, two of nobody's."""
    made = [factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox, subject=f"q {n}") for n in range(5)]
    for number, person in ((0, desk.agent), (1, desk.agent), (2, desk.colleague)):
        AssignTicket(ticket=made[number], assignee=person, actor=Actor.of_user(person))()
    return made


@pytest.fixture
def listed(page, sign_in, desk, tickets):
    sign_in(page, desk.agent)
    page.goto(LIST)
    return page


def group(page, name):
    return page.get_by_role("region", name=name)


def test_what_is_folded_stays_so_and_is_left_alone(listed, desk, tickets):
    assert_axe(listed, within=".helpdesk-rows")
    expect(listed.get_by_role("heading", level=2, name="Nobody 2")).to_be_visible()
    own = group(listed, "Bruno")
    own.locator("input[name=ticket]").first.click()
    expect(listed.get_by_text("1 selected")).to_be_visible()
    own.get_by_role("button", name="Bruno").first.click()
    expect(own.locator(".helpdesk-row").first).to_be_hidden()
    expect(listed.get_by_text("1 selected")).to_be_hidden()
    listed.keyboard.press("A")
    expect(listed.get_by_text("3 selected")).to_be_visible()
    listed.reload()
    fold = group(listed, "Bruno").locator(".helpdesk-group__fold")
    expect(fold).to_have_attribute("aria-expanded", "false")
    listed.keyboard.press("j")
    expect(group(listed, "Clara").locator(".helpdesk-row__subject")).to_be_focused()
    fold.click()
    listed.keyboard.press("k")
    expect(group(listed, "Bruno").locator(".helpdesk-row__subject").last).to_be_focused()


def test_picking_a_range_over_groups(listed, tickets):
    boxes = listed.locator("input[name=ticket]")
    boxes.nth(1).click()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(listed.get_by_text("3 selected")).to_be_visible()


def test_a_row_goes_beneath_its_new_heading(listed, desk, tickets):
    own, nobody = group(listed, "Bruno"), group(listed, "Nobody")
    AssignTicket(ticket=tickets[3], assignee=desk.agent, actor=Actor.of_user(desk.colleague))()
    AssignTicket(ticket=tickets[2], assignee=None, actor=Actor.of_user(desk.colleague))()
    look(listed)
    expect(own.locator(".helpdesk-row")).to_have_count(3)
    expect(own.locator(".helpdesk-row").last).to_contain_text("q 3")
    expect(own.locator("[data-helpdesk-group-count]")).to_have_text("3")
    expect(nobody.locator(".helpdesk-row").first).to_contain_text("q 2")
    # Nothing is left of a group without tickets.
    expect(group(listed, "Clara")).to_have_count(0)


def test_the_builder_shows_the_groups(page, sign_in, desk, tickets):
    sign_in(page, desk.agent)
    page.goto("/admin/helpdesk/inbox/views/new/?from=all")
    page.locator("#view-grouping").select_option(label="Assignee")
    expect(page.locator(".helpdesk-conditions__groups li")).to_have_count(3)
    page.locator("#view-name").fill("By agent")
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_role("heading", level=2, name="Nobody 2")).to_be_visible()
