"""Images in the text of what we send: part of the mail, private on our pages."""

from __future__ import annotations

from email import message_from_bytes, policy
from io import BytesIO

import pytest
from PIL import Image

from tests.portal.conftest import link_of
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.inbox.thread import conversation_of
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.outbox.build import build_email
from wagtail_helpdesk.testing import factories


def png(colour="red"):
    content = BytesIO()
    Image.new("RGB", (2, 2), colour).save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def reply(desk, ticket):
    """A reply with an image in its text, a file, and an address of an image that it does not have."""
    shot = NewFile("shot.png", png(), "image/png", content_id="abc@helpdesk")
    html = '<p>Here:</p><p><img src="cid:abc@helpdesk" alt="shot"><img src="cid:other@helpdesk" alt="no"></p>'
    return factories.add_reply(ticket, desk.agent, html, files=[shot, NewFile("a.txt", b"aaa")])


def test_image_is_a_related_part(reply):
    mail = OutboundMail.objects.get(message=reply, kind="reply")
    built = message_from_bytes(build_email(mail, show_all=True).message().as_bytes(), policy=policy.default)
    html = built.get_body(("html",)).get_content()
    assert 'src="cid:abc@helpdesk"' in html
    assert "other@helpdesk" not in html
    related = next(part for part in built.walk() if part.get_content_type() == "multipart/related")
    image = related.get_payload()[1]
    assert (image["Content-ID"], image.get_content_disposition()) == ("<abc@helpdesk>", "inline")
    assert image.get_content() == png()
    assert [part.get_filename() for part in built.iter_attachments()] == ["a.txt"]
    assert "Here:" in built.get_body(("plain",)).get_content()


def test_shown_to_agents_and_to_who_may_see_it(desk, reply, client):
    ticket = reply.ticket
    body = next(item for item in conversation_of(ticket, desk.agent).items if getattr(item, "kind", "") == "reply")
    file = reply.attachments.get(hidden=True)
    assert f"files/{file.public_id}/?inline=1" in body.body
    page = client.get(link_of(ticket.participants.get())).content.decode()
    address = page.partition('<img src="')[2] or page.partition("<img ")[2].partition('src="')[2]
    shown = client.get(address.partition('"')[0])
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert b"".join(shown.streaming_content) == png()
    shown.close()


def test_too_large_for_the_mail(desk, ticket, monkeypatch):
    monkeypatch.setattr("wagtail_helpdesk.mail.outbox.enqueue.MAX_MAILED", 10)
    shot = NewFile("shot.png", png(), "image/png", content_id="abc@helpdesk")
    factories.add_reply(ticket, desk.agent, '<p>x<img src="cid:abc@helpdesk"></p>', files=[shot])
    mail = OutboundMail.objects.get(ticket=ticket, kind="reply")
    assert mail.attachment_ids == []
    assert "cid:" not in mail.html
