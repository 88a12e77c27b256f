"""Saved replies, articles, colleagues and macros by keyboard, in a real editor under a strict policy."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_axe
from tests.browser.screens import every_screen
from tests.browser.test_inbox import DRAFTAIL_RULES, EDITOR, no_sideways_scrolling
from tests.pages.trees import make_article, make_centre, make_section
from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.automation.models import Macro, MacroQuestion, MacroStep, SavedReply, TicketTemplate
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket


@pytest.fixture(autouse=True)
def draftail_is_known(watch):
    watch.expect("Applying inline style violates .*vendor.js")


@pytest.fixture
def ticket(transactional_db, desk):
    return factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")


@pytest.fixture
def ready(transactional_db, desk):
    pending = default_status(Category.PENDING)
    SavedReply.objects.create(
        name="Refund",
        body="<p>Hello {{ customer.first_name }},</p><p>gladly.</p>",
        scope=Scope.EVERYONE,
        status=pending,
    )
    SavedReply.objects.create(name="Opening hours", body="<p>Nine to five.</p>", scope=Scope.EVERYONE)
    macro = Macro.objects.create(name="Wait", scope=Scope.EVERYONE)
    MacroStep.objects.create(macro=macro, kind="status", status=pending)
    TicketTemplate.objects.create(
        name="Call", scope=Scope.EVERYONE, subject="A call", body="<p>Wheel:</p>", priority=None
    )
    make_article(make_section(make_centre()), "Returning a bicycle")


@pytest.fixture
def opened(page, sign_in, desk, ticket, ready):
    sign_in(page, desk.agent)
    page.goto(f"/admin/helpdesk/tickets/{ticket.pk}/")
    page.locator(EDITOR).click()
    return page


def floating(page):
    return page.locator(".helpdesk-choices--floating")


def test_a_saved_reply_by_its_trigger(opened, ticket):
    opened.keyboard.type("Dear you /rfnd")
    expect(floating(opened).get_by_role("option")).to_have_text("RefundHello {{ customer.first_name }}, gladly.")
    expect(floating(opened).locator(".helpdesk-choices__preview")).to_contain_text("Hello Ana")
    expect(opened.get_by_text("No results")).to_have_count(0)
    opened.keyboard.press("Enter")
    expect(floating(opened)).to_be_hidden()
    expect(opened.locator(EDITOR)).to_have_text(re.compile("^Dear you Hello Ana,\\s*gladly.$"))
    expect(opened.locator(".helpdesk-writing__extras")).to_contain_text("sets Pending")
    opened.keyboard.type(" Bye")
    opened.keyboard.press("Control+Enter")
    expect(opened.locator(".helpdesk-message--scheduled")).to_contain_text("gladly. Bye")
    assert ticket.messages.order_by("-pk").first().on_publish.category == Category.PENDING


def test_a_saved_reply_by_two_colons_and_a_value_by_a_brace(opened):
    opened.keyboard.type("Dear ::rfnd")
    expect(floating(opened).get_by_role("option")).to_have_count(1)
    opened.keyboard.press("Escape")
    opened.keyboard.press("Control+a")
    opened.keyboard.press("Delete")
    opened.keyboard.type("Dear {customer.na")
    expect(floating(opened).get_by_role("option").first).to_contain_text("Ana Souza")
    opened.keyboard.press("Enter")
    opened.keyboard.type(", at 12:30 a::b {{ x }}")
    expect(opened.locator(EDITOR)).to_have_text("Dear Ana Souza, at 12:30 a::b {{ x }}")
    expect(floating(opened)).to_be_hidden()


def test_a_list_one_does_not_want(opened):
    opened.keyboard.type("and/or 1/2 ")
    expect(floating(opened)).to_have_count(0)
    opened.keyboard.type("/ref")
    expect(floating(opened)).to_be_visible()
    opened.keyboard.press("Escape")
    expect(floating(opened)).to_be_hidden()
    opened.keyboard.type("u")
    opened.keyboard.press("Enter")
    opened.keyboard.type("x")
    expect(opened.locator(EDITOR)).to_have_text(re.compile("and/or 1/2 /refu\\s*x"))


def test_an_article_and_a_ticket(opened, ticket):
    opened.keyboard.type("See ??bicy")
    expect(floating(opened).get_by_role("option")).to_have_count(1)
    opened.keyboard.press("Enter")
    expect(opened.locator(f"{EDITOR} a")).to_have_text("Returning a bicycle")
    opened.keyboard.type(" and ??bicy")
    expect(floating(opened).get_by_role("option")).to_have_count(1)
    opened.keyboard.press("Shift+Enter")
    expect(opened.locator(EDITOR)).to_contain_text("Wait a day.")
    expect(opened.locator('input[name="cited_article"]')).to_have_count(1)


def test_a_colleague_in_a_note_only(opened):
    opened.keyboard.type("@cla")
    expect(floating(opened)).to_have_count(0)
    opened.keyboard.press("Control+a")
    opened.keyboard.press("Delete")
    opened.locator(".helpdesk-composer__mode--note").click()
    opened.locator(EDITOR).click()
    opened.keyboard.type("@cla")
    expect(floating(opened).get_by_role("option").first).to_contain_text("Clara")
    opened.keyboard.press("Tab")
    expect(opened.locator(EDITOR)).to_have_text(re.compile("@Clara"))


def test_the_panels(opened, ticket):
    opened.keyboard.type("Before. ")
    opened.locator("summary", has_text="Saved replies").click()
    expect(opened.locator("#pick-replies")).to_be_focused()
    opened.keyboard.type("open")
    expect(opened.locator("#pick-replies-list").get_by_role("option")).to_have_count(1)
    opened.keyboard.press("Enter")
    expect(opened.locator(EDITOR)).to_have_text("Before. Nine to five.")
    opened.locator("summary", has_text="Macros").press("Enter")
    expect(opened.locator(".helpdesk-picker[open] .helpdesk-macro")).to_contain_text("Pending")
    assert_axe(opened, ignoring=DRAFTAIL_RULES)
    opened.keyboard.press("Enter")
    expect(opened.locator("#ticket-head")).to_contain_text("Pending")
    expect(opened.locator(EDITOR)).to_have_text("Before. Nine to five.")
    opened.locator(".helpdesk-toast").get_by_role("button", name="Undo").click()
    expect(opened.locator(".helpdesk-toast").last).to_be_visible()
    ticket.refresh_from_db()
    assert ticket.category == Category.NEW


def test_a_new_ticket(page, sign_in, desk, ticket, ready):
    sign_in(page, desk.agent)
    page.goto("/admin/helpdesk/tickets/new/")
    page.get_by_label("E-mail address").fill("ana@")
    expect(page.locator("#new-people").get_by_role("option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_have_value("Ana Souza")
    expect(page.locator("#new-duplicates")).to_contain_text(ticket.reference)
    page.get_by_label("Subject").fill("Mine")
    page.get_by_label("Template").select_option(label="Call")
    expect(page.locator(EDITOR)).to_have_text("Wheel:")
    expect(page.get_by_label("Subject")).to_have_value("Mine")
    # Into the agent's own team: who gives a ticket away is led back to the list.
    page.locator("select[name=team]").select_option(label=desk.team.name)
    page.get_by_role("button", name="Open the ticket").click()
    page.wait_for_url(re.compile(r"/tickets/\d+/$"))
    assert Ticket.objects.get(subject="Mine").requester == ticket.requester


@every_screen
def test_new_ticket_fits_and_is_accessible(page, sign_in, desk, ticket, ready, screen):
    sign_in(page, desk.agent)
    page.goto("/admin/helpdesk/tickets/new/")
    assert no_sideways_scrolling(page)
    assert_axe(page, ignoring=DRAFTAIL_RULES)


def test_a_macros_rows_show_their_fields(page, sign_in, desk, ready):
    sign_in(page, desk.manager)
    page.goto("/admin/snippets/wagtail_helpdesk/macro/add/")
    row = page.locator("[data-inline-panel-child]").first
    expect(row.get_by_label("status", exact=False).first).to_be_visible()
    row.locator('[name="steps-0-kind"]').select_option("note")
    expect(row.locator('[name="steps-0-status"]')).to_be_hidden()
    page.get_by_role("button", name="Add action").click()
    expect(page.locator("[data-inline-panel-child]")).to_have_count(2)


def test_a_macro_asks_before_it_is_run(opened, ticket, ready):
    macro = Macro.objects.create(name="Refund it", scope=Scope.EVERYONE)
    MacroQuestion.objects.create(macro=macro, name="amount", label="How much?")
    MacroStep.objects.create(macro=macro, kind="note", body="<p>Refund of {{ ask.amount }}</p>")
    picker = opened.locator(".helpdesk-picker", has_text="Macros")
    picker.locator("summary").click()
    expect(picker.locator("input").first).to_be_focused()
    opened.keyboard.type("refund it")
    expect(opened.locator(".helpdesk-macro__text")).to_contain_text("[[ask.amount]]")
    opened.keyboard.press("Enter")
    expect(opened.get_by_label("How much?")).to_be_focused()
    opened.keyboard.press("Enter")
    assert ticket.messages.count() == 1, "it has to be answered"
    opened.keyboard.type("12 pounds")
    expect(opened.get_by_label("How much?")).to_have_value("12 pounds")
    opened.keyboard.press("Tab")
    expect(opened.locator(".helpdesk-macro__text")).to_have_text("Refund of 12 pounds")
    assert_axe(opened, ignoring=DRAFTAIL_RULES)
    opened.get_by_label("How much?").press("Enter")
    expect(opened.locator(".helpdesk-message--note")).to_contain_text("Refund of 12 pounds")


def test_a_link_to_an_article_from_the_palette(opened):
    opened.keyboard.type("See ")
    opened.keyboard.press("Escape")
    opened.keyboard.press("Control+k")
    opened.keyboard.type("returning")
    opened.get_by_role("option", name="Put a link to “Returning a bicycle” into the answer").click()
    expect(opened.locator(EDITOR)).to_contain_text("Returning a bicycle")
