"""What a ticket comes to, in a real browser: the day on which it closes, and one answer to all its parts."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.axe import assert_axe
from tests.browser.test_inbox import (  # noqa: F401
    draftail_is_known,
    opened,
    ticket,
    type_answer,
)
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.link_tickets import link_tickets
from wagtail_helpdesk.tickets.choices import LinkKind


def test_closes_on_a_day_that_is_chosen_by_keyboard(opened, watch, ticket):  # noqa: F811
    watch.expect("422")
    opened.locator("#ticket-subject").focus()
    opened.keyboard.press("Shift+H")
    expect(opened.locator("#close-on-menu")).to_have_attribute("open", "")
    assert_axe(opened, within="#ticket-head")
    opened.locator("#close-on-when").fill("when pigs fly")
    opened.keyboard.press("Enter")
    expect(opened.locator("#close-on-when-error")).to_be_visible()
    opened.locator("#close-on-when").fill("3 days")
    opened.keyboard.press("Enter")
    expect(opened.locator("#ticket-head .helpdesk-sleep")).to_contain_text("Closes by itself on")
    expect(opened.locator("#ticket-head .helpdesk-status")).to_have_text("Pending")
    opened.get_by_role("button", name="Take the date away").click()
    expect(opened.locator("#ticket-head .helpdesk-sleep")).to_have_count(0)
    ticket.refresh_from_db()
    assert (ticket.category, ticket.close_on) == (Category.PENDING, None)


def test_what_stands_in_the_answer_goes_to_all_parts(page, sign_in, desk, ticket):  # noqa: F811
    for name in ("Ben Open", "Cleo Open"):
        child = factories.make_ticket(name, name=name, team=desk.team, mailbox=desk.mailbox)
        link_tickets(source=child, target=ticket, kind=LinkKind.CHILD, actor=Actor.system())
    sign_in(page, desk.agent)
    page.goto(f"/admin/helpdesk/tickets/{ticket.pk}/")
    type_answer(page, "Hello {{ customer.first_name|there }}")
    page.get_by_role("button", name="Reply to all parts").click()
    expect(page.get_by_role("heading", name="Goes to 2 tickets")).to_be_visible()
    expect(page.get_by_text("Hello Ben")).to_be_visible()
    assert_axe(page)
    page.get_by_role("button", name="Send to 2 tickets").click()
    expect(page.get_by_text("2 tickets changed.")).to_be_visible()
    texts = sorted(message.text.strip() for message in Message.objects.filter(direction="outbound"))
    assert texts == ["Hello Ben", "Hello Cleo"]
