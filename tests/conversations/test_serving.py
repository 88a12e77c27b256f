"""How bodies and files leave: what the browser is told to do with them, and who gets them at all."""

from __future__ import annotations

import io

import pytest
from django.http import Http404
from django.urls import reverse
from PIL import Image

from wagtail_helpdesk.conversations.actions.cancel_message import CancelMessage
from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.conversations.sanitising import clean_agent_html
from wagtail_helpdesk.conversations.serving import body_html, body_response, file_response
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket


def png() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (2, 2), "red").save(content, "PNG")
    return content.getvalue()


HOSTILE = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.fixture
def message(desk, ticket):
    return factories.add_customer_message(
        ticket,
        html='<p onclick="x()">See <img src="cid:logo"> and <img src="https://tracker.example/a.gif"></p>'
        "<script>alert(1)</script>",
        files=(
            NewFile("logo.png", png(), "image/png", "inline", "logo", hidden=True),
            NewFile("façade “1”.svg", HOSTILE, "image/png"),
        ),
    )


def policy_of(response) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";"))
    return {name: value for name, _space, value in parts}


class TestBodyResponse:
    def test_headers(self):
        response = body_response(clean_agent_html("<p>Hello</p>"))
        assert policy_of(response) == {
            "default-src": "'none'",
            "style-src": "'unsafe-inline'",
            "img-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'self'",
        }
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "no-referrer"
        assert "no-store" in response["Cache-Control"]

    def test_holds_the_words_and_escapes_the_title(self):
        content = body_response(clean_agent_html("<p>Hello</p>"), title="<b>Ana</b>").content.decode()
        assert '<body dir="auto"><p>Hello</p></body>' in content
        assert "<title>&lt;b&gt;Ana&lt;/b&gt;</title>" in content

    @pytest.mark.parametrize("unsafe", ["<p>x</p>", ""])
    def test_refuses_what_was_not_sanitised(self, unsafe):
        with pytest.raises(TypeError):
            body_response(unsafe)


class TestBodyHtml:
    def test_attached_images_and_no_remote_ones(self, message):
        html = body_html(message, file_address=lambda file: f"https://desk.example/{file.display_name}")
        assert 'src="https://desk.example/logo.png"' in html
        assert "tracker" not in html
        assert "script" not in html
        assert "onclick" not in html

    def test_an_attachment_that_is_no_image_is_never_an_image(self, ticket):
        files = (NewFile("x.png", HOSTILE, "image/png", "inline", "x"),)
        message = factories.add_customer_message(ticket, html='<p>a<img src="cid:x"></p>', files=files)
        assert "https://desk.example" not in body_html(message, file_address=lambda file: "https://desk.example/x")

    def test_text_becomes_html_with_links(self, ticket):
        message = factories.add_customer_message(ticket, "<b>1</b> https://example.org/a")
        html = body_html(message, file_address=str)
        assert "&lt;b&gt;1&lt;/b&gt;" in html
        assert 'href="https://example.org/a"' in html

    def test_whole_adds_the_quote(self, ticket):
        message = factories.add_customer_message(ticket, "New words")
        message.text, message.reply_text = "New words\n\n> old words", "New words"
        assert "old words" not in body_html(message, file_address=str)
        assert "old words" in body_html(message, file_address=str, whole=True)


class TestFileResponse:
    @pytest.mark.parametrize("inline", [False, True])
    def test_hostile_file_is_saved_never_shown(self, message, inline):
        response = file_response(message.attachments.get(hidden=False), inline=inline)
        assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''fa%C3%A7ade")
        assert policy_of(response) == {"sandbox": "", "default-src": "'none'"}
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response.streaming
        assert b"".join(response.streaming_content) == HOSTILE
        response.file_to_stream.close()

    @pytest.mark.parametrize(("inline", "disposition"), [(False, "attachment"), (True, "inline")])
    def test_verified_image_is_shown_when_asked(self, message, inline, disposition):
        response = file_response(message.attachments.get(hidden=True), inline=inline)
        assert response["Content-Disposition"] == f'{disposition}; filename="logo.png"'
        assert response["Content-Type"] == "image/png"
        response.file_to_stream.close()

    def test_missing_in_the_storage(self, message):
        file = message.attachments.first()
        private_storage().delete(file.storage_key)
        with pytest.raises(Http404):
            file_response(file)


class TestViews:
    @pytest.fixture
    def addresses(self, message):
        file = message.attachments.get(hidden=True)
        return [
            reverse("helpdesk_conversations:body", args=[message.pk]),
            reverse("helpdesk_conversations:file", args=[file.public_id]),
        ]

    def test_insiders(self, desk, addresses, login):
        for name in desk.INSIDERS:
            for address in addresses:
                response = login(getattr(desk, name)).get(address)
                # Read to the end, which closes the file.
                assert response.status_code == 200 and b"".join(response), (name, address)

    def test_outsiders_find_nothing(self, desk, addresses, login):
        for name in desk.OUTSIDERS:
            for address in addresses:
                assert login(getattr(desk, name)).get(address).status_code == 404, (name, address)

    def test_strangers_have_to_sign_in(self, addresses, login):
        for address in addresses:
            assert login(None).get(address).headers["Location"].startswith("/admin/login/")

    def test_get_and_head_only(self, desk, addresses, login):
        for address in addresses:
            assert login(desk.manager).post(address).status_code == 405

    def test_body_shows_images_from_our_own_address(self, desk, message, login):
        content = login(desk.agent).get(reverse("helpdesk_conversations:body", args=[message.pk])).content.decode()
        file = message.attachments.get(hidden=True)
        assert f'src="http://testserver/admin/helpdesk/files/{file.public_id}/?inline=1"' in content
        assert "tracker.example" not in content

    def test_remote_images_are_counted_and_not_loaded(self, desk, message, login):
        address = reverse("helpdesk_conversations:body", args=[message.pk])
        response = login(desk.agent).get(address, {"whole": "1"})
        assert "tracker.example" not in response.content.decode()
        assert policy_of(response)["img-src"] == "'self'"
        page = login(desk.agent).get(reverse("helpdesk_tickets:ticket", args=[message.ticket_id]))
        assert "1 remote image is not shown." in page.content.decode()

    def test_cancelled_reply_is_gone(self, desk, ticket, login):
        reply = factories.add_reply(ticket, desk.agent, delay=60, files=[NewFile("a.txt", b"a")])
        file = Attachment.objects.get(message=reply)
        CancelMessage(message=reply, actor=Actor.of_user(desk.agent))()
        client = login(desk.agent)
        assert client.get(reverse("helpdesk_conversations:body", args=[reply.pk])).status_code == 404
        assert client.get(reverse("helpdesk_conversations:file", args=[file.public_id])).status_code == 404

    def test_erased_ticket_is_gone(self, desk, ticket, message, addresses, login):
        manager = Actor.of_user(desk.manager)
        TrashTicket(ticket=ticket, actor=manager)()
        EraseTicket(ticket=ticket, actor=manager)()
        assert [login(desk.manager).get(address).status_code for address in addresses] == [404, 404]
