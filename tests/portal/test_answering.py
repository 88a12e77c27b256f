"""A customer answers and closes over the link."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone

from tests.portal.conftest import link_of
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.portal import answering
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.choices import Channel, LinkKind, Visibility
from wagtail_helpdesk.tickets.models import Ticket, TicketLink

pytestmark = pytest.mark.django_db


def set_category(ticket, category):
    ChangeStatus(ticket=ticket, status=default_status(category), actor=Actor.system())()
    ticket.refresh_from_db()


def page_of(response):
    return BeautifulSoup(response.content, "html.parser")


def test_answer_arrives(client, desk, ticket, requester, link):
    files = [SimpleUploadedFile("a.txt", b"words")]
    response = client.post(link, {"action": "answer", "text": "Any news?\r\n> quote", "files": files})
    message = ticket.messages.last()
    assert response.status_code == 302
    assert (message.text, message.channel) == ("Any news?\n> quote", Channel.PORTAL)
    assert (message.direction, message.visibility) == (Direction.INBOUND, Visibility.PUBLIC)
    assert (message.author_contact, message.from_address) == (requester.contact, "ana@example.org")
    assert message.attachments.get().display_name == "a.txt"
    shown = page_of(client.get(response["Location"].split("#")[0]))
    assert "Your answer has reached us" in shown.find(id="helpdesk-notice").text
    assert "Any news?" in shown.find(id=f"message-{message.pk}").text


def test_a_file_is_an_answer(client, ticket, link):
    assert client.post(link, {"text": "", "files": [SimpleUploadedFile("a.txt", b"x")]}).status_code == 302
    assert ticket.messages.count() == 2


@pytest.mark.parametrize(
    ("data", "field"), [({"text": " "}, "text"), ({}, "text"), ({"text": "x" * 50_001}, "text")], ids=str
)
def test_errors(client, ticket, link, data, field):
    response = client.post(link, data)
    bad = page_of(response).select_one("[aria-invalid=true]")
    assert response.status_code == 422
    assert bad["name"] == field
    assert page_of(response).find(id=bad["aria-describedby"])
    assert ticket.messages.count() == 1


@override_settings(WAGTAIL_HELPDESK={"MAX_UPLOAD_BYTES": 10, "PRIVATE_STORAGE": "helpdesk"})
def test_files_too_large_keep_the_words(client, ticket, link):
    response = client.post(link, {"files": [SimpleUploadedFile("a", b"x" * 11)], "text": "Typed"})
    page = page_of(response)
    assert response.status_code == 422
    assert page.textarea.text.strip() == "Typed"
    assert "choose your files again" in page.get_text(" ")


def test_double_click(client, ticket, link):
    for _ in range(2):
        assert client.post(link, {"text": "Any news?"}).status_code == 302
    client.post(link, {"text": "Any news? Please."})
    assert ticket.messages.count() == 3


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Category.NEW, Category.NEW),
        (Category.PENDING, Category.OPEN),
        (Category.RESOLVED, Category.OPEN),
        (Category.CLOSED, Category.OPEN),
        (Category.SPAM, Category.SPAM),
    ],
)
def test_status_after_an_answer(client, ticket, link, before, after):
    set_category(ticket, before)
    assert client.post(link, {"text": "Hello?"}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.category == after


def test_closed_too_long_ago_is_continued(client, desk, ticket, link):
    set_category(ticket, Category.RESOLVED)
    Ticket.objects.update(resolved_at=timezone.now() - timedelta(days=desk.mailbox.reopen_days + 1))
    response = client.post(link, {"text": "It is back"})
    new = Ticket.objects.exclude(pk=ticket.pk).get()
    assert TicketLink.objects.get(kind=LinkKind.CONTINUES).target == ticket
    assert (new.subject, new.team, new.requester) == (ticket.subject, ticket.team, ticket.requester)
    assert ticket.messages.count() == 1
    page = page_of(client.get(response["Location"].split("#")[0]))
    assert new.reference in page.find(id="helpdesk-notice").text
    assert "It is back" in page.select_one(".helpdesk-message").text
    again = client.post(link, {"text": "It is back"})
    assert again["Location"] == response["Location"]


def test_requester_closes(client, ticket, link):
    response = client.post(link, {"action": "close", "text": ""})
    ticket.refresh_from_db()
    assert response.status_code == 302
    assert ticket.category == Category.RESOLVED
    event = ticket.events.get(kind="status")
    assert (event.actor_kind, event.actor_name) == ("contact", "Ana Souza")
    page = page_of(client.get(response["Location"].split("#")[0]))
    assert "closed" in page.find(id="helpdesk-notice").text
    assert not page.select("button[value=close]")
    # Once more, from a second tab.
    assert client.post(link, {"action": "close", "text": ""}).status_code == 302
    assert ticket.events.filter(kind="status").count() == 1


def test_closing_does_not_lose_words(client, ticket, link):
    response = client.post(link, {"action": "close", "text": "One more thing"})
    ticket.refresh_from_db()
    assert response.status_code == 422
    assert ticket.category == Category.NEW
    assert page_of(response).textarea.text.strip() == "One more thing"


@pytest.mark.parametrize("category", [Category.SPAM, Category.CLOSED])
def test_what_cannot_be_closed(client, ticket, link, category):
    set_category(ticket, category)
    assert not page_of(client.get(link)).select("button[value=close]")
    client.post(link, {"action": "close"})
    ticket.refresh_from_db()
    assert ticket.category == category


def test_cc_answers_but_does_not_close(client, ticket, join):
    ben = join("ben@example.org")
    assert not page_of(client.get(link_of(ben))).select("button[value=close]")
    client.post(link_of(ben), {"action": "close"})
    client.post(link_of(ben), {"text": "Ben here"})
    ticket.refresh_from_db()
    assert ticket.category == Category.NEW
    message = ticket.messages.last()
    assert (message.author_name, message.visibility, message.flags) == ("Ben", Visibility.PUBLIC, [])


def test_closing_what_an_agent_just_changed(client, ticket, link, monkeypatch):
    original = answering.ChangeStatus

    def meanwhile(**values):
        set_category(Ticket.objects.get(pk=ticket.pk), Category.SPAM)
        return original(**values)

    monkeypatch.setattr(answering, "ChangeStatus", meanwhile)
    response = client.post(link, {"action": "close", "text": ""})
    ticket.refresh_from_db()
    assert response.status_code == 409
    assert ticket.category == Category.SPAM
    page = page_of(response)
    assert "cannot be closed now" in page.select_one("[role=alert]").text
    assert not page.select("[aria-invalid]")
    assert page.textarea.text.strip() == ""


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
@pytest.mark.parametrize("action", ["answer", "close"])
def test_post_from_elsewhere_is_refused(client, ticket, link, headers, action):
    response = client.post(link, {"action": action, "text": "Hi"}, headers=headers)
    ticket.refresh_from_db()
    assert response.status_code == 403
    assert (ticket.category, ticket.messages.count()) == (Category.NEW, 1)
    assert page_of(response).textarea.text.strip() == "Hi"


def test_no_cookie_is_needed(ticket, link):
    client = Client(enforce_csrf_checks=True)
    assert client.post(link, {"text": "Hi"}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 302


@override_settings(WAGTAIL_HELPDESK={"SUBMISSIONS_PER_HOUR": 1, "PRIVATE_STORAGE": "helpdesk"})
def test_limit_by_link(client, ticket, link, join):
    ben = link_of(join("ben@example.org"))
    assert client.post(link, {"text": "One"}).status_code == 302
    refused = client.post(link, {"text": "Two"})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert page_of(refused).textarea.text.strip() == "Two"
    assert client.post(ben, {"text": "Mine"}).status_code == 302


@pytest.mark.parametrize("payload", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7|add:7 }}"])
def test_hostile_words_are_words(client, desk, payload):
    ticket = factories.make_ticket(payload, subject=payload, name=payload, team=desk.team, address="x@example.org")
    page = page_of(client.get(link_of(ticket.participants.get())))
    assert page.h1.text == payload
    assert page.select_one(".helpdesk-words").get_text(strip=True) == payload
    assert not page.select("script:not([src]), img")


@pytest.mark.parametrize(
    ("contact", "ticket_language", "expected"),
    [("pt-br", "es", "pt-br"), ("", "es", "es"), ("xx", "", "de"), ("", "", "de")],
)
def test_language(client, desk, contact, ticket_language, expected):
    ticket = factories.make_ticket(team=desk.team, ticket_fields={"language": ticket_language})
    ticket.requester.language = contact
    ticket.requester.save()
    status = ticket.status
    for language in ("pt-br", "es", "de"):
        status.labels.create(language=language, label=f"Label {language}")
    response = client.get(link_of(ticket.participants.get()), headers={"Accept-Language": "de"})
    assert response["Content-Language"] == expected
    assert page_of(response).select_one(".helpdesk-status-label").text == f"Label {expected}"


@pytest.mark.parametrize(
    ("zone", "shown"), [("America/Sao_Paulo", "09:30"), ("Nowhere/At_all", "12:30"), ("../x", "12:30")]
)
def test_time_zone_of_the_customer(client, ticket, requester, link, zone, shown):
    Message.objects.update(created_at=timezone.now().replace(hour=12, minute=30, second=0))
    requester.contact.time_zone = zone
    requester.contact.save()
    assert shown in page_of(client.get(link)).time["datetime"]


def test_spam_is_not_called_spam(client, ticket, link):
    set_category(ticket, Category.SPAM)
    assert "spam" not in client.get(link).content.decode().lower()
