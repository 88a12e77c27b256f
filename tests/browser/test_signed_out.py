"""A page that stays open while its session ends: it says so, and goes on after the next sign-in in another tab."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.browser.test_composer import quick_saving, saved  # noqa: F401
from tests.browser.test_inbox import (  # noqa: F401
    EDITOR,
    draftail_is_known,
    opened,
    reply_of,
    ticket,
    type_answer,
)
from wagtail_helpdesk.automation.models import SavedReply
from wagtail_helpdesk.conversations.models import Draft
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.tickets.models import Ticket

SIGNED_OUT = "You were signed out."


@pytest.fixture(autouse=True)
def refused(watch):
    watch.expect("403")


@pytest.fixture
def sign_out():
    """Return what ends the session of a page, as its age does."""

    def sign_out(page):
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    return sign_out


@pytest.fixture
def sign_in_elsewhere():
    """Return what signs somebody in with the form, in another tab: with that the token of all tabs is another one."""

    def sign_in_elsewhere(page, user):
        other = page.context.new_page()
        other.goto("/admin/login/")
        other.locator("input[name=username]").fill(user.get_username())
        other.locator("input[name=password]").fill("helpdesk")
        other.get_by_role("button", name="Sign in").click()
        expect(other).not_to_have_url("/admin/login/")
        other.close()

    return sign_in_elsewhere


class TestAnswer:
    def test_is_sent_after_the_next_sign_in(self, opened, desk, ticket, sign_out, sign_in_elsewhere):  # noqa: F811
        sign_out(opened)
        type_answer(opened, "Written for long")
        expect(opened.locator(".helpdesk-composer__away")).to_contain_text(SIGNED_OUT)
        expect(opened.locator(".helpdesk-composer__offline")).to_be_hidden()
        opened.get_by_role("button", name="Send", exact=True).click()
        expect(opened.locator(".helpdesk-composer__refusal")).to_contain_text(SIGNED_OUT)
        sign_in_elsewhere(opened, desk.agent)
        opened.get_by_role("button", name="Send", exact=True).click()
        expect(opened.locator(".helpdesk-message--scheduled")).to_contain_text("Written for long")
        assert reply_of(ticket).author_user == desk.agent

    def test_is_saved_after_the_next_sign_in(self, opened, desk, sign_out, sign_in_elsewhere):  # noqa: F811
        sign_out(opened)
        type_answer(opened, "Written for long")
        expect(opened.locator(".helpdesk-composer__away")).to_be_visible()
        sign_in_elsewhere(opened, desk.agent)
        # As when somebody comes back to the tab.
        opened.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        saved(opened)
        expect(opened.locator(".helpdesk-composer__away")).to_be_hidden()
        opened.locator("#composer-files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"aaa"})
        expect(opened.get_by_role("button", name="Remove a.txt")).to_be_visible()
        assert Draft.objects.of(desk.agent).get().preview == "Written for long"

    def test_is_nobody_elses(self, opened, desk, ticket, sign_out, sign_in_elsewhere):  # noqa: F811
        sign_out(opened)
        sign_in_elsewhere(opened, desk.colleague)
        type_answer(opened, "Of the agent")
        expect(opened.locator(".helpdesk-composer__away")).to_contain_text("Somebody else is signed in")
        opened.get_by_role("button", name="Send", exact=True).click()
        expect(opened.locator(".helpdesk-composer__refusal")).to_contain_text("Somebody else is signed in")
        assert not Draft.objects.exists()
        assert not ticket.messages.filter(direction="outbound").exists()


class TestFiles:
    def test_are_added_with_the_new_token(self, opened, desk, sign_out, sign_in_elsewhere):  # noqa: F811
        file = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"aaa"}
        sign_out(opened)
        opened.locator("#composer-files").set_input_files(file)
        refused = opened.locator(".helpdesk-composer__refused")
        expect(refused).to_contain_text(SIGNED_OUT)
        sign_in_elsewhere(opened, desk.agent)
        opened.locator("#composer-files").set_input_files(file)
        expect(opened.get_by_role("button", name="Remove a.txt")).to_be_visible()


class TestClicks:
    def test_say_it_and_work_again(self, opened, desk, ticket, sign_out, sign_in_elsewhere):  # noqa: F811
        sign_out(opened)
        star = opened.get_by_role("button", name="Star")
        star.click()
        expect(opened.locator(".helpdesk-toast--error")).to_contain_text(SIGNED_OUT)
        sign_in_elsewhere(opened, desk.agent)
        star.click()
        expect(star).to_have_attribute("aria-pressed", "true")


class TestNewTicket:
    @pytest.fixture
    def filled(self, page, sign_in, desk, transactional_db):
        sign_in(page, desk.agent)
        page.goto("/admin/helpdesk/tickets/new/")
        expect(page.locator(EDITOR)).to_be_visible()
        page.get_by_label("E-mail address").fill("new@example.org")
        page.get_by_label("Subject").fill("By telephone")
        page.locator(".helpdesk-composer__mode--note").click()
        # Into the agent's own team: who gives a ticket away is led back to the list.
        page.locator("select[name=team]").select_option(label=desk.team.name)
        type_answer(page, "She called about her invoice")
        return page

    def kept(self, page):
        return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('helpdesk-draft:')).length")

    def test_is_opened_after_the_next_sign_in(self, filled, desk, sign_out, sign_in_elsewhere):
        sign_out(filled)
        filled.get_by_role("button", name="Open the ticket").click()
        expect(filled.get_by_role("alert").filter(has_text=SIGNED_OUT)).to_be_visible()
        sign_in_elsewhere(filled, desk.agent)
        filled.get_by_role("button", name="Open the ticket").click()
        filled.wait_for_url(re.compile(r"/tickets/\d+/$"))
        assert Ticket.objects.get().messages.get().text.strip() == "She called about her invoice"
        assert self.kept(filled) == 0

    def test_is_offered_back_until_it_is_opened(self, filled):
        filled.on("dialog", lambda dialog: dialog.accept())
        filled.reload()
        offer = filled.get_by_text("kept in this browser").locator("..")
        expect(offer).to_contain_text("By telephone")
        filled.get_by_role("button", name="Go on with it").click()
        expect(offer).to_be_hidden()
        expect(filled.locator(EDITOR)).to_have_text("She called about her invoice")
        expect(filled.get_by_label("Subject")).to_have_value("By telephone")
        expect(filled.get_by_label("A note for agents")).to_be_checked()
        filled.get_by_role("button", name="Open the ticket").click()
        filled.wait_for_url(re.compile(r"/tickets/\d+/$"))
        filled.goto("/admin/helpdesk/tickets/new/")
        expect(filled.locator(EDITOR)).to_be_visible()
        expect(offer).to_be_hidden()
        assert self.kept(filled) == 0

    def test_is_not_opened_twice_where_the_answer_was_lost(self, filled, watch):
        watch.expect("ERR_FAILED|422")
        filled.on("dialog", lambda dialog: dialog.accept())

        def lose(route):
            if route.request.method == "POST":
                route.fetch()
                route.abort()
            else:
                route.continue_()

        filled.route("**/tickets/new/", lose)
        filled.get_by_role("button", name="Open the ticket").click()
        expect(filled.get_by_role("alert").filter(has_text="could not be reached")).to_be_visible()
        assert Ticket.objects.count() == 1
        filled.unroute("**/tickets/new/")
        filled.reload()
        filled.get_by_role("button", name="Go on with it").click()
        expect(filled.locator(EDITOR)).to_have_text("She called about her invoice")
        # As it was, it is the same click; changed, it is told.
        type_answer(filled, "!")
        filled.get_by_role("button", name="Open the ticket").click()
        expect(filled.get_by_role("alert").filter(has_text="before you changed it")).to_be_visible()
        assert Ticket.objects.count() == 1
        filled.get_by_role("button", name="Open the ticket").click()
        filled.wait_for_url(re.compile(r"/tickets/\d+/$"))
        assert Ticket.objects.count() == 2

    def test_what_comes_along_is_offered_back_too(self, filled):
        SavedReply.objects.create(
            name="Refund", body="<p>Refunded.</p>", scope="everyone", status=default_status("resolved")
        )
        filled.on("dialog", lambda dialog: dialog.accept())
        picker = filled.locator(".helpdesk-picker", has_text="Saved replies")
        picker.locator("summary").click()
        expect(picker.locator("input").first).to_be_focused()
        filled.keyboard.type("refund")
        filled.get_by_role("option", name="Refund").click()
        extra = filled.get_by_role("list", name="Comes along with the answer").get_by_role("checkbox")
        expect(extra).to_be_checked()
        filled.reload()
        filled.get_by_role("button", name="Go on with it").click()
        expect(extra).to_be_checked()
        expect(filled.get_by_role("list", name="Comes along with the answer")).to_contain_text("sets Resolved")

    def test_can_be_thrown_away(self, filled):
        filled.on("dialog", lambda dialog: dialog.accept())
        filled.reload()
        filled.get_by_role("button", name="Throw it away").click()
        expect(filled.get_by_text("kept in this browser")).to_be_hidden()
        assert self.kept(filled) == 0

    def test_of_somebody_else_is_not_offered(self, filled, desk, sign_in):
        filled.on("dialog", lambda dialog: dialog.accept())
        sign_in(filled, desk.colleague)
        filled.reload()
        expect(filled.locator(EDITOR)).to_be_visible()
        expect(filled.get_by_text("kept in this browser")).to_be_hidden()
