"""A visitor sends a form: what becomes of it, and what the visitor sees."""

from __future__ import annotations

import re

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings

from wagtail_helpdesk.contact_forms.dedupe import BUCKET_SECONDS
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.files import read_file
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.tickets.actions.participants import token_for
from wagtail_helpdesk.tickets.choices import Channel, TokenPurpose, Visibility
from wagtail_helpdesk.tickets.models import Ticket

pytestmark = pytest.mark.django_db


def url(form):
    return f"/helpdesk/forms/{form.pk}/"


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def errors_of(response):
    """Return the errors beside each field that has some."""
    return {
        field.select_one("input, textarea")["name"]: field.select_one(".errorlist").get_text(" ", strip=True)
        for field in soup(response).select(".helpdesk-field")
        if field.select_one(".errorlist")
    }


def test_opens_a_ticket(client, desk, make_form, data):
    form = make_form(tags=["web", "billing"])
    response = client.post(url(form), data)
    ticket = Ticket.objects.get()
    assert response.status_code == 302
    assert (ticket.subject, ticket.channel, ticket.category) == ("Wrong tax id", Channel.FORM, Category.NEW)
    assert (ticket.team, ticket.mailbox, ticket.language) == (desk.team, desk.mailbox, "en")
    assert sorted(ticket.tags.names()) == ["billing", "web"]
    assert (ticket.requester.name, ticket.requester.address) == ("Ana Souza", "Ana@Example.org")
    message = ticket.messages.get()
    assert (message.direction, message.visibility) == (Direction.INBOUND, Visibility.PUBLIC)
    assert message.text == "Hello,\nthe invoice of March is wrong."


def test_success_page(client, contact_form, data):
    response = client.post(url(contact_form), data)
    ticket = Ticket.objects.get()
    for part in ("ana", "example", "souza", "invoice", "tax"):
        assert part not in response["Location"].lower()
    page = client.get(response["Location"])
    text = soup(page).get_text(" ", strip=True)
    assert page.status_code == 200
    assert ticket.reference in text
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize("sent", [True, False])
def test_success_promises_a_mail_only_when_a_link_was_made(client, contact_form, data, sent):
    response = client.post(url(contact_form), data)
    ticket = Ticket.objects.get()
    ticket.tokens.all().delete()
    if sent:
        token_for(ticket.participants.get(), TokenPurpose.PORTAL)
    assert ("follow your request" in client.get(response["Location"]).content.decode()) is sent


@pytest.mark.parametrize("receipt", ["1-aaaaaaaaaaaaaaaa", "x", "1", "-", "٣-aaaaaaaaaaaaaaaa", "1-é"])
def test_forged_receipt(client, contact_form, receipt):
    assert client.get(f"{url(contact_form)}sent/{receipt}/").status_code == 404


def test_receipt_of_another_form(client, make_form, data):
    first, second = make_form(), make_form()
    location = client.post(url(first), data)["Location"]
    assert client.get(location).status_code == 200
    assert client.get(location.replace(f"/forms/{first.pk}/", f"/forms/{second.pk}/")).status_code == 404


def test_no_such_form(client, db):
    assert client.get("/helpdesk/forms/4711/").status_code == 404
    assert client.post("/helpdesk/forms/4711/", {}).status_code == 404


def test_get_shows_an_empty_form(client, contact_form):
    response = client.get(url(contact_form))
    assert response.status_code == 200
    assert [field["name"] for field in soup(response).select(".helpdesk-field :is(input, textarea)")] == [
        "name",
        "email",
        "subject",
        "message",
        "files",
    ]
    assert "csrf" not in response.content.decode()


@pytest.mark.parametrize(
    ("use", "needed"), [("hidden", None), ("optional", False), ("required", True)], ids=lambda value: str(value)
)
@pytest.mark.parametrize("field", ["name", "subject", "files"])
def test_fields_as_the_editor_wants(client, make_form, data, field, use, needed):
    form = make_form(**{"name_use": "optional", "subject_use": "optional", f"{field}_use": use})
    data.pop(field, None)
    response = client.post(url(form), data)
    shown = soup(client.get(url(form))).select_one(f"[name={field}]")
    assert (shown is not None) is (needed is not None)
    assert response.status_code == (422 if needed else 302)
    if needed:
        assert list(errors_of(response)) == [field]


def test_texts_of_the_editor(client, make_form, data):
    form = make_form(
        heading="Ask", intro="<p>Hi <b>you</b></p>", email_label="Mail", button_text="Go", success_text="Done\n\nBye"
    )
    page = soup(client.get(url(form)))
    assert (page.h1.text, page.button.text, page.select_one(".helpdesk-intro b").text) == ("Ask", "Go", "you")
    assert page.find("label", string="Mail")["for"] == page.select_one("[name=email]")["id"]
    sent = soup(client.get(client.post(url(form), data)["Location"]))
    assert [p.text for p in sent.select(".helpdesk-sent p")][:2] == ["Done", "Bye"]


def test_subject_from_the_first_words(client, contact_form, data):
    client.post(url(contact_form), data | {"subject": "", "message": f"Help\n me {'please ' * 30}"})
    subject = Ticket.objects.get().subject
    assert subject.startswith("Help me please")
    assert subject.endswith("please…")
    assert len(subject) <= 71


@pytest.mark.parametrize(
    ("values", "field", "error"),
    [
        ({"email": ""}, "email", "required"),
        ({"email": "ana"}, "email", "name@example.com"),
        ({"email": "ana@gmail"}, "email", "name@example.com"),
        ({"email": "a@b.example, c@d.example"}, "email", "name@example.com"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "email", "name@example.com"),
        ({"email": "SUPPORT@desk.example"}, "email", "our own address"),
        ({"message": "  \n "}, "message", "required"),
        ({"message": "x" * 50_001}, "message", "50000"),
        ({"name": ""}, "name", "required"),
        ({"name": "x" * 201}, "name", "200"),
        ({"subject": "x" * 201}, "subject", "200"),
    ],
)
def test_errors_stand_beside_the_field(client, contact_form, data, values, field, error):
    response = client.post(url(contact_form), data | values)
    assert response.status_code == 422
    errors = errors_of(response)
    assert list(errors) == [field]
    assert error in errors[field]
    page = soup(response)
    bad = page.select_one(f"[name={field}]")
    assert bad["aria-invalid"] == "true"
    assert page.find(id=bad["aria-describedby"]).get_text(strip=True)
    assert page.title.text.strip().startswith("Error:")
    assert not Ticket.objects.exists()


def test_nothing_typed_is_lost(client, contact_form, data):
    upload = SimpleUploadedFile("notes.txt", b"words")
    page = soup(client.post(url(contact_form), data | {"email": "nobody", "place": "7", "files": [upload]}))
    for field in ("name", "subject"):
        assert page.select_one(f"[name={field}]")["value"] == data[field]
    assert page.select_one("[name=email]")["value"] == "nobody"
    assert page.select_one("[name=message]").text.strip() == data["message"]
    assert page.select_one("[name=place]")["value"] == "7"
    assert page.select_one("[name=message]")["id"] == "helpdesk-form-7-message"
    assert "choose your files again" in page.get_text(" ")


def test_files_arrive(client, contact_form, data):
    files = [
        SimpleUploadedFile("../a.txt", b"first"),
        SimpleUploadedFile("b.svg", b"<svg/>"),
        SimpleUploadedFile("c", b""),
    ]
    assert client.post(url(contact_form), data | {"files": files}).status_code == 302
    kept = Message.objects.get().attachments.all()
    assert [(file.display_name, file.size) for file in kept] == [("a.txt", 5), ("b.svg", 6), ("c", 0)]
    assert read_file(kept[0]) == b"first"


def test_addresses_with_any_letters(client, contact_form, data):
    assert client.post(url(contact_form), data | {"email": "josé@müller.example"}).status_code == 302
    assert Ticket.objects.get().requester.address == "josé@müller.example"


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ form }}{% debug %}",
    "\u202eevil\u0007\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "a" * 190,
]


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_words_are_words(client, contact_form, data, payload):
    typed = data | {"name": payload, "subject": payload, "message": payload}
    again = client.post(url(contact_form), typed | {"email": "x"})
    assert not soup(again).select("img, script:not([src])")
    assert soup(again).select_one("[name=subject]")["value"] == payload
    response = client.post(url(contact_form), typed)
    assert response.status_code == 302
    assert client.get(response["Location"]).status_code == 200


def test_double_click_is_one_message(client, contact_form, data):
    first, second = client.post(url(contact_form), data), client.post(url(contact_form), data)
    assert first["Location"] == second["Location"]
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    ("before", "seconds", "tickets"),
    [
        (1, 2, 1),  # around the end of a bucket
        (BUCKET_SECONDS, BUCKET_SECONDS - 1, 1),
        (BUCKET_SECONDS, 2 * BUCKET_SECONDS, 2),  # asked again, much later
    ],
)
def test_same_words_later(client, contact_form, data, before, seconds, tickets):
    start = 2_000_000 * BUCKET_SECONDS - before
    for moment in (start, start + seconds):
        with time_machine.travel(moment, tick=False):
            assert client.post(url(contact_form), data).status_code == 302
    assert Ticket.objects.count() == tickets


@pytest.mark.parametrize(
    "change", [{"message": "Other"}, {"email": "ben@example.org"}, {"name": "Ben"}, {"subject": "Other"}, {"files": []}]
)
def test_anything_else_is_another_message(client, contact_form, data, change):
    client.post(url(contact_form), data)
    if "files" in change:
        change = {"files": [SimpleUploadedFile("a.txt", b"x")]}
    client.post(url(contact_form), data | change)
    assert Ticket.objects.count() == 2


def test_honeypot_is_kept_as_spam(client, contact_form, data):
    response = client.post(url(contact_form), data | {"website": "https://casino.example"})
    assert response.status_code == 302
    assert Ticket.objects.get().category == Category.SPAM
    assert "follow your request" not in client.get(response["Location"]).content.decode()


@override_settings(WAGTAIL_HELPDESK={"SUBMISSIONS_PER_HOUR": 2, "PRIVATE_STORAGE": "helpdesk"})
def test_limit_by_address(client, contact_form, data):
    with time_machine.travel(3600 * 500_000 + 600, tick=False):
        for number in range(2):
            assert client.post(url(contact_form), data | {"message": str(number)}).status_code == 302
        # What is not valid yet does not count, and is not refused.
        assert client.post(url(contact_form), data | {"email": ""}).status_code == 422
        refused = client.post(url(contact_form), data | {"message": "third"})
        elsewhere = client.post(url(contact_form), data | {"message": "fourth"}, REMOTE_ADDR="198.51.100.7")
    assert (refused.status_code, refused["Retry-After"]) == (429, "3000")
    assert soup(refused).select_one("[name=message]").text.strip() == "third"
    assert elsewhere.status_code == 302
    with time_machine.travel(3600 * 500_001, tick=False):
        assert client.post(url(contact_form), data | {"message": "third"}).status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    ],
)
def test_post_from_elsewhere_is_refused(client, contact_form, data, headers):
    response = client.post(url(contact_form), data, headers=headers)
    assert response.status_code == 403
    assert not Ticket.objects.exists()
    assert soup(response).select_one("[name=subject]")["value"] == data["subject"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin", "Origin": "https://proxy.example"}, {"Origin": "http://TESTSERVER"}],
)
def test_post_from_here(contact_form, data, headers):
    assert Client(enforce_csrf_checks=True).post(url(contact_form), data, headers=headers).status_code == 302


@pytest.mark.parametrize(
    ("posted", "language", "word"),
    [("pt-br", "pt-br", "obrigat"), ("de", "de", "ausgefüllt"), ("xx", "en", "required"), ("", "en", "required")],
)
def test_language_is_that_of_the_page(client, contact_form, data, posted, language, word):
    refused = client.post(url(contact_form), data | {"language": posted, "name": ""}, HTTP_ACCEPT_LANGUAGE="es")
    assert word in errors_of(refused)["name"]
    assert refused["Content-Language"] == language
    client.post(url(contact_form), data | {"language": posted}, HTTP_ACCEPT_LANGUAGE="es")
    ticket = Ticket.objects.get()
    assert (ticket.language, ticket.requester.language) == (language, language)


def test_fragment_for_javascript(client, contact_form, data):
    headers = {"Helpdesk-Fragment": "1"}
    refused = client.post(url(contact_form), data | {"email": ""}, headers=headers)
    assert refused.status_code == 422
    assert not soup(refused).select("html, title")
    assert soup(refused).select_one("form.helpdesk-form")
    done = client.post(url(contact_form), data, headers=headers, follow=True)
    assert soup(done).select_one(".helpdesk-sent[role=status]")
    assert not soup(done).select("html")
    assert "Helpdesk-Fragment" in done["Vary"]


def test_default_mailbox_and_team(client, make_form, data):
    client.post(url(make_form(team=None, mailbox=None)), data)
    ticket = Ticket.objects.get()
    assert ticket.mailbox.is_default
    assert ticket.team == ticket.mailbox.team


def test_queries(client, contact_form, data, django_assert_num_queries):
    client.get(url(contact_form))
    with django_assert_num_queries(2):
        client.get(url(contact_form))
    with django_assert_num_queries(3):
        assert client.post(url(contact_form), data | {"name": ""}).status_code == 422


def test_no_words_in_the_log(client, contact_form, data, caplog):
    with caplog.at_level("DEBUG"):
        client.post(url(contact_form), data | {"message": "secretword"})
        client.post(url(contact_form), data | {"email": "secretword"})
    assert not re.search("secretword|ana@example", caplog.text, re.IGNORECASE)
