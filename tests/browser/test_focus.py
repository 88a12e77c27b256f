"""A view worked through without a mouse, on a wide screen and on a phone."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.axe import assert_axe
from tests.browser.screens import every_screen
from wagtail_helpdesk.inbox.focus.models import FocusSession
from wagtail_helpdesk.testing import factories

EDITOR = ".public-DraftEditor-content"


@pytest.fixture(autouse=True)
def draftail_is_known(watch):
    watch.expect("Applying inline style violates .*vendor.js")


@pytest.fixture
def tickets(transactional_db, desk):
    made = []
    for number, words in enumerate(("The first question", "The second question", "The third question")):
        with time_machine.travel(timezone.now() - timedelta(hours=3 - number), tick=False):
            made.append(factories.make_ticket(words, subject=words, team=desk.team, mailbox=desk.mailbox))
    return made


def look(page, name):
    """Keep a picture where somebody wants to see it."""
    if folder := os.environ.get("HELPDESK_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


@every_screen
def test_through_a_view_with_keys(page, screen, sign_in, watch, desk, tickets):
    watch.expect("422")
    sign_in(page, desk.agent)
    page.goto("/admin/helpdesk/inbox/unassigned/")
    expect(page.locator(".helpdesk-row__subject").first).to_be_visible()
    look(page, f"list-{screen}")
    with page.expect_navigation():
        page.keyboard.press("f")
    subject, bar = page.locator("#ticket-subject"), page.locator("#focus-bar")
    expect(subject).to_have_text("The first question")
    expect(bar.get_by_role("status")).to_have_text("3 left")
    expect(page.locator(".helpdesk-slim")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    look(page, f"ticket-{screen}")
    # Nothing was done: why go on?
    page.keyboard.press("j")
    expect(page.locator("#skip-menu")).to_contain_text("Nothing was done with it yet")
    expect(page.locator("#skip-reason_0")).to_be_focused()
    look(page, f"skip-{screen}")
    assert_axe(page, within="#focus-bar")
    page.get_by_label("waits for a colleague").check()
    with page.expect_navigation():
        page.locator("#skip-menu").get_by_role("button", name="Skip").click()
    expect(subject).to_have_text("The second question")
    expect(bar.get_by_role("status")).to_have_text("2 left")
    page.locator(EDITOR).click()
    page.keyboard.type("My answer.")
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    expect(subject).to_have_text("The third question")
    expect(bar.get_by_role("status")).to_have_text("1 left")
    page.keyboard.press("y")
    expect(page.locator("#skip-reason_0")).to_be_focused()
    page.get_by_label("takes longer").check()
    with page.expect_navigation():
        page.locator("#skip-menu").get_by_role("button", name="Skip").click()
    expect(page.get_by_role("heading", name="“Unassigned” is done.")).to_be_visible()
    look(page, f"done-{screen}")
    assert_axe(page, within="#main")
    page.get_by_role("button", name="End").click()
    expect(page.get_by_text("1 answered, 0 resolved, 2 skipped")).to_be_visible()
    look(page, f"over-{screen}")


def test_escape_twice_ends_it_and_a_reload_does_not(page, sign_in, desk, tickets):
    sign_in(page, desk.agent)
    page.goto("/admin/helpdesk/inbox/unassigned/")
    page.get_by_role("button", name="Work through").click()
    page.reload()
    expect(page.locator("#focus-bar")).to_be_visible()
    expect(page.locator("#ticket-subject")).to_have_text("The first question")
    page.keyboard.press("?")
    expect(page.locator("[data-shortcut=focus_end]")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#ticket-subject").click()
    with page.expect_navigation():
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    expect(page.get_by_text("The focus session is over")).to_be_visible()
    assert not FocusSession.objects.exists()


def test_a_status_brings_the_next_ticket(page, sign_in, desk, tickets):
    sign_in(page, desk.agent)
    page.goto("/admin/helpdesk/inbox/unassigned/")
    page.get_by_role("button", name="Work through").click()
    expect(page.locator("#ticket-subject")).to_have_text("The first question")
    with page.expect_navigation():
        page.get_by_label("Status").select_option(label="Resolved")
    expect(page.locator("#ticket-subject")).to_have_text("The second question")
