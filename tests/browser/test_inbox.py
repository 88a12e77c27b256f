"""The inbox in a real browser: answering, undoing, changing and triaging, on each screen and by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_axe
from tests.browser.screens import DESKTOP, PHONE, every_screen
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus

EDITOR = ".public-DraftEditor-content"
#: Wagtail's own editor: its field has no accessible name, and it puts a style element into the page.
DRAFTAIL_RULES = ["aria-input-field-name"]
LONG = "Wörterbuchverlagsmitarbeiterversammlung" * 8


@pytest.fixture(autouse=True)
def draftail_is_known(watch):
    watch.expect("Applying inline style violates .*vendor.js")


@pytest.fixture
def ticket(transactional_db, desk):
    ticket = factories.make_ticket(
        "Hello, the invoice of March is wrong.", team=desk.team, mailbox=desk.mailbox, address="ana@example.org"
    )
    factories.add_note(ticket, desk.light)
    return ticket


@pytest.fixture
def opened(page, sign_in, desk, ticket):
    """The ticket's page, opened by the agent."""
    sign_in(page, desk.agent)
    page.goto(f"/admin/helpdesk/tickets/{ticket.pk}/?view=all")
    expect(page.locator(EDITOR)).to_be_visible()
    return page


def type_answer(page, text):
    page.locator(EDITOR).click()
    page.keyboard.type(text)


def reply_of(ticket):
    return ticket.messages.filter(direction="outbound").get()


class TestAnswering:
    def test_by_keyboard_then_undo_brings_it_back(self, opened, ticket):
        type_answer(opened, "Dear Ana, it is corrected.")
        # Sent at once after the last letter: the editor itself would not have it in its field yet.
        opened.keyboard.press("Control+Enter")
        scheduled = opened.locator(".helpdesk-message--scheduled")
        expect(scheduled).to_contain_text("Dear Ana, it is corrected.")
        expect(scheduled).to_contain_text(re.compile(r"Leaves in \d+ s"))
        scheduled.get_by_role("button", name="Undo").click()
        expect(opened.locator(EDITOR)).to_contain_text("Dear Ana, it is corrected.")
        assert reply_of(ticket).state == MessageState.CANCELLED

    def test_send_and_resolve(self, opened, ticket):
        type_answer(opened, "Done.")
        opened.get_by_role("button", name="More actions").click()
        opened.get_by_role("button", name="Send and resolve").click()
        expect(opened.locator(".helpdesk-message--scheduled")).to_contain_text("then: Resolved")
        assert reply_of(ticket).on_publish.category == Category.RESOLVED

    def test_note_looks_different_and_stays_inside(self, opened, ticket):
        colour = "element => getComputedStyle(element).backgroundColor"
        before = opened.locator("#composer").evaluate(colour)
        opened.locator(".helpdesk-composer__mode--note").click()
        assert opened.locator("#composer").evaluate(colour) != before
        expect(opened.get_by_text("Only agents read this.")).to_be_visible()
        expect(opened.get_by_role("button", name="Send", exact=True)).to_be_hidden()
        type_answer(opened, "Between us.")
        opened.get_by_role("button", name="Add note").click()
        expect(opened.locator(".helpdesk-message--note").last).to_contain_text("Between us.")
        assert not ticket.messages.filter(direction="outbound").exists()

    def test_newer_message_is_shown_and_nothing_lost(self, opened, watch, ticket):
        watch.expect("422")
        type_answer(opened, "My answer.")
        opened.locator("#composer-files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"aaa"})
        factories.add_customer_message(ticket, "I found it meanwhile")
        opened.get_by_role("button", name="Send", exact=True).click()
        expect(opened.get_by_role("alert").first).to_contain_text("1 message arrived while you were writing")
        expect(opened.get_by_text("I found it meanwhile")).to_be_visible()
        expect(opened.locator(EDITOR)).to_contain_text("My answer.")
        opened.get_by_role("button", name="Send anyway").click()
        expect(opened.locator(".helpdesk-message--scheduled")).to_contain_text("My answer.")
        assert [file.display_name for file in reply_of(ticket).attachments.all()] == ["a.txt"]

    def test_server_out_of_reach(self, opened, watch, ticket):
        watch.expect("ERR_FAILED|Failed to load")
        opened.route("**/write/*", lambda route: route.abort())
        type_answer(opened, "My answer.")
        opened.get_by_role("button", name="Send", exact=True).click()
        expect(opened.locator(".helpdesk-composer__refusal")).to_contain_text("Your text is still here")
        expect(opened.locator(EDITOR)).to_contain_text("My answer.")

    def test_undo_leaves_what_is_being_written(self, page, sign_in, desk, ticket):
        factories.add_reply(ticket, desk.agent, "<p>Too early</p>", delay=300)
        sign_in(page, desk.agent)
        page.goto(f"/admin/helpdesk/tickets/{ticket.pk}/")
        type_answer(page, "Another answer")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("It was taken back")).to_have_count(2)
        expect(page.locator(EDITOR)).to_contain_text("Too early")
        expect(page.locator(EDITOR)).to_contain_text("Another answer")


class TestFields:
    def test_saved_when_chosen_beside_a_half_written_answer(self, opened, desk, ticket):
        type_answer(opened, "Half an answer")
        opened.get_by_label("Status").select_option(label="Pending")
        expect(opened.get_by_text("Saved.")).to_be_visible()
        expect(opened.locator("#ticket-head")).to_contain_text("Pending")
        expect(opened.locator(EDITOR)).to_contain_text("Half an answer")
        opened.get_by_role("button", name="Assign to me").click()
        expect(opened.get_by_label("Assignee")).to_have_value(str(desk.agent.pk))
        ticket.refresh_from_db()
        assert (ticket.category, ticket.assignee) == (Category.PENDING, desk.agent)

    def test_conflict_is_told(self, opened, watch, desk, ticket):
        watch.expect("409")
        ChangeStatus(ticket=ticket, status=default_status(Category.PENDING), actor=Actor.of_user(desk.colleague))()
        opened.get_by_label("Status").select_option(label="Resolved")
        expect(opened.get_by_role("alert").filter(has_text="Somebody else set the status")).to_be_visible()
        ticket.refresh_from_db()
        assert ticket.category == Category.PENDING
        opened.get_by_role("button", name="Save", exact=True).click()
        expect(opened.locator("#ticket-head")).to_contain_text("Resolved")

    def test_tags(self, opened, ticket):
        opened.get_by_role("textbox", name="Add a tag").fill("billing")
        opened.get_by_label("Priority").focus()
        expect(opened.get_by_text("Saved.")).to_be_visible()
        assert list(ticket.tags.names()) == ["billing"]


class TestForeignHtml:
    def test_frame_is_as_high_as_its_content_and_runs_nothing(self, page, watch, sign_in, desk, ticket):
        watch.expect("sandboxed")
        html = "<p>" + "line<br>" * 60 + "</p><img src=x onerror='parent.ran=1'><script>parent.ran=1</script><p>end</p>"
        factories.add_customer_message(ticket, html=html)
        sign_in(page, desk.agent)
        page.goto(f"/admin/helpdesk/tickets/{ticket.pk}/")
        frame = page.locator("iframe.helpdesk-body__frame")
        expect(frame.content_frame.get_by_text("end")).to_be_visible()
        page.wait_for_function("document.querySelector('iframe.helpdesk-body__frame').offsetHeight > 1000")
        assert frame.evaluate("frame => frame.contentDocument.documentElement.scrollHeight <= frame.offsetHeight")
        assert page.evaluate("window.ran") is None


class TestTriage:
    @pytest.fixture
    def tickets(self, transactional_db, desk):
        return [factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox) for n in range(4)]

    def test_by_keyboard_from_the_list_into_a_ticket(self, page, sign_in, desk, tickets):
        sign_in(page, desk.agent)
        page.goto("/admin/helpdesk/inbox/all/")
        link = page.locator(".helpdesk-row__subject").first
        link.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=2)).to_be_visible()
        page.get_by_role("link", name="Next").press("Enter")
        expect(page).to_have_url(re.compile(rf"/tickets/{tickets[1].pk}/"))

    def test_search_as_one_types(self, page, sign_in, desk, tickets):
        sign_in(page, desk.agent)
        page.goto("/admin/helpdesk/inbox/all/")
        page.get_by_role("textbox", name="Search").fill(tickets[2].reference)
        expect(page.locator(".helpdesk-row")).to_have_count(1)
        expect(page.locator(".helpdesk-row")).to_contain_text(tickets[2].reference)


def no_sideways_scrolling(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@every_screen
def test_screens_are_accessible_and_fit(page, watch, sign_in, desk, ticket, screen):
    watch.expect("sandboxed")
    long = factories.make_ticket(LONG, team=desk.team, mailbox=desk.mailbox, subject=LONG, name=LONG[:150])
    factories.add_customer_message(long, html=f"<p>{LONG}</p>", files=[NewFile(f"{LONG}.txt", b"x")])
    factories.add_reply(long, desk.agent, delay=300)
    sign_in(page, desk.agent)
    for address in (
        "inbox/all/",
        "inbox/trash/",
        "inbox/all/?q=nothing-like-this",
        f"tickets/{ticket.pk}/?view=all",
        f"tickets/{long.pk}/",
    ):
        page.goto(f"/admin/helpdesk/{address}")
        assert no_sideways_scrolling(page), address
        assert_axe(page, ignoring=DRAFTAIL_RULES)


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=str)
def test_light_agent_has_a_note_only(page, sign_in, desk, ticket, screen):
    sign_in(page, desk.light)
    page.goto(f"/admin/helpdesk/tickets/{ticket.pk}/")
    type_answer(page, "For my colleagues")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".helpdesk-message--note").last).to_contain_text("For my colleagues")
