"""Formatted messages and files over a tracking link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from tests.portal.conftest import link_of
from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.portal.links import body_path, file_path
from wagtail_helpdesk.portal.visits import visit_by_token
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.participants import RevokeTrackingLink

pytestmark = pytest.mark.django_db

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)
HTML = (
    '<p style="color:red">Look: <img src="cid:shot@x"><img src="https://tracker.example/a.gif">'
    '<a href="https://shop.example/">shop</a><script>alert(1)</script></p>'
)


@pytest.fixture
def ticket(desk):
    files = (
        NewFile("shot.png", PIXEL, "image/png", "inline", "shot@x", hidden=True),
        NewFile("../contract ü.pdf", b"%PDF-1.4 x", "application/pdf"),
        NewFile("page.html", b"<!doctype html><script>alert(1)</script>", "text/html"),
    )
    return factories.make_ticket("Look: shop", html=HTML, files=files, team=desk.team, address="ana@example.org")


def soup(response):
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def read(response):
    """Return a streamed file's bytes; reading to the end closes it."""
    return b"".join(response.streaming_content)


def files_of(client, link):
    return {a.text: a["href"] for a in soup(client.get(link)).select(".helpdesk-files a")}


def test_text_first_and_the_format_in_a_sandbox(client, link):
    page = soup(client.get(link))
    assert page.select_one(".helpdesk-words").get_text(strip=True) == "Look: shop"
    frame = page.iframe
    assert "allow-scripts" not in frame["sandbox"]
    assert frame["title"]
    response = client.get(frame["src"])
    body = soup(response)
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]
    assert not body.select("script")
    assert "noreferrer" in body.a["rel"]
    inline, remote = body.select("img")
    assert not remote.get("src")
    image = client.get(inline["src"])
    assert image["Content-Type"] == "image/png"
    assert read(image) == PIXEL


def test_agents_format_stands_in_the_page(client, desk, ticket, link):
    factories.add_reply(
        ticket,
        desk.agent,
        '<p>See <b>this</b> <a href="https://example.org/x">page</a></p><img src="https://cdn.example/x.png">',
    )
    ours = soup(client.get(link)).select_one(".helpdesk-ours .helpdesk-words")
    assert ours.b.text == "this"
    assert "noreferrer" in ours.a["rel"]
    assert not ours.select("img[src]")


def test_files_are_listed_and_saved(client, link):
    files = files_of(client, link)
    assert list(files) == ["contract ü.pdf", "page.html"]
    for name, address in files.items():
        response = client.get(address)
        assert response["Content-Disposition"].startswith("attachment")
        assert "sandbox" in response["Content-Security-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"
        assert read(response)
        asked_inline = client.get(f"{address}?inline=1")
        assert asked_inline["Content-Disposition"].startswith("attachment"), name
        read(asked_inline)


def test_file_address_does_not_give_the_link_away(client, link):
    token = link.split("/")[3]
    for address in files_of(client, link).values():
        assert token not in address


@pytest.mark.parametrize("change", ["last", "token", "attachment", "short", "long", "empty"])
def test_forged_file_address(client, link, change):
    address = files_of(client, link)["page.html"]
    signed = address.split("/")[3]
    other = {"0": "1"}.get
    forged = {
        "last": signed[:-1] + ("a" if signed[-1] != "a" else "b"),
        "token": ("a" if signed[0] != "a" else "b") + signed[1:],
        "attachment": signed[:10] + other(signed[10], "0") + signed[11:],
        "short": signed[:20],
        "long": signed + "a",
        "empty": "x",
    }[change]
    assert client.get(f"/helpdesk/files/{forged}/").status_code == 404


@pytest.mark.parametrize("change", ["revoked", "trashed", "left"])
def test_what_ends_the_link_ends_its_files(client, ticket, requester, link, change):
    frame = soup(client.get(link)).iframe["src"]
    addresses = [frame, *files_of(client, link).values()]
    if change == "revoked":
        RevokeTrackingLink(participant=requester, actor=Actor.system())()
    elif change == "trashed":
        TrashTicket(ticket=ticket, actor=Actor.system())()
    else:
        requester.state = "left"
        requester.save()
    assert [client.get(address).status_code for address in addresses] == [404] * 3


def test_notes_and_older_messages_stay_out_of_reach(client, desk, ticket, requester, link, join):
    note = factories.add_note(ticket, desk.agent, "<p>Secret</p>", files=(NewFile("secret.txt", b"secret"),))
    Message.objects.exclude(pk=note.pk).update(created_at=timezone.now() - timedelta(hours=1))
    ben = link_of(join("ben@example.org"))
    for visitor, messages in ((link, [note]), (ben, list(Message.objects.all()))):
        visit = visit_by_token(visitor.split("/")[3])
        for message in messages:
            assert client.get(body_path(visit, message.pk)).status_code == 404
            for attachment in message.attachments.all():
                assert client.get(file_path(visit, attachment)).status_code == 404


def test_messages_of_other_tickets(client, desk, link):
    other = factories.make_ticket("Other", html="<p>Other</p>", team=desk.team)
    assert client.get(f"{link}messages/{other.messages.get().pk}/").status_code == 404


def test_nothing_is_posted_there(client, link):
    frame = soup(client.get(link)).iframe["src"]
    for address in (frame, *files_of(client, link).values()):
        assert client.post(address).status_code == 405


def test_a_file_that_the_storage_lost(client, link):
    files = files_of(client, link)
    Attachment.objects.update(storage_key="attachments/00/gone")
    assert client.get(files["page.html"]).status_code == 404


def test_quoted_text_is_folded(client, ticket, link):
    factories.add_customer_message(
        ticket, "Thanks!\n\nOn Mon, 1 Jun 2026 at 10:00, Support wrote:\n> Old words\n", may_quote=True
    )
    entry = soup(client.get(link)).select(".helpdesk-message")[-1]
    assert entry.select_one(".helpdesk-words").get_text(strip=True) == "Thanks!"
    assert "Old words" in entry.details.text
