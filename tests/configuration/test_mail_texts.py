"""The administrator's own mail texts: what the form refuses, the preview, who gets in."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from wagtail_helpdesk.mail.models import MailTemplate, OutboundMail
from wagtail_helpdesk.testing import factories

INSIDE = ("administrator", "superuser")
OUTSIDE = ("light", "agent", "manager", "editor", "stranger")
DATA = {"kind": "ack", "language": "en", "mailbox": "", "subject": "", "text": "Hello {name}, see {link}"}


def url(action: str = "index", pk: Any = None) -> str:
    return reverse(f"helpdesk_settings_mail-texts_modeladmin_{action}", args=[pk] if pk else [])


@pytest.fixture
def client(desk, login):
    return login(desk.administrator)


def saved(client: Any, data: dict[str, Any], pk: Any = None) -> Any:
    """Post the form; return its errors, None when it was saved."""
    response = client.post(url("edit", pk) if pk else url("create"), data)
    return None if response.status_code == 302 else response.context["form"].errors


@pytest.mark.parametrize("persona", [*INSIDE, *OUTSIDE])
def test_every_screen_as(persona, desk, login):
    visitor = login(getattr(desk, persona, None))
    row = MailTemplate.objects.create(kind="ack", language="en", text="x", mailbox=desk.mailbox)
    for address in (url(), url("create"), url("edit", row.pk), url("delete", row.pk)):
        response = visitor.get(address)
        assert response.status_code == (200 if persona in INSIDE else 302), address
    if persona in OUTSIDE:
        visitor.post(url("create"), DATA)
        visitor.post(url("delete", row.pk))
        assert list(MailTemplate.objects.all()) == [row]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({}, set()),
        ({"subject": "{team}: {subject} {reference}"}, set()),
        ({"text": "{ticket} {notes}"}, {"text"}),
        ({"text": "{message}"}, {"text"}),
        ({"text": ""}, {"text"}),
        ({"subject": "{link}"}, {"subject"}),
        ({"subject": "{nothing}"}, {"subject"}),
        ({"kind": "reply", "text": "Dear {name},\n{message}\n{agent}"}, set()),
        ({"kind": "reply", "text": "Dear {name},\n{message}", "subject": "x"}, {"subject"}),
        ({"kind": "reply", "text": "Dear {name}"}, {"text"}),
        ({"kind": "notice", "text": "For {name}:\n{message}"}, set()),
        ({"kind": "notice", "text": "For {name}"}, {"text"}),
        ({"kind": "notice", "text": "{message}\n{agent}"}, {"text"}),
        ({"kind": "probe"}, {"kind"}),
        ({"language": "tlh"}, {"language"}),
    ],
)
def test_what_is_refused(change, fields, client):
    assert set(saved(client, {**DATA, **change}) or ()) == fields
    assert MailTemplate.objects.count() == (0 if fields else 1)


def test_one_text_for_each_case(client, desk):
    assert saved(client, DATA) is None
    assert list(saved(client, DATA)) == ["__all__"]
    assert saved(client, {**DATA, "mailbox": desk.mailbox.pk}) is None
    assert saved(client, {**DATA, "language": "de"}) is None
    row = MailTemplate.objects.get(language="de")
    assert saved(client, {**DATA, "language": "de", "text": "Danke"}, row.pk) is None
    assert list(saved(client, DATA, row.pk)) == ["__all__"]


def test_preview_saves_nothing_and_keeps_what_was_typed(client):
    data = {**DATA, "subject": "{reference}: {subject}", "preview": "1"}
    page = client.post(url("create"), data).content.decode()
    assert "Hello Ana Souza, see https://example.com/helpdesk/t/…/" in page
    assert "HD-1042: Invoice of March" in page
    assert "Hello {name}, see {link}" in page
    assert not MailTemplate.objects.exists()
    page = client.post(url("create"), {**data, "text": "<script>{notes}"}).content.decode()
    assert "There is no placeholder {notes} here." in page and "<script>{notes}" not in page
    page = client.post(url("create"), {**data, "kind": "reply", "subject": "", "text": "A\n{message}\nZ"}).content
    assert b"This is what the agent wrote." in page
    page = client.post(
        url("create"), {**data, "kind": "notice", "subject": "", "text": "A {name}\n{message}\nZ"}
    ).content
    assert b"A Bruno Lima" in page and b"This is what happened." in page


def test_saved_text_is_sent(client, desk):
    assert saved(client, DATA) is None
    assert "Acknowledgement (en)" in client.get(url()).content.decode()
    factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org", name="Ana")
    assert OutboundMail.objects.get().text.startswith("Hello Ana, see http")
    row = MailTemplate.objects.get()
    assert client.post(url("delete", row.pk)).status_code == 302
    assert not MailTemplate.objects.exists()
