"""Two agents at once, conversations of any length, and a day's work without a mouse, in a real browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.axe import assert_axe
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.presence import come
from wagtail_helpdesk.inbox.reading import mark_seen
from wagtail_helpdesk.search.indexing import index_due
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.link_tickets import link_tickets
from wagtail_helpdesk.tickets.choices import LinkKind

EDITOR = ".public-DraftEditor-content"


@pytest.fixture(autouse=True)
def draftail_is_known(watch):
    watch.expect("Applying inline style violates .*vendor.js")


@pytest.fixture
def ticket(transactional_db, desk):
    return factories.make_ticket(
        "Hello, the invoice of March is wrong.", team=desk.team, mailbox=desk.mailbox, address="ana@example.org"
    )


@pytest.fixture
def opened(page, sign_in, desk, ticket):
    """The ticket's page, opened by the agent."""
    sign_in(page, desk.agent)
    page.goto(f"/admin/helpdesk/tickets/{ticket.pk}/?view=all")
    expect(page.locator(EDITOR)).to_be_visible()
    return page


def beat(page):
    """Let the page look at once, without waiting for its next turn."""
    with page.expect_response("**/pulse/*"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


class TestTwoAgents:
    def test_each_sees_the_other_and_what_arrives(self, opened, desk, ticket):
        come(desk.colleague, ticket, typing=True)
        beat(opened)
        expect(opened.locator(".helpdesk-presence")).to_contain_text("Clara is writing an answer")
        factories.add_customer_message(ticket, "I found it meanwhile")
        beat(opened)
        # The news of the message stays, whatever happens then.
        ChangeStatus(ticket=ticket, status=default_status(Category.PENDING), actor=Actor.of_user(desk.colleague))()
        beat(opened)
        expect(opened.locator(".helpdesk-news")).to_contain_text("New message from Ana Souza")
        expect(opened.locator("#thread")).to_contain_text("I found it meanwhile")
        expect(opened.locator("#ticket-head")).to_contain_text("Pending")
        expect(opened.get_by_label("Status")).to_have_value(str(default_status(Category.PENDING).pk))
        opened.locator(".helpdesk-news").get_by_role("button", name="Show").click()
        expect(opened.locator("#thread article").last).to_be_focused()
        assert_axe(opened, within="#main", ignoring=["aria-input-field-name"])  # Draftail's field has no name

    def test_what_arrives_while_one_writes_is_shown_and_the_button_says_so(self, opened, watch, desk, ticket):
        opened.locator(EDITOR).click()
        opened.keyboard.type("My answer.")
        top = "document.querySelector('#composer').getBoundingClientRect().top"
        before = opened.evaluate(top)
        newer = factories.add_customer_message(ticket, "I found it\n\nmeanwhile")
        beat(opened)
        expect(opened.locator(f"#message-{newer.pk}")).to_be_visible()
        expect(opened.locator("#composer-guard")).to_contain_text("New message from Ana Souza")
        assert abs(opened.evaluate(top) - before) < 40, "what is being written stays where it is"
        expect(opened.locator(EDITOR)).to_be_focused()
        send = opened.get_by_role("button", name="Send anyway")
        expect(opened.locator("input[name=last_seen]")).to_have_value(str(newer.pk))
        send.click()
        expect(opened.locator(".helpdesk-message--scheduled")).to_contain_text("My answer.")

    def test_colleague_who_writes_stops_it_once(self, opened, watch, desk, ticket):
        watch.expect("422")
        opened.locator(EDITOR).click()
        opened.keyboard.type("My answer.")
        come(desk.colleague, ticket, typing=True)
        opened.keyboard.press("Control+Enter")
        expect(opened.locator(".helpdesk-composer__refusal")).to_contain_text("Clara is writing an answer.")
        opened.keyboard.press("Control+Enter")
        expect(opened.locator(".helpdesk-message--scheduled")).to_contain_text("My answer.")

    def test_fields_that_are_being_changed_are_left_alone(self, opened, desk, ticket):
        opened.locator("#edit-subject").click()
        subject = opened.get_by_label("Subject", exact=True)
        subject.fill("Half a subj")
        ChangeStatus(ticket=ticket, status=default_status(Category.PENDING), actor=Actor.of_user(desk.colleague))()
        beat(opened)
        expect(opened.get_by_label("Status")).to_have_value(str(default_status(Category.PENDING).pk))
        expect(subject).to_have_value("Half a subj")


class TestLongConversation:
    @pytest.fixture
    def long(self, ticket):
        """121 messages, a minute apart."""
        first = Message.objects.get(ticket=ticket)
        start = timezone.now() - timedelta(days=1)
        Message.objects.filter(pk=first.pk).update(created_at=start)
        copies = []
        for n in range(1, 121):
            copy = Message.objects.get(pk=first.pk)
            copy.pk, copy.external_key, copy.created_at = None, None, start + timedelta(minutes=n)
            copy.reply_text = copy.text = f"message number {n}"
            copies.append(copy)
        Message.objects.bulk_create(copies)
        return ticket

    def test_older_messages_come_without_moving_what_is_read(self, page, sign_in, desk, long):
        sign_in(page, desk.agent)
        page.goto(f"/admin/helpdesk/tickets/{long.pk}/")
        expect(page.locator("#thread article")).to_have_count(9)
        below = page.get_by_text("message number 113", exact=True)
        below.scroll_into_view_if_needed()
        where = below.evaluate("element => element.getBoundingClientRect().top")
        page.locator(".helpdesk-gap a").click()
        expect(page.locator("#thread article")).to_have_count(49)
        expect(page.locator("#thread article", has_text="message number 112")).to_be_focused()
        assert abs(below.evaluate("element => element.getBoundingClientRect().top") - where) < 3

    def test_a_link_to_an_old_message_opens_it(self, page, sign_in, desk, long):
        old = long.messages.in_order()[50]
        sign_in(page, desk.agent)
        page.goto(f"/admin/helpdesk/tickets/{long.pk}/#message-{old.pk}")
        expect(page.locator(f"#message-{old.pk}")).to_be_focused()
        expect(page.locator(f"#message-{old.pk}")).to_be_in_viewport()
        expect(page.locator(".helpdesk-gap")).to_have_count(2)

    def test_opens_at_what_is_new(self, page, sign_in, desk, long):
        mark_seen(desk.agent, long, long.messages.in_order()[100].pk)
        sign_in(page, desk.agent)
        page.goto(f"/admin/helpdesk/tickets/{long.pk}/")
        expect(page.get_by_text("20 new messages since you looked")).to_be_in_viewport()


class TestKeyboard:
    @pytest.fixture
    def three(self, transactional_db, desk):
        return [
            factories.make_ticket(
                f"Question {n}", subject=f"Question {n}", team=desk.team, mailbox=desk.mailbox, name=f"Customer {n}"
            )
            for n in range(3)
        ]

    def test_triage_without_a_mouse(self, page, sign_in, desk, three):
        sign_in(page, desk.agent)
        page.goto("/admin/helpdesk/inbox/unassigned/")
        subject = page.locator(".helpdesk-row__subject")
        expect(subject).to_have_count(3)
        page.keyboard.press("j")
        expect(subject.first).to_be_focused()
        page.keyboard.press("j")
        expect(subject.nth(1)).to_be_focused()
        page.keyboard.press("o")
        expect(page.locator("#ticket-subject")).to_have_text("Question 1")
        # The list's own page was not left: the ticket took its place.
        page.keyboard.press("r")
        expect(page.locator(EDITOR)).to_be_focused()
        page.keyboard.type("It is done.")
        page.keyboard.press("Control+Shift+Enter")
        expect(page.locator(".helpdesk-message--scheduled")).to_contain_text("then: Resolved")
        # One may go on writing: the keys are for whoever leaves the editor.
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("j")
        expect(page.locator("#ticket-subject")).to_have_text("Question 2")
        page.keyboard.press("s")
        page.keyboard.press("p")
        expect(page.locator("#ticket-head")).to_contain_text("Pending")
        page.keyboard.press("m")
        expect(page.get_by_label("Assignee")).to_have_value(str(desk.agent.pk))
        three[2].refresh_from_db()
        assert (three[2].category, three[2].assignee) == (Category.PENDING, desk.agent)

    def test_on_rows_without_opening_them(self, page, sign_in, desk, three):
        sign_in(page, desk.agent)
        page.goto("/admin/helpdesk/inbox/unassigned/")
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("X")
        expect(page.locator(".helpdesk-bulk__count")).to_have_text("2 selected")
        page.keyboard.press("Escape")
        expect(page.locator(".helpdesk-bulk__count")).to_have_text("")
        page.keyboard.press("a")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 ticket changed.")).to_be_visible()

    def test_snooze_is_typed_and_taken_back(self, page, sign_in, desk, three):
        sign_in(page, desk.agent)
        page.goto("/admin/helpdesk/inbox/unassigned/")
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("h")
        expect(page.get_by_label("Or write when")).to_be_focused()
        page.keyboard.type("3 days")
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 ticket changed.")).to_be_visible()
        expect(page.locator(".helpdesk-row")).to_have_count(2)
        three[0].refresh_from_db()
        assert (three[0].asleep, three[0].snooze_words) == (True, "3 days")
        page.keyboard.press("Control+z")
        expect(page.locator(".helpdesk-row")).to_have_count(3)
        page.keyboard.press("j")
        page.keyboard.press("t")
        page.keyboard.type("late, lamp")
        page.keyboard.press("Enter")
        expect(page.locator(".helpdesk-tag")).to_have_text(["lamp", "late"])

    def test_search_and_back_to_what_was_found(self, page, sign_in, desk, three):
        index_due()
        sign_in(page, desk.agent)
        page.goto("/admin/helpdesk/inbox/unassigned/")
        page.keyboard.press("/")
        expect(page.get_by_role("textbox", name="Search")).to_be_focused()
        page.keyboard.type(three[2].reference)
        expect(page.locator(".helpdesk-row")).to_have_count(1)
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("o")
        expect(page.locator("#ticket-subject")).to_have_text("Question 2")
        page.keyboard.press("/")
        expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
        page.keyboard.press("Escape")
        page.keyboard.press("u")
        expect(page.locator(".helpdesk-row")).to_have_count(1)
        expect(page).to_have_url(re.compile(r"q="))

    def test_palette_finds_and_teaches(self, opened, ticket):
        index_due()
        opened.keyboard.press("Control+k")
        palette = opened.get_by_role("dialog")
        expect(palette.get_by_role("combobox")).to_be_focused()
        expect(palette.get_by_role("option", name=re.compile("Assign to me")).locator("kbd")).to_have_text("m")
        assert_axe(opened, within="dialog")
        opened.keyboard.type("invoice")
        expect(palette.get_by_role("option", name=re.compile(ticket.reference))).to_be_visible()
        opened.keyboard.press("Escape")
        expect(palette).to_be_hidden()
        opened.keyboard.press("?")
        dialog = opened.locator("#keyboard-shortcuts-dialog")
        expect(dialog.get_by_text("Assign to me")).to_be_visible()
        assert dialog.locator("[data-shortcut]:visible").count() >= 30

    def test_never_while_one_writes_nor_when_switched_off(self, opened, desk, ticket):
        opened.locator("#edit-subject").click()
        opened.get_by_label("Subject", exact=True).focus()
        opened.keyboard.press("u")
        expect(opened).to_have_url(re.compile(f"/tickets/{ticket.pk}/"))
        desk.agent.wagtail_userprofile.keyboard_shortcuts = False
        desk.agent.wagtail_userprofile.save()
        opened.reload()
        opened.keyboard.press("Control+k")
        opened.keyboard.press("u")
        expect(opened.locator("dialog[open]")).to_have_count(0)
        expect(opened).to_have_url(re.compile(f"/tickets/{ticket.pk}/"))


class TestCards:
    def test_on_focus_and_away_with_escape(self, opened, desk, ticket):
        other = factories.make_ticket("Other words", subject="Other", team=desk.team, mailbox=desk.mailbox)
        link_tickets(source=ticket, target=other, kind=LinkKind.POSSIBLY, actor=Actor.system())
        factories.add_note(ticket, desk.light, f"<p>See {other.reference} too.</p>")
        opened.reload()
        # Our scripts are there by then.
        expect(opened.locator(EDITOR)).to_be_visible()
        link = opened.locator(".helpdesk-words a", has_text=other.reference)
        link.focus()
        card = opened.get_by_role("tooltip")
        expect(card).to_contain_text("Other words")
        opened.keyboard.press("Escape")
        expect(card).to_have_count(0)
        expect(link).to_be_focused()
        other_link = opened.locator(".helpdesk-panel__tickets a")
        other_link.scroll_into_view_if_needed()
        # A card goes when its page is scrolled, of which pages are told in the next frame.
        opened.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        other_link.hover()
        expect(card).to_contain_text("Other words")
