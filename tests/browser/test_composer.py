"""The composer in a real browser: drafts, files, modes, quoting, sending; with the network cut and in two tabs."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.axe import assert_axe
from tests.browser.test_inbox import DRAFTAIL_RULES, EDITOR, draftail_is_known, opened, ticket, type_answer  # noqa: F401
from wagtail_helpdesk.conversations.models import Draft
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.testing import factories


@pytest.fixture(autouse=True)
def quick_saving(page, watch):
    """Drafts are saved soon, so that no test waits for seconds."""
    # The frame of the preview runs no script, not even this one.
    watch.expect("sandboxed")
    page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () => setInterval(() => {"
        "const form = document.getElementById('composer');"
        "const draft = form && window.wagtail.app.getControllerForElementAndIdentifier(form, 'helpdesk-draft');"
        "if (draft) draft.constructor.pause = 50; }, 20))"
    )


def saved(page):
    expect(page.get_by_text("Draft saved at")).to_be_visible()


def hold_answer(page, address, words):
    """Keep the first answer with these words from the page, and say so on it: data-held on its body.

    Return a list, which has what lets the answer through then.
    """
    held = []

    def look(route):
        response = route.fetch()
        if held or words not in response.text():
            route.fulfill(response=response)
        else:
            held.append(lambda: route.fulfill(response=response))
            page.evaluate("() => { document.body.dataset.held = 'yes'; }")

    page.route(address, look)
    return held


class TestDrafts:
    def test_come_back_after_a_reload_and_go_with_a_way_back(self, opened, desk):  # noqa: F811
        type_answer(opened, "Half a sentence")
        saved(opened)
        opened.reload()
        expect(opened.locator(EDITOR)).to_contain_text("Half a sentence")
        opened.get_by_role("button", name="Discard").click()
        expect(opened.locator(EDITOR)).not_to_contain_text("Half")
        opened.locator(".helpdesk-toast").get_by_role("button", name="Undo").click()
        expect(opened.locator(EDITOR)).to_contain_text("Half a sentence")
        assert Draft.objects.of(desk.agent).get().preview == "Half a sentence"

    def test_one_writes_on_where_the_text_ends(self, opened):  # noqa: F811
        type_answer(opened, "Half a sentence")
        saved(opened)
        opened.reload()
        expect(opened.locator(EDITOR)).to_contain_text("Half a sentence")
        opened.keyboard.press("r")
        expect(opened.locator(EDITOR)).to_be_focused()
        opened.keyboard.type(", and the rest")
        expect(opened.locator(EDITOR)).to_have_text("Half a sentence, and the rest")

    def test_with_the_network_cut_nothing_is_lost(self, opened, watch, desk):  # noqa: F811
        watch.expect("ERR_FAILED|Failed to load")
        opened.route("**/draft/", lambda route: route.abort())
        type_answer(opened, "Written in a tunnel")
        expect(opened.locator(".helpdesk-composer__offline")).to_be_visible()
        opened.reload()
        expect(opened.locator(EDITOR)).to_contain_text("Written in a tunnel")
        opened.unroute("**/draft/")
        opened.evaluate("window.dispatchEvent(new Event('online'))")
        saved(opened)
        expect(opened.locator(".helpdesk-composer__offline")).to_be_hidden()
        assert opened.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('helpdesk-draft'))") == []
        assert Draft.objects.of(desk.agent).get().preview == "Written in a tunnel"

    def test_two_tabs(self, opened, watch, desk):  # noqa: F811
        watch.expect("409")
        other = opened.context.new_page()
        other.goto(opened.url)
        type_answer(opened, "Of the first")
        saved(opened)
        type_answer(other, "Of the second")
        expect(other.get_by_text("in another tab or browser")).to_be_visible()
        other.get_by_role("button", name="Keep both").click()
        expect(other.locator(EDITOR)).to_contain_text("Of the first")
        expect(other.locator(EDITOR)).to_contain_text("Of the second")
        expect(other.get_by_text("Draft saved at")).to_be_visible()
        assert Draft.objects.of(desk.agent).get().preview == "Of the first Of the second"


class TestFiles:
    def test_pasted_image_stands_in_the_text_and_a_file_in_the_list(self, opened, ticket):  # noqa: F811
        content = BytesIO()
        Image.new("RGB", (20, 20), "red").save(content, "PNG")
        type_answer(opened, "Look: ")
        opened.evaluate(
            """(bytes) => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(bytes)], 'shot.png', { type: 'image/png' }));
                document.querySelector('.public-DraftEditor-content').dispatchEvent(
                    new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
            }""",
            list(content.getvalue()),
        )
        expect(opened.locator(f"{EDITOR} img")).to_be_visible()
        opened.locator("#composer-files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"aaa"})
        files = opened.get_by_role("list", name="Files that go along")
        expect(files).to_contain_text("a.txt")
        opened.get_by_role("button", name="Remove a.txt").click()
        expect(files).not_to_contain_text("a.txt")
        opened.get_by_role("button", name="Send", exact=True).click()
        expect(opened.locator(".helpdesk-message--scheduled .helpdesk-words img")).to_be_visible()
        file = ticket.messages.get(direction="outbound").attachments.get()
        assert (file.display_name, file.hidden) == ("shot.png", True)

    def test_refused_at_the_file(self, opened, watch):  # noqa: F811
        watch.expect("422")
        file = {"name": "run.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"}
        opened.locator("#composer-files").set_input_files(file)
        expect(opened.get_by_role("alert").filter(has_text="run.exe: mail servers refuse")).to_be_visible()


class TestWriting:
    def test_quote_and_preview(self, page, sign_in, desk, ticket):  # noqa: F811
        factories.add_customer_message(ticket, html="<p>The <b>motor</b> is broken</p>")
        sign_in(page, desk.agent)
        page.goto(f"/admin/helpdesk/tickets/{ticket.pk}/")
        expect(page.locator(EDITOR)).to_be_visible()
        page.locator(".helpdesk-menu--message > summary").last.click()
        page.get_by_role("button", name="Quote").last.click()
        expect(page.locator(f"{EDITOR} blockquote")).to_contain_text("The motor is broken")
        page.keyboard.type("It comes tomorrow.")
        page.get_by_role("button", name="Preview").click()
        frame = page.locator(".helpdesk-preview iframe").content_frame
        expect(frame.get_by_text("It comes tomorrow.").first).to_be_visible()
        page.get_by_role("button", name="Close", exact=True).click()
        expect(page.locator(".helpdesk-preview")).to_be_hidden()

    def test_forward_from_a_message(self, page, sign_in, desk, ticket):  # noqa: F811
        factories.add_customer_message(ticket, "See the plan", files=[NewFile("plan.txt", b"plan")])
        sign_in(page, desk.agent)
        page.goto(f"/admin/helpdesk/tickets/{ticket.pk}/")
        expect(page.locator(EDITOR)).to_be_visible()
        page.locator(".helpdesk-menu--message > summary").last.click()
        page.get_by_role("link", name="Forward").last.click()
        page.locator("#composer input[name=to]").fill("eva@example.net")
        type_answer(page, "What do you think?")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".helpdesk-message--scheduled")).to_contain_text("To a third party, not sent yet")
        expect(page.locator(".helpdesk-message--scheduled")).to_contain_text("See the plan")
        assert ticket.messages.get(direction="outbound").attachments.get().display_name == "plan.txt"

    def test_recipients_in_words(self, page, sign_in, desk, ticket):  # noqa: F811
        factories.add_reply(ticket, desk.agent, copies=[])
        from wagtail_helpdesk.conversations.actions.addressing import Addressed

        factories.add_reply(ticket, desk.agent, copies=[Addressed("ben@example.org", "Ben")])
        sign_in(page, desk.agent)
        page.goto(f"/admin/helpdesk/tickets/{ticket.pk}/")
        summary = page.locator(".helpdesk-composer__people summary")
        expect(summary).to_contain_text("copy to Ben")
        summary.click()
        page.get_by_role("checkbox", name="Ben").uncheck()
        expect(page.get_by_text("Ben gets no copy of this reply")).to_be_visible()
        expect(summary).to_contain_text("no copies")

    def test_undo_from_another_page(self, opened, ticket, settings):  # noqa: F811
        settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "UNDO_SECONDS": 60}
        type_answer(opened, "Too early")
        opened.get_by_role("combobox", name="then").select_option("list")
        opened.get_by_role("button", name="Send", exact=True).click()
        strip = opened.get_by_role("status", name="About to leave")
        expect(strip).to_contain_text(re.compile(r"leaves in \d+ s"))
        strip.get_by_role("button", name="Undo").click()
        expect(opened.locator(EDITOR)).to_contain_text("Too early")

    def test_focus_stays_in_the_editor(self, opened):  # noqa: F811
        type_answer(opened, "One")
        opened.keyboard.press("Control+Enter")
        expect(opened.locator(".helpdesk-message--scheduled")).to_contain_text("One")
        expect(opened.locator(EDITOR)).to_be_focused()
        expect(opened.locator(EDITOR)).not_to_contain_text("One")
        # There is nothing in the text to take back: then it is the sending.
        opened.keyboard.press("Control+z")
        expect(opened.locator(EDITOR)).to_contain_text("One")


def test_is_accessible(opened, desk, ticket):  # noqa: F811
    Draft.objects.create(ticket=ticket, user=desk.colleague, mode="reply", preview="Dear Ana", body="<p>Dear Ana</p>")
    opened.reload()
    expect(opened.locator(EDITOR)).to_be_visible()
    opened.get_by_text("Send later").click()
    assert_axe(opened, ignoring=DRAFTAIL_RULES)
    opened.locator(".helpdesk-composer__mode--forward").click()
    assert_axe(opened, ignoring=DRAFTAIL_RULES)


class TestApproval:
    def test_asked_for_with_a_blind_copy_and_given(self, opened, desk, sign_in, ticket, settings):  # noqa: F811
        # However slow the machine is, there is time to take it back.
        settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "UNDO_SECONDS": 60}
        type_answer(opened, "You get your money back")
        opened.get_by_text("Bcc").click()
        opened.get_by_label("Blind copy to").fill("no-reply@example.net")
        opened.keyboard.press("Tab")
        expect(opened.get_by_text("looks like an address that nobody reads")).to_be_visible()
        expect(opened.locator(".helpdesk-composer__blind summary")).to_contain_text("to 1, whom nobody else sees")
        opened.locator(".helpdesk-composer__approval summary").click()
        opened.get_by_label("Who is to approve it").select_option(label="Clara")
        assert_axe(opened, ignoring=DRAFTAIL_RULES)
        opened.get_by_role("button", name="Ask for approval").click()
        waiting = opened.locator(".helpdesk-message--waiting")
        expect(waiting).to_contain_text("Reply, waiting for approval by Clara")
        expect(waiting.get_by_role("button", name="Take back and edit")).to_be_visible()
        sign_in(opened, desk.colleague)
        opened.goto(f"/admin/helpdesk/tickets/{ticket.pk}/")
        assert_axe(opened, ignoring=DRAFTAIL_RULES)
        held = hold_answer(opened, "**/pulse/", "approved by Clara")
        waiting.get_by_role("button", name="Approve and send").click()
        scheduled = opened.locator(".helpdesk-message--scheduled")
        expect(scheduled).to_contain_text("approved by Clara")
        expect(opened.locator("body")).to_have_attribute("data-held", "yes")
        opened.locator(".helpdesk-toast").get_by_role("button", name="Undo").click()
        expect(opened.locator(".helpdesk-toast")).to_contain_text("Its text is in the author's draft.")
        expect(scheduled).to_have_count(0)
        assert Draft.objects.get().user == desk.agent
        # An answer of the server from before does not bring the message back: the page asks again.
        with opened.expect_request("**/pulse/"):
            held[0]()
        assert scheduled.count() == 0

    def test_from_the_menu_of_ways_to_send(self, opened, desk, ticket):  # noqa: F811
        type_answer(opened, "You get your money back")
        opened.locator(".helpdesk-composer__approval summary").click()
        opened.get_by_label("Who is to approve it").select_option(label="Clara")
        opened.locator("#composer-sends").get_by_role("button", name="Actions").click()
        opened.get_by_role("button", name="Send for approval Clara").click()
        expect(opened.locator(".helpdesk-message--waiting")).to_contain_text("waiting for approval by Clara")
        # The next one is asked for in the same way; what is passed on cannot be.
        expect(opened.locator("#composer-send")).to_have_text(re.compile("Send for approval\\s+Clara"))
        opened.locator(".helpdesk-composer__mode--forward").click()
        expect(opened.locator("#composer-send")).to_be_hidden()
        expect(opened.locator("#composer-sends").get_by_role("button", name="Send", exact=True)).to_be_visible()


def test_ways_to_send_follow_the_status_and_the_text_stays(opened, desk, ticket):  # noqa: F811
    pending, resolved = default_status(Category.PENDING), default_status(Category.RESOLVED)
    resolved.next_statuses.set([default_status(Category.OPEN)])
    pending.next_statuses.set([default_status(Category.OPEN)])
    opened.reload()
    type_answer(opened, "Half a sentence")
    ways = opened.locator("#composer button[value=resolve]")
    expect(ways).to_have_count(1)
    status = opened.get_by_label("Status", exact=True)
    status.focus()
    status.select_option(label="Pending")
    expect(ways).to_have_count(0)
    expect(status).to_be_focused()
    expect(opened.locator(EDITOR)).to_contain_text("Half a sentence")
