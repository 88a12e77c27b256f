"""What stands in attached files is found: by those who may see the ticket, as long as the file is there."""

from __future__ import annotations

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from tests.conversations.test_scanning import scanner  # noqa: F401 - a fixture
from wagtail_helpdesk.conversations.actions.redact import RedactFile
from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.conversations.scanning import scan_due
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.search.file_texts import MAX_BYTES, decode
from wagtail_helpdesk.search.models import FileText
from wagtail_helpdesk.testing import factories


def attach(ticket, *files):
    return factories.add_customer_message(ticket, "See the file.", files=files)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.txt", b"the wombat is blue"),
        ("report.csv", b"animal;colour\nwombat;blue\n"),
        ("report.txt", "der Wombat ist süß".encode("cp1252")),
        (
            "page.html",
            b"<!doctype html><html><head></head><body><p>the <b>wombat</b></p></body></html>",
        ),
    ],
)
def test_found_by_what_stands_in_a_file(desk, ticket, found, login, name, content):
    attach(ticket, NewFile(name, content))
    assert found("wombat") == [ticket.pk]
    assert found("wombat", user=desk.other_agent) == []
    page = login(desk.agent).get(reverse("helpdesk_inbox:view", args=["all"]), {"q": "wombat"}).content.decode()
    assert name in page
    assert "<mark>" in page


def test_read_once(desk, ticket, found, django_assert_num_queries):
    attach(ticket, NewFile("a.txt", b"wombat"))
    assert found("wombat") == [ticket.pk]
    text = FileText.objects.get()
    FileText.objects.filter(pk=text.pk).update(text="changed by hand")
    factories.add_customer_message(ticket, "another")
    assert found("another") == [ticket.pk]
    assert FileText.objects.get().text == "changed by hand"


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n wombat", b"x" * (MAX_BYTES + 1)])
def test_not_read(desk, ticket, found, content):
    attach(ticket, NewFile("a.txt", content))
    assert found("wombat") == []
    assert not FileText.objects.exists()


def test_a_file_that_is_gone_holds_nothing_up(desk, ticket, found, caplog):
    attach(ticket, NewFile("gone.txt", b"wombat"))
    private_storage().delete(Attachment.objects.get().storage_key)
    assert found("see the file") == [ticket.pk]
    assert FileText.objects.get().text == ""
    assert "file_text_failed" in caplog.text
    assert "gone.txt" not in caplog.text


def test_taken_out_for_good_it_is_found_no_more(desk, ticket, found):
    attach(ticket, NewFile("a.txt", b"wombat"))
    assert found("wombat") == [ticket.pk]
    RedactFile(attachment=Attachment.objects.get(), actor=Actor.of_user(desk.manager))()
    assert found("wombat") == []
    assert not FileText.objects.exists()


def test_not_before_the_scanner_has_cleared_it(desk, ticket, found, scanner):  # noqa: F811
    attach(ticket, NewFile("a.txt", b"wombat"))
    assert found("wombat") == []
    scan_due()
    assert found("wombat") == [ticket.pk]


@given(st.binary(max_size=200))
def test_every_content_is_some_text(content):
    assert isinstance(decode(content), str)
