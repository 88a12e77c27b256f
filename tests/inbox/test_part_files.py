"""Files and images that go along with one reply to all parts of a ticket: a copy for each."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.inbox.test_children import address, contentstate
from tests.inbox.test_work import said
from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.automation.files import add_files
from wagtail_helpdesk.automation.models import SavedReply
from wagtail_helpdesk.conversations.draft_files import add_draft_file
from wagtail_helpdesk.conversations.files import read_file
from wagtail_helpdesk.conversations.models import Attachment, DraftFile, Message
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.bulk import running
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.link_tickets import link_tickets
from wagtail_helpdesk.tickets.choices import LinkKind

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


@pytest.fixture
def parts(desk, ticket):
    made = []
    for name in ("Ben", "Cleo"):
        child = factories.make_ticket(name, name=name, team=desk.team, mailbox=desk.mailbox)
        link_tickets(source=child, target=ticket, kind=LinkKind.CHILD, actor=Actor.system())
        made.append(child)
    return made


@pytest.fixture
def terms(desk, ticket):
    file = NewFile(name="terms.txt", content=b"our terms", declared_type="text/plain")
    return add_draft_file(user=desk.agent, ticket=ticket, mode="reply", file=file)


def from_composer(client, ticket, **data):
    return client.post(address(ticket), {"mode": "reply", "body": contentstate("Hello you"), **data})


def confirm(client, ticket, page, **data):
    initial = page.context["form"].initial
    return client.post(address(ticket), {"confirm": "1", **initial, **data})


def sent_files():
    return [
        (message.ticket.subject or message.ticket.pk, file.display_name, read_file(file))
        for message in Message.objects.filter(direction="outbound").order_by("ticket")
        for file in message.attachments.all()
    ]


def test_each_part_gets_a_copy(desk, ticket, parts, terms, login):
    client = login(desk.agent)
    page = from_composer(client, ticket)
    text = page.content.decode()
    assert "terms.txt (9\xa0bytes)" in text and "do not go along" not in text
    confirm(client, ticket, page)
    rows = Attachment.objects.filter(message__direction="outbound")
    assert {row.message.ticket for row in rows} == set(parts)
    assert len({row.storage_key for row in rows} | {terms.storage_key}) == 3
    assert [read_file(row) for row in rows] == [b"our terms"] * 2
    # The answer to the ticket itself is not written yet: its draft keeps the file.
    assert DraftFile.objects.filter(pk=terms.pk).exists()


def test_what_is_not_ticked_stays(desk, ticket, parts, terms, login):
    client = login(desk.agent)
    confirm(client, ticket, from_composer(client, ticket), files=[])
    assert Message.objects.filter(direction="outbound").count() == 2
    assert sent_files() == []


def test_one_that_is_taken_back_leaves_the_others_theirs(desk, ticket, parts, terms, login):
    client = login(desk.agent)
    confirm(client, ticket, from_composer(client, ticket))
    first, second = Message.objects.filter(direction="outbound").order_by("pk")
    client.post(f"/admin/helpdesk/tickets/{first.ticket_id}/messages/{first.pk}/undo/")
    assert [read_file(row) for row in second.attachments.all()] == [b"our terms"]


def test_files_that_come_with_the_form(desk, ticket, parts, login):
    client = login(desk.agent)
    files = [SimpleUploadedFile("plan.txt", b"plan"), SimpleUploadedFile("evil.exe", b"MZ")]
    page = from_composer(client, ticket, files=files)
    text = page.content.decode()
    assert "plan.txt" in text and "evil.exe: mail servers refuse" in text
    confirm(client, ticket, page)
    assert {name for _ticket, name, _content in sent_files()} == {"plan.txt"}


def test_the_files_of_saved_replies_go_along(desk, ticket, parts, login):
    reply = SavedReply.objects.create(name="Terms", body="<p>x</p>", scope=Scope.EVERYONE)
    add_files(reply, [SimpleUploadedFile("ready.txt", b"ready")])
    client = login(desk.agent)
    page = from_composer(client, ticket, saved_reply=reply.pk)
    confirm(client, ticket, page, saved_reply=reply.pk)
    assert [(name, content) for _ticket, name, content in sent_files()] == [("ready.txt", b"ready")] * 2


def test_images_stand_in_the_words_of_each(desk, ticket, parts, login):
    image = add_draft_file(
        user=desk.agent, ticket=ticket, mode="reply", file=NewFile(name="x.png", content=PNG), inline=True
    )
    data = {"cid": image.content_id, "alt": "A wheel", "src": ""}
    blocks = [
        {"key": "a", "text": "Look", "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []},
        {
            "key": "b",
            "text": " ",
            "type": "atomic",
            "depth": 0,
            "inlineStyleRanges": [],
            "entityRanges": [{"key": 0, "offset": 0, "length": 1}],
        },
    ]
    entity = {"type": "HELPDESK_IMAGE", "mutability": "IMMUTABLE", "data": data}
    client = login(desk.agent)
    page = from_composer(client, ticket, body=json.dumps({"blocks": blocks, "entityMap": {"0": entity}}))
    confirm(client, ticket, page)
    messages = Message.objects.filter(direction="outbound")
    assert len(messages) == 2
    for message in messages:
        (row,) = message.attachments.all()
        assert row.hidden and row.content_id == f"{row.public_id}@helpdesk"
        assert f"cid:{row.content_id}" in message.html
        assert image.content_id not in message.html


def test_too_much_is_refused_before_anything_is_sent(desk, ticket, parts, terms, login, settings):
    client = login(desk.agent)
    page = from_composer(client, ticket)
    settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "MAX_UPLOAD_BYTES": 4}
    response = confirm(client, ticket, page)
    assert response.status_code == 422 and "Together the files" in response.content.decode()
    assert not Message.objects.filter(direction="outbound").exists()


def test_a_file_that_is_gone_is_told(desk, ticket, parts, terms, login):
    client = login(desk.agent)
    page = from_composer(client, ticket)
    terms.delete()
    response = confirm(client, ticket, page)
    assert response.status_code == 422 and "is not there any more" in response.content.decode()
    assert not Message.objects.filter(direction="outbound").exists()


def test_a_colleagues_files_are_not_offered(desk, ticket, parts, terms, login):
    page = from_composer(login(desk.colleague), ticket)
    assert "terms.txt" not in page.content.decode()
    response = confirm(login(desk.colleague), ticket, page, files=[f"draft:{terms.public_id}"])
    assert response.status_code == 422


def test_a_note_brings_no_files(desk, ticket, parts, terms, login):
    page = login(desk.agent).post(address(ticket), {"mode": "note", "body": contentstate("For us")})
    assert page.context["form"].initial["files"] == []


class TestJobs:
    @pytest.fixture
    def begun(self, desk, ticket, parts, terms, login, monkeypatch):
        monkeypatch.setattr("wagtail_helpdesk.inbox.views.work.children.AT_ONCE", 1)
        client = login(desk.agent)
        return confirm(client, ticket, from_composer(client, ticket)).url

    def test_the_draft_was_sent_meanwhile(self, desk, ticket, terms, begun):
        message = factories.add_reply(ticket, desk.agent)
        values = DraftFile.objects.filter(pk=terms.pk).values(
            "public_id", "storage_key", "sha256", "display_name", "declared_type", "sniffed_type", "size", "content_id"
        )
        Attachment.objects.create(message=message, **values[0])
        terms.delete()
        running.continue_jobs()
        assert [content for _ticket, _name, content in sent_files() if content] == [b"our terms"] * 3

    def test_the_file_was_thrown_away_meanwhile(self, desk, ticket, terms, begun, login):
        terms.delete()
        running.continue_jobs()
        assert not Message.objects.filter(direction="outbound").exists()
        page = login(desk.agent).get(begun).content.decode()
        assert page.count("A file that was to go along is not there any more.") == 2


def test_queries_of_the_page_do_not_grow(desk, ticket, parts, login):
    client = login(desk.agent)

    def count():
        from_composer(client, ticket)
        with CaptureQueriesContext(connection) as captured:
            from_composer(client, ticket)
        return len(captured)

    def add(number):
        for n in range(number):
            file = NewFile(name=f"{n}.txt", content=b"x")
            add_draft_file(user=desk.agent, ticket=ticket, mode="reply", file=file)

    add(1)
    few = count()
    add(3)
    assert count() == few


def test_said_of_each(desk, ticket, parts, terms, login):
    client = login(desk.agent)
    assert said(confirm(client, ticket, from_composer(client, ticket)))[0].startswith("2 tickets changed.")
