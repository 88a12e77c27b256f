"""A customer gets mail in the customer's language, and our own parser knows it again when it comes back."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_string, policy

import pytest
import time_machine
from django.utils import translation
from django.utils.formats import date_format

from tests.personas import Desk
from wagtail_helpdesk.conversations.quoting import split_reply
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.testing import factories

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

#: Language: the subject of the acknowledgement, sentences of its body, of a reply's, and the reply's sender.
CASES = {
    "pt-br": (
        "Recebido: Nota fiscal",
        ["Obrigado por escrever para Acme Support.", "Aqui você pode acompanhar sua solicitação"],
        [
            "e responder on-line:",
            "Escreva sua resposta acima desta linha",
            "Em {at}, Ana Souza escreveu:",
        ],
        "Bruno via Acme Support",
    ),
    "es": (
        "Recibido: Nota fiscal",
        ["Gracias por escribir a Acme Support.", "Aquí puede seguir su solicitud"],
        [
            "y responder en línea:",
            "Escriba su respuesta por encima de esta línea",
            "El {at}, Ana Souza escribió:",
        ],
        "Bruno vía Acme Support",
    ),
    "en": (
        "Received: Nota fiscal",
        ["Thank you for writing to Acme Support.", "Follow your request, add something or close it here:"],
        [
            "and answer online:",
            "Please write your answer above this line",
            "On {at}, Ana Souza wrote:",
        ],
        "Bruno via Acme Support",
    ),
}


@pytest.fixture(params=CASES)
def language(request: pytest.FixtureRequest) -> str:
    """Return each language in turn."""
    return request.param


@pytest.fixture
def mails(desk: Desk, language: str) -> tuple[OutboundMail, OutboundMail]:
    """Return the acknowledgement and the reply that a customer who speaks ``language`` gets."""
    factories.make_contact("ana@example.org", language=language)
    with time_machine.travel(AT, tick=False):
        ticket = factories.make_ticket(mailbox=desk.mailbox, address="ana@example.org", subject="Nota fiscal")
        factories.add_reply(ticket, desk.agent)
    return OutboundMail.objects.get(kind="ack"), OutboundMail.objects.get(kind="reply")


def reply_sentences(language: str) -> list[str]:
    """Return what a reply says; when, as Django writes it in that language."""
    with translation.override(language):
        at = date_format(AT, "DATETIME_FORMAT")
    return [sentence.replace("{at}", at) for sentence in CASES[language][2]]


def test_acknowledgement(mails: tuple[OutboundMail, OutboundMail], language: str) -> None:
    acknowledgement = mails[0]
    subject, sentences, _, _ = CASES[language]
    assert (acknowledgement.language, acknowledgement.subject) == (language, subject)
    assert [sentence for sentence in sentences if sentence not in acknowledgement.text] == []
    assert sentences[0] in acknowledgement.html
    assert f'<html lang="{language}"' in acknowledgement.html
    assert ["Content-Language", language] in acknowledgement.headers


def test_reply(mails: tuple[OutboundMail, OutboundMail], language: str) -> None:
    reply = mails[1]
    sentences = reply_sentences(language)
    assert (reply.language, reply.subject) == (language, "Re: Nota fiscal")
    assert [sentence for sentence in sentences if sentence not in reply.text] == []
    assert [sentence.rstrip(":") for sentence in sentences if sentence.rstrip(":") not in reply.html] == []


def test_sender(mails: tuple[OutboundMail, OutboundMail], language: str) -> None:
    header = message_from_string(f"From: {mails[1].from_header}\n\n", policy=policy.default)["From"]
    assert header.addresses[0].display_name == CASES[language][3]


def test_our_quote_is_cut_from_the_answer(language: str) -> None:
    """The line over the quoted messages is ours, so it must be one that we recognise, without the delimiter too."""
    attribution = reply_sentences(language)[-1]
    answer = f"Obrigada!\n\n{attribution}\n> Hello, the invoice of March is wrong.\n"
    assert split_reply(answer, "").reply_text.strip() == "Obrigada!"
