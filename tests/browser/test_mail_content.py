"""What is in a mail, in a real browser: images through us, cards, files, the original, another mail inside, paper."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.axe import assert_axe
from tests.browser.screens import PHONE, every_screen
from tests.browser.test_inbox import DRAFTAIL_RULES, EDITOR
from tests.conversations.remote_images.conftest import elsewhere  # noqa: F401 (a fixture)
from tests.mail.helpers import make_mail, take_in
from tests.mail.test_calendar import EVENT, calendar

CALENDAR = calendar(EVENT).decode()


@pytest.fixture(autouse=True)
def draftail_is_known(watch):
    watch.expect("Applying inline style violates .*vendor.js")


def png(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 60), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def arrived(transactional_db, desk, elsewhere):  # noqa: F811
    """A mail with one of everything."""
    inner = make_mail(
        "Inner words", subject="The mail inside", sender="Eve <eve@example.net>", html="<p>In <b>bold</b></p>"
    )
    mail = make_mail(
        "See the picture",
        subject="One of everything",
        html=f'<p>See <a href="https://evil.example/">https://bank.example/login</a> and the picture:</p>'
        f'<p><img src="{elsewhere.answer("/a.png", png())}" alt="A picture"></p>',
    )
    mail.add_alternative(CALENDAR, subtype="calendar", params={"method": "REQUEST"})
    mail.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="invoice.exe")
    mail.add_attachment(png("blue"), maintype="image", subtype="png", filename="logo.png")
    mail.add_attachment(inner)
    return take_in(mail, desk.mailbox)


@pytest.fixture
def opened(page, sign_in, desk, arrived):
    sign_in(page, desk.agent)
    page.goto(f"/admin/helpdesk/tickets/{arrived.ticket_id}/?view=all")
    expect(page.locator(EDITOR)).to_be_visible()
    return page


def test_images_are_fetched_by_us_and_only_when_asked(opened, elsewhere):  # noqa: F811
    frame = opened.frame_locator(".helpdesk-body__frame")
    expect(frame.get_by_text("→ evil.example")).to_be_visible()
    assert elsewhere.seen == []
    opened.locator(EDITOR).click()
    opened.keyboard.type("A draft that stays")
    opened.get_by_role("button", name="Show images").click()
    image = frame.get_by_alt_text("A picture")
    expect(image).to_have_js_property("naturalWidth", 120)
    expect(opened.get_by_text("Images from elsewhere are shown.")).to_be_visible()
    expect(opened.locator(EDITOR)).to_contain_text("A draft that stays")
    assert [path for path, _headers, _body in elsewhere.seen] == ["/a.png"]


@every_screen
class TestScreens:
    def test_conversation(self, opened):
        expect(opened.locator(".helpdesk-card")).to_contain_text("Site visit, second")
        opened.get_by_text("Add a mail from a file").click()
        assert_axe(opened, ignoring=DRAFTAIL_RULES)
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def test_original(self, opened):
        opened.locator(".helpdesk-menu--message > summary").last.click()
        opened.get_by_role("link", name="Show original").click()
        opened.get_by_label("Show with another character set").select_option("windows-1252")
        opened.get_by_role("button", name="Show", exact=True).click()
        expect(opened.get_by_role("button", name="Keep it like this")).to_be_visible()
        expect(opened.locator(".helpdesk-original__source")).to_contain_text("Message-ID:")
        assert_axe(opened)
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("screen", [PHONE], ids=str)
class TestSmallScreens:
    def test_mail_inside(self, opened):
        opened.get_by_role("link", name="View").click()
        expect(opened.frame_locator(".helpdesk-body__frame").get_by_text("bold")).to_be_visible()
        assert_axe(opened)
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def test_dangerous_file(self, opened):
        opened.get_by_role("link", name="invoice.exe").click()
        expect(opened.get_by_text("can start a program")).to_be_visible()
        assert_axe(opened)

    def test_paper(self, opened):
        opened.locator("#more").click()
        opened.get_by_role("link", name="Print").first.click()
        expect(opened.get_by_role("button", name="Print")).to_be_visible()
        assert_axe(opened)
        opened.emulate_media(media="print")
        expect(opened.get_by_role("button", name="Print")).to_be_hidden()
