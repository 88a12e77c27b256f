"""A customer under a tracking link: reads, answers, closes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_axe
from tests.browser.screens import every_screen
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.participants import token_for
from wagtail_helpdesk.tickets.choices import TokenPurpose

LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitän" * 6
ATTACK = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


def link_of(ticket):
    token = token_for(ticket.participants.get(), TokenPurpose.PORTAL)
    return f"/helpdesk/t/{token.signed}/"


@pytest.fixture
def ticket(transactional_db, desk):
    ticket = factories.make_ticket(
        "Hello, the invoice of March is wrong.\n\nSee https://example.org/invoice", team=desk.team, mailbox=desk.mailbox
    )
    factories.add_reply(ticket, desk.agent, "<p>We have <b>corrected</b> it:</p><ul><li>tax id</li><li>sum</li></ul>")
    factories.add_customer_message(
        ticket,
        "Thank you. Formatted.",
        html=f'<p style="color:#00f">Thank you. <b>Formatted.</b></p><p>{"line<br>" * 40}</p>{ATTACK}',
        files=(NewFile("contract.pdf", b"%PDF-1.4"),),
    )
    return ticket


@every_screen
def test_conversation(page, ticket):
    page.goto(link_of(ticket))
    expect(page.get_by_role("heading", level=1)).to_have_text(ticket.subject)
    expect(page.get_by_role("article")).to_have_count(3)
    assert_axe(page, within="main")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Your answer").fill("Any news?")
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_role("status")).to_contain_text("has reached us")
    expect(page.get_by_role("article").last).to_contain_text("Any news?")
    assert_axe(page, within="main")
    page.get_by_role("button", name=re.compile("close it")).click()
    expect(page.get_by_role("status")).to_contain_text("is closed")
    ticket.refresh_from_db()
    assert ticket.category == Category.RESOLVED


def test_formatted_message_in_its_frame(page, ticket):
    page.goto(link_of(ticket))
    page.get_by_text("As it was written").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Formatted.")).to_be_visible()
    # As high as its message: nothing scrolls inside.
    expect(page.locator("iframe")).to_have_attribute("style", re.compile(r"height: \d{3,4}px"))
    body = frame.locator("body")
    expect(body.locator("script, [onerror]")).to_have_count(0)
    assert body.evaluate("body => body.scrollHeight <= innerHeight")
    assert page.title() not in ("1", "2")


def test_without_javascript(new_page, ticket, watch):
    watch.expect("422")
    page = new_page(java_script_enabled=False)
    page.goto(link_of(ticket))
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_role("alert")).to_contain_text("check the marked fields")
    page.get_by_label("Your answer").fill("Any news?")
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_role("article").last).to_contain_text("Any news?")
    page.reload()
    expect(page.get_by_role("article")).to_have_count(4)
    page.get_by_text("As it was written").click()
    expect(page.frame_locator("iframe").get_by_text("Formatted.")).to_be_visible()


def test_errors_get_the_focus(page, ticket, watch):
    watch.expect("422")
    page.goto(link_of(ticket))
    page.get_by_role("button", name="Send answer").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Your answer")).to_have_accessible_description(re.compile("Write your answer"))
    assert_axe(page, within="main")


def test_by_keyboard_alone(page, ticket):
    page.goto(link_of(ticket))
    page.get_by_label("Your answer").focus()
    page.keyboard.type("Any news?")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Send answer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("has reached us")


def test_file_is_saved(page, ticket):
    page.goto(link_of(ticket))
    with page.expect_download() as download:
        page.get_by_role("link", name="contract.pdf").click()
    assert download.value.suggested_filename == "contract.pdf"


@every_screen
def test_long_words_and_other_directions(page, transactional_db, desk):
    ticket = factories.make_ticket(
        f"{LONG_WORD}\n\nمرحبا، الفاتورة خاطئة", subject=f"{LONG_WORD} {ATTACK}", name=f"أحمد {ATTACK}", team=desk.team
    )
    page.goto(link_of(ticket))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.get_by_role("heading", level=1)).to_contain_text(ATTACK)
    assert_axe(page, within="main")


def test_bad_link(page, watch, transactional_db):
    watch.expect("404")
    page.goto("/helpdesk/t/aaaaaaaaaaaaaaaaaaaaaaaaaa/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
    assert_axe(page, within="main")
