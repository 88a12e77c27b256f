"""The mail behind a message: its source, another character set, a mail in a mail, paper."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from PIL import Image

from tests.mail.helpers import make_mail, take_in
from wagtail_helpdesk.conversations.choices import ScanState
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.mail.arriving.raw_store import drop_raw
from wagtail_helpdesk.testing import factories

RUSSIAN = "Счёт не сходится с договором"


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def wrong(desk):
    """A mail in KOI8-R that says it is in another Cyrillic set, so that its words come out wrong."""
    raw = make_mail("X").as_bytes().replace(b'charset="utf-8"', b'charset="windows-1251"')
    raw = raw.replace(b"Content-Transfer-Encoding: 7bit", b"Content-Transfer-Encoding: 8bit")
    head, _blank, _body = raw.partition(b"\n\n")
    mail = take_in(head + b"\n\n" + RUSSIAN.encode("koi8-r") + b"\n", desk.mailbox)
    assert RUSSIAN not in mail.message.text
    return mail


def address(mail, name="original"):
    return reverse(f"helpdesk_tickets:{name}", args=[mail.ticket_id, mail.message_id])


class TestOriginal:
    def test_source_as_text(self, desk, login):
        mail = take_in(make_mail("Hello", html="<script>alert(1)</script>", X_Odd="yes"), desk.mailbox)
        response = login(desk.light).get(address(mail))
        page = response.content.decode()
        assert "X-Odd: yes" in page
        assert "&lt;script&gt;alert(1)" in page
        assert "<script>alert(1)" not in page

    def test_leads_from_the_conversation(self, desk, login, wrong):
        client = login(desk.light)
        page = client.get(reverse("helpdesk_tickets:ticket", args=[wrong.ticket_id])).content.decode()
        assert f'href="{address(wrong)}"' in page
        assert client.get(address(wrong)).status_code == 200

    def test_download(self, desk, login):
        mail = make_mail("Hello")
        arrived = take_in(mail, desk.mailbox)
        response = login(desk.light).get(address(arrived, "original_source"))
        assert b"".join(response.streaming_content) == mail.as_bytes()
        assert response["Content-Disposition"].startswith("attachment")
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"

    def test_who_may_not_see_the_ticket_finds_nothing(self, desk, login, wrong):
        for name in ("original", "original_source", "original_body"):
            for insider in desk.INSIDERS:
                response = login(getattr(desk, insider)).get(address(wrong, name), {"charset": "koi8-r"})
                assert response.status_code == 200 and b"".join(response)
            for outsider in desk.OUTSIDERS:
                assert login(getattr(desk, outsider)).get(address(wrong, name)).status_code == 404
            assert login(None).get(address(wrong, name))["Location"].startswith("/admin/login/")

    def test_message_of_another_ticket(self, desk, ticket, login, wrong):
        for name in ("original", "original_source", "original_body", "keep_charset"):
            url = reverse(f"helpdesk_tickets:{name}", args=[ticket.pk, wrong.message_id])
            client = login(desk.manager)
            response = client.post(url, {"charset": "koi8-r"}) if name == "keep_charset" else client.get(url)
            assert response.status_code == 404

    def test_source_that_is_gone(self, desk, login, wrong):
        drop_raw(wrong)
        assert "is not kept" in login(desk.agent).get(address(wrong)).content.decode()
        assert login(desk.agent).get(address(wrong, "original_source")).status_code == 404

    def test_cost(self, desk, login, wrong, django_assert_max_num_queries):
        client = login(desk.agent)
        client.get(address(wrong))
        with django_assert_max_num_queries(16):
            client.get(address(wrong), {"charset": "koi8-r"})
        with django_assert_max_num_queries(12):
            client.get(address(wrong, "original_body"), {"charset": "koi8-r"})

    def test_long_source_is_cut(self, desk, login):
        mail = take_in(make_mail("word " * 60_000 + "the very end"), desk.mailbox)
        page = login(desk.agent).get(address(mail)).content.decode()
        assert "Only the beginning is shown here." in page
        assert "the very end" not in page

    def test_source_with_a_locked_file_is_for_administrators(self, desk, login, settings):
        settings.WAGTAIL_HELPDESK = {"ATTACHMENT_SCANNER": "tests.conversations.test_scanning.finds_eicar"}
        mail = make_mail("Hello")
        mail.add_attachment(b"x", maintype="application", subtype="zip", filename="a.zip")
        arrived = take_in(mail, desk.mailbox)
        assert arrived.message.attachments.get().scan_state == ScanState.PENDING
        assert "Only administrators can download it" in login(desk.agent).get(address(arrived)).content.decode()
        assert login(desk.agent).get(address(arrived, "original_source")).status_code == 302
        response = login(desk.administrator).get(address(arrived, "original_source"))
        assert response.status_code == 200 and b"".join(response)


class TestCharset:
    def test_shown_without_being_kept(self, desk, login, wrong):
        client = login(desk.light)
        page = client.get(address(wrong), {"charset": "koi8-r"}).content.decode()
        assert f"{address(wrong, 'original_body')}?charset=koi8-r" in page
        body = client.get(address(wrong, "original_body"), {"charset": "koi8-r"})
        assert RUSSIAN in body.content.decode()
        assert body["X-Frame-Options"] == "SAMEORIGIN"
        assert "default-src 'none'" in body["Content-Security-Policy"]
        wrong.message.refresh_from_db()
        assert RUSSIAN not in wrong.message.text

    @pytest.mark.parametrize("charset", ["", "idna", "unicode_escape", "undefined", "punycode", "x" * 500])
    def test_only_those_that_can_be_chosen(self, desk, login, wrong, charset):
        client = login(desk.agent)
        assert client.get(address(wrong, "original_body"), {"charset": charset}).status_code == 404
        assert client.post(address(wrong, "keep_charset"), {"charset": charset}).status_code == 404
        assert client.get(address(wrong), {"charset": charset}).status_code == 200

    def test_kept(self, desk, login, wrong):
        before = wrong.message.flags
        response = login(desk.agent).post(address(wrong, "keep_charset"), {"charset": "koi8-r"})
        assert response["Location"].endswith(f"#message-{wrong.message_id}")
        wrong.message.refresh_from_db()
        assert wrong.message.text.strip() == wrong.message.reply_text.strip() == RUSSIAN
        assert wrong.message.flags == before
        wrong.ticket.refresh_from_db()
        assert wrong.ticket.preview == RUSSIAN
        event = wrong.ticket.events.get(kind="charset")
        assert (event.actor_user, event.data["name"]) == (desk.agent, "koi8-r")
        page = login(desk.agent).get(reverse("helpdesk_tickets:ticket", args=[wrong.ticket_id])).content.decode()
        assert "read a message with the character set koi8-r" in page

    def test_who_may_not_change_may_not_keep(self, desk, login, wrong):
        assert "Keep it like this" not in login(desk.light).get(address(wrong), {"charset": "koi8-r"}).content.decode()
        assert login(desk.light).post(address(wrong, "keep_charset"), {"charset": "koi8-r"}).status_code == 302
        wrong.message.refresh_from_db()
        assert RUSSIAN not in wrong.message.text

    def test_inline_images_stay(self, desk, login):
        mail = make_mail("x", html='<p>Caf\u00e9 <img src="cid:logo"></p>')
        mail.get_payload()[1].add_related(png(), "image", "png", cid="<logo>", filename="logo.png")
        arrived = take_in(mail, desk.mailbox)
        body = login(desk.agent).get(address(arrived, "original_body"), {"charset": "windows-1252"}).content.decode()
        file = arrived.message.attachments.get(content_id="logo")
        assert f'src="http://testserver/admin/helpdesk/files/{file.public_id}/?inline=1"' in body
        assert "CafÃ©" in body


@pytest.fixture
def forwarded(desk):
    inner = make_mail(
        "Inner",
        subject="The inner one",
        sender="Eve <eve@example.net>",
        html='<p onclick="x()">In <b>bold</b> '
        '<img src="cid:logo"><img src="https://tracker.example/a.gif"></p><script>alert(1)</script>',
    )
    inner.get_payload()[1].add_related(png(), "image", "png", cid="<logo>", filename="logo.png")
    inner.add_attachment(
        b"<svg xmlns='http://www.w3.org/2000/svg'/>", maintype="image", subtype="svg+xml", filename="a.svg"
    )
    outer = make_mail("See below")
    outer.add_attachment(inner)
    return take_in(outer, desk.mailbox).message


class TestAttachedMail:
    def url(self, message, name="attached_mail", *args):
        file = message.attachments.get()
        return reverse(f"helpdesk_tickets:{name}", args=[message.ticket_id, file.public_id, *args])

    def test_is_one_file_with_a_view(self, desk, login, forwarded):
        assert forwarded.attachments.get().display_name == "The inner one.eml"
        page = login(desk.light).get(reverse("helpdesk_tickets:ticket", args=[forwarded.ticket_id])).content.decode()
        assert f'href="{self.url(forwarded)}"' in page

    def test_page(self, desk, login, forwarded):
        page = login(desk.light).get(self.url(forwarded)).content.decode()
        assert "Eve &lt;eve@example.net&gt;" in page
        assert "The inner one" in page
        assert f'src="{self.url(forwarded, "attached_mail_body")}"' in page
        assert "a.svg" in page
        assert "<b>bold</b>" not in page

    def test_cost(self, desk, login, forwarded, django_assert_max_num_queries):
        client = login(desk.agent)
        client.get(self.url(forwarded))
        with django_assert_max_num_queries(14):
            client.get(self.url(forwarded))

    def test_body_is_guarded(self, desk, login, forwarded):
        response = login(desk.light).get(self.url(forwarded, "attached_mail_body"))
        body = response.content.decode()
        assert "In <b>bold</b>" in body
        assert "alert" not in body and "onclick" not in body and "tracker" not in body
        image = f"http://testserver{self.url(forwarded, 'attached_mail_file', 0)}?inline=1"
        assert f'src="{image}"' in body
        assert response["Content-Security-Policy"].startswith("default-src 'none'")

    def test_files(self, desk, login, forwarded):
        client = login(desk.light)
        shown = client.get(self.url(forwarded, "attached_mail_file", 0), {"inline": "1"})
        assert (shown["Content-Type"], b"".join(shown)) == ("image/png", png())
        assert shown["Content-Disposition"].startswith("inline")
        saved = client.get(self.url(forwarded, "attached_mail_file", 1), {"inline": "1"})
        assert saved["Content-Disposition"].startswith("attachment")
        assert b"".join(saved)
        assert client.get(self.url(forwarded, "attached_mail_file", 2)).status_code == 404

    def test_who_may_not_see_the_ticket_finds_nothing(self, desk, login, forwarded):
        urls = [
            self.url(forwarded),
            self.url(forwarded, "attached_mail_body"),
            self.url(forwarded, "attached_mail_file", 0),
        ]
        for url in urls:
            for name in desk.OUTSIDERS:
                assert login(getattr(desk, name)).get(url).status_code == 404
            assert login(None).get(url)["Location"].startswith("/admin/login/")

    def test_other_files_and_tickets(self, desk, ticket, login, forwarded):
        other = factories.add_customer_message(ticket, files=(NewFile("a.txt", b"a"),)).attachments.get()
        client = login(desk.manager)
        for pk, public_id in ((ticket.pk, other.public_id), (ticket.pk, forwarded.attachments.get().public_id)):
            assert client.get(reverse("helpdesk_tickets:attached_mail", args=[pk, public_id])).status_code == 404

    @pytest.mark.parametrize(
        "content", [b"", b"\0\xff", b"Content-Type: multipart/mixed; boundary=x\n\n--x\n--x\n" * 50]
    )
    def test_nonsense(self, desk, ticket, login, content):
        message = factories.add_customer_message(ticket, files=(NewFile("a.eml", content, "message/rfc822"),))
        client = login(desk.agent)
        assert client.get(self.url(message)).status_code == 200
        assert client.get(self.url(message, "attached_mail_body")).status_code == 200


class TestPrint:
    @pytest.fixture
    def url(self, desk, ticket):
        factories.add_customer_message(ticket, "<b>More</b>", html="<h1>More</h1>", files=(NewFile("a.txt", b"a"),))
        factories.add_reply(ticket, desk.agent, "<p>Our answer</p>")
        factories.add_note(ticket, desk.agent, "<p>Secret note</p>")
        factories.add_reply(ticket, desk.agent, "<p>Not sent yet</p>", delay=60)
        return reverse("helpdesk_tickets:print", args=[ticket.pk])

    def test_whole_ticket_as_text(self, desk, login, url):
        page = login(desk.light).get(url).content.decode()
        assert "&lt;b&gt;More&lt;/b&gt;" in page and "<h1>More" not in page
        assert "Our answer" in page and "a.txt" in page
        assert "Secret note" not in page and "Not sent yet" not in page
        assert "inbox/print.css" in page

    def test_notes_when_asked(self, desk, login, url):
        page = login(desk.light).get(url, {"notes": "1"}).content.decode()
        assert "Secret note" in page and "For agents only" in page

    def test_one_message(self, desk, ticket, login, url):
        reply = ticket.messages.get(direction="outbound", state="published")
        page = login(desk.light).get(url, {"message": reply.pk}).content.decode()
        assert "Our answer" in page and "More" not in page

    @pytest.mark.parametrize("message", ["x", "0", "99999999999999999999"])
    def test_no_such_message(self, desk, login, url, message):
        assert login(desk.light).get(url, {"message": message}).status_code == 404

    def test_who(self, desk, login, url):
        assert {login(getattr(desk, name)).get(url).status_code for name in desk.INSIDERS} == {200}
        assert {login(getattr(desk, name)).get(url).status_code for name in desk.OUTSIDERS} == {404}

    def test_costs_the_same_with_any_number_of_messages(self, desk, ticket, login, url, django_assert_max_num_queries):
        client = login(desk.agent)
        client.get(url)
        for n in range(5):
            factories.add_customer_message(ticket, f"m {n}", files=(NewFile("a.txt", b"a"),))
        with django_assert_max_num_queries(14):
            client.get(url)
