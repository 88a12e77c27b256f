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
from wagtail_helpdesk.conversations.models import Draft, DraftFile


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
        opened.evaluate(
            "() => window.wagtail.app.getControllerForElementAndIdentifier("
            "document.getElementById('composer'), 'helpdesk-draft').flush()"
        )
        other.get_by_role("button", name="Remove secret.txt").click()
        expect(other.get_by_text("in another tab or browser")).to_be_visible()
        expect(files_of(other)).to_contain_text("secret.txt")
        other.get_by_role("button", name="Keep only this one").click()
        expect(files_of(other)).not_to_contain_text("secret.txt")
        assert not DraftFile.objects.exists()
        assert Draft.objects.get().preview == "Of the first"
