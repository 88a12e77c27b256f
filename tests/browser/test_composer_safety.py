"""What must not happen while one writes: files that leave though they were taken away, words that are written over."""

from __future__ import annotations

import pytest
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
from wagtail_helpdesk.conversations.draft_files import add_draft_file
from wagtail_helpdesk.conversations.drafts import save_draft
from wagtail_helpdesk.conversations.models import Draft, DraftFile
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets

#: Has the page's draft do something.
DRAFT = (
    "() => window.wagtail.app.getControllerForElementAndIdentifier("
    "document.getElementById('composer'), 'helpdesk-draft').%s"
)


def files_of(page):
    return page.get_by_role("list", name="Files that go along")


def add_files(page, *names):
    page.locator("#composer-files").set_input_files(
        [{"name": name, "mimeType": "text/plain", "buffer": b"aaa"} for name in names]
    )
    for name in names:
        expect(page.get_by_role("button", name=f"Remove {name}")).to_be_visible()


class TestRemovedFiles:
    @pytest.fixture
    def cut_off(self, opened, watch):  # noqa: F811
        """The page with a text and two files, one of which is taken away while the server cannot be reached."""
        watch.expect("ERR_FAILED|Failed to load")
        type_answer(opened, "With a file")
        saved(opened)
        add_files(opened, "secret.txt", "fine.txt")
        opened.route("**/draft/", lambda route: route.abort())
        opened.get_by_role("button", name="Remove secret.txt").click()
        expect(opened.locator(".helpdesk-composer__offline")).to_be_visible()
        return opened

    def test_stay_on_the_page_until_the_server_has_done_it(self, cut_off):
        expect(files_of(cut_off)).to_contain_text("secret.txt")
        cut_off.unroute("**/draft/")
        cut_off.evaluate("window.dispatchEvent(new Event('online'))")
        expect(files_of(cut_off)).not_to_contain_text("secret.txt")
        expect(cut_off.get_by_role("button", name="Remove fine.txt")).to_be_focused()
        assert [file.display_name for file in DraftFile.objects.all()] == ["fine.txt"]

    def test_are_not_sent(self, cut_off, ticket):  # noqa: F811
        cut_off.get_by_role("button", name="Send", exact=True).click()
        expect(cut_off.locator(".helpdesk-composer__refusal")).to_contain_text("nothing was sent")
        assert not ticket.messages.filter(direction="outbound").exists()
        cut_off.unroute("**/draft/")
        cut_off.get_by_role("button", name="Send", exact=True).click()
        expect(cut_off.locator(".helpdesk-message--scheduled")).to_contain_text("With a file")
        assert [file.display_name for file in reply_of(ticket).attachments.all()] == ["fine.txt"]

    def test_are_remembered_by_the_browser(self, cut_off):
        cut_off.unroute("**/draft/")
        cut_off.reload()
        expect(files_of(cut_off)).to_contain_text("fine.txt")
        expect(files_of(cut_off)).not_to_contain_text("secret.txt")
        assert [file.display_name for file in DraftFile.objects.all()] == ["fine.txt"]

    def test_go_when_it_is_decided_whose_text_is_kept(self, opened, watch):  # noqa: F811
        watch.expect("409")
        type_answer(opened, "Of the first")
        saved(opened)
        add_files(opened, "secret.txt")
        other = opened.context.new_page()
        other.goto(opened.url)
        expect(files_of(other)).to_contain_text("secret.txt")
        type_answer(opened, ", and more")
        expect(opened.locator(EDITOR)).to_contain_text("and more")
        opened.evaluate(DRAFT % "flush()")
        other.get_by_role("button", name="Remove secret.txt").click()
        expect(other.get_by_text("in another tab or browser")).to_be_visible()
        expect(files_of(other)).to_contain_text("secret.txt")
        other.get_by_role("button", name="Keep only this one").click()
        expect(files_of(other)).not_to_contain_text("secret.txt")
        assert not DraftFile.objects.exists()
        assert Draft.objects.get().preview == "Of the first"


def copies_of(page):
    """What this browser keeps of drafts."""
    return page.evaluate(
        "Object.keys(localStorage).filter((key) => key.startsWith('helpdesk-draft:')).map((key) => localStorage[key])"
    )


class TestKeptCopies:
    @pytest.fixture
    def torn(self, opened, watch, desk, ticket):  # noqa: F811
        """The page after a reload: this browser kept one text, the server was given another by a second tab."""
        watch.expect("409")
        other = opened.context.new_page()
        other.goto(opened.url)
        type_answer(opened, "Of the first")
        saved(opened)
        type_answer(other, "Of the second")
        expect(other.get_by_text("in another tab or browser")).to_be_visible()
        other.reload()
        expect(other.get_by_text("kept in your browser")).to_be_visible()
        expect(other.locator(EDITOR)).to_have_text("Of the first")
        return other

    def test_outlive_reloads_until_it_is_decided(self, torn):
        torn.reload()
        expect(torn.get_by_text("kept in your browser")).to_be_visible()
        torn.get_by_role("button", name="Keep only this one").click()
        expect(torn.locator(EDITOR)).to_have_text("Of the second")
        saved(torn)
        expect(torn.locator(".helpdesk-composer__conflict")).to_be_hidden()
        assert Draft.objects.get().preview == "Of the second"
        assert copies_of(torn) == []

    def test_of_a_ticket_that_was_merged_are_offered_on_the_other_one(self, opened, watch, desk, ticket):  # noqa: F811
        watch.expect("ERR_FAILED|Failed to load")
        other = factories.make_ticket("other", team=desk.team, mailbox=desk.mailbox)
        opened.route("**/draft/", lambda route: route.abort())
        type_answer(opened, "Written on the way")
        expect(opened.locator(".helpdesk-composer__offline")).to_be_visible()
        MergeTickets(source=ticket, target=other, actor=Actor.of_user(desk.colleague))()
        opened.unroute("**/draft/")
        opened.goto(f"/admin/helpdesk/tickets/{ticket.pk}/")
        opened.wait_for_url(f"**/tickets/{other.pk}/**")
        expect(opened.get_by_text("kept in your browser")).to_be_visible()
        opened.get_by_role("button", name="Keep only this one").click()
        expect(opened.locator(EDITOR)).to_have_text("Written on the way")
        saved(opened)
        assert Draft.objects.get().ticket == other
        assert copies_of(opened) == []

    def test_outlive_what_is_written_meanwhile(self, torn):
        type_answer(torn, "!")
        torn.evaluate(DRAFT % "flush()")
        saved(torn)
        expect(torn.locator(".helpdesk-composer__conflict")).to_be_visible()
        assert "Of the second" in copies_of(torn)[0]
        text = torn.locator(EDITOR).inner_text().strip()
        torn.get_by_role("button", name="Keep both").click()
        expect(torn.locator(EDITOR)).to_contain_text("Of the second")
        expect(torn.locator(EDITOR)).to_contain_text(text)
        expect(torn.locator(".helpdesk-composer__conflict")).to_be_hidden()
        torn.evaluate(DRAFT % "flush()")
        assert Draft.objects.get().preview == f"{text} Of the second"

    def test_outlive_an_answer_that_is_sent(self, torn, ticket):  # noqa: F811
        torn.get_by_role("button", name="Send", exact=True).click()
        expect(torn.locator(".helpdesk-message--scheduled")).to_contain_text("Of the first")
        expect(torn.locator(EDITOR)).to_have_text("Of the second")

    def test_are_dropped_for_what_the_page_has(self, torn):
        torn.get_by_role("button", name="Take the other one").click()
        expect(torn.locator(".helpdesk-composer__conflict")).to_be_hidden()
        torn.reload()
        expect(torn.locator(EDITOR)).to_have_text("Of the first")
        expect(torn.get_by_text("kept in your browser")).to_be_hidden()
        assert copies_of(torn) == []

    def test_nothing_is_said_where_the_server_has_the_same_words(self, opened):  # noqa: F811
        opened.locator(EDITOR).click()
        opened.keyboard.press("Control+b")
        opened.keyboard.type("Bold")
        opened.keyboard.press("Control+b")
        opened.keyboard.type(" and  plain ")
        opened.keyboard.press("Enter")
        opened.keyboard.press("Enter")
        opened.keyboard.type("Below")
        opened.keyboard.press("Enter")
        opened.evaluate(DRAFT % "keep()")
        [copy] = copies_of(opened)
        opened.evaluate(DRAFT % "flush()")
        saved(opened)
        # As it is where the page went before the answer came.
        opened.evaluate(
            "(copy) => localStorage.setItem(document.getElementById('composer').dataset.helpdeskDraftKeyValue, copy)",
            copy,
        )
        opened.reload()
        expect(opened.locator(EDITOR)).to_contain_text("Below")
        assert (
            opened.evaluate(
                """() => new Promise((resolve) => {
                const look = () => {
                    const { hidden } = document.querySelector('.helpdesk-composer__conflict');
                    const isKept = Object.keys(localStorage).some((key) => key.startsWith('helpdesk-draft:'));
                    if (!hidden) resolve('asked');
                    else if (isKept) requestAnimationFrame(look);
                    else resolve('forgotten');
                };
                look();
            })"""
            )
            == "forgotten"
        )
        expect(opened.get_by_text("kept in your browser")).to_be_hidden()


class TestEnter:
    """In a field of addresses: browsers press the first button of the form then."""

    @pytest.fixture
    def drafts(self, desk, ticket):  # noqa: F811
        """A draft of one's own with a file, and one of a colleague."""
        file = NewFile(name="a.txt", content=b"aaa", declared_type="text/plain")
        add_draft_file(user=desk.agent, ticket=ticket, mode="reply", file=file)
        words = {"mode": "reply", "body": "<p>Of a colleague</p>", "choices": {}, "version": None}
        save_draft(user=desk.colleague, ticket=ticket, **words)

    def enter(self, page):
        page.locator(".helpdesk-composer__people summary").click()
        field = page.get_by_label("Copy to somebody else")
        field.fill("eva@example.net")
        field.press("Enter")

    def check(self, desk, ticket):  # noqa: F811
        draft = Draft.objects.of(desk.agent).get()
        assert draft.choices["copies"] == "eva@example.net"
        assert [file.display_name for file in draft.files.all()] == ["a.txt"]
        assert Draft.objects.of(desk.colleague).get().preview == "Of a colleague"
        assert not ticket.messages.filter(direction="outbound").exists()

    @pytest.mark.usefixtures("drafts")
    def test_saves_the_draft(self, opened, desk, ticket):  # noqa: F811
        expect(files_of(opened)).to_contain_text("a.txt")
        # Nothing but the key is to save it.
        opened.evaluate(DRAFT % "pause()")
        asked = []
        opened.on("request", lambda request: asked.append(request.url))
        self.enter(opened)
        saved(opened)
        assert not [url for url in asked if "/take/" in url]
        expect(files_of(opened)).to_contain_text("a.txt")
        expect(opened.get_by_role("button", name="Take over")).to_be_visible()
        self.check(desk, ticket)

    @pytest.mark.usefixtures("drafts")
    def test_saves_the_draft_without_javascript(self, new_page, sign_in, desk, ticket):  # noqa: F811
        page = new_page(java_script_enabled=False)
        sign_in(page, desk.agent)
        page.goto(f"/admin/helpdesk/tickets/{ticket.pk}/?view=all")
        with page.expect_navigation():
            self.enter(page)
        expect(page.get_by_text("The draft was saved.")).to_be_visible()
        self.check(desk, ticket)
