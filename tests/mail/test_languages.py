"""A customer gets mail in the customer's language, and our own parser knows it again when it comes back."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email import message_from_string, policy

import pytest
import time_machine
from django.utils import translation
from django.utils.formats import date_format

from tests.mail.helpers import make_mail, take_in
from tests.personas import Desk
from wagtail_helpdesk.conversations.quoting import split_reply
from wagtail_helpdesk.mail.arriving.languages import LEAST, detect, nearest_language
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


WRITTEN = {
    "pt": (
        "Bom dia, comprei um farol para a minha bicicleta na semana passada e ele já não acende mais. Troquei as "
        "pilhas, limpei os contatos e esperei um dia inteiro, mas nada mudou. O que devo fazer para receber um "
        "novo? Obrigada desde já pela ajuda."
    ),
    "es": (
        "Buenos días, compré una luz para mi bicicleta la semana pasada y ya no se enciende. Cambié las pilas, "
        "limpié los contactos y esperé un día entero, pero nada ha cambiado. ¿Qué debo hacer para recibir una "
        "nueva? Muchas gracias de antemano por su ayuda."
    ),
    "en": (
        "Good morning, I bought a light for my bicycle last week and it does not turn on any more. I changed the "
        "batteries, cleaned the contacts and waited for a whole day, but nothing has changed. What should I do to "
        "get a new one? Thank you for your help."
    ),
    "de": (
        "Guten Morgen, ich habe letzte Woche eine Lampe für mein Fahrrad gekauft, und sie geht nicht mehr an. Ich "
        "habe die Batterien gewechselt, die Kontakte gereinigt und einen ganzen Tag gewartet, aber nichts hat sich "
        "geändert. Was soll ich tun?"
    ),
    "fr": (
        "Bonjour, j'ai acheté la semaine dernière une lampe pour mon vélo et elle ne s'allume plus. J'ai changé "
        "les piles, nettoyé les contacts et attendu une journée entière, mais rien n'a changé. Que dois-je faire "
        "pour en recevoir une nouvelle ?"
    ),
    "ru": (
        "Доброе утро, на прошлой неделе я купила фонарь для велосипеда, и он больше не включается. Я поменяла "
        "батарейки, почистила контакты и подождала целый день, но ничего не изменилось. Что мне делать, чтобы "
        "получить новый? Заранее спасибо за помощь."
    ),
}


@pytest.mark.parametrize("language", WRITTEN)
def test_language_of_what_somebody_wrote(language: str) -> None:
    assert len(WRITTEN[language]) >= LEAST
    assert detect(WRITTEN[language]) == language


@pytest.mark.parametrize(
    "text",
    ["", "Bom dia, não acende mais.", "https://example.org/a/b/c " * 20, "A-1234 2026-11-20 R$ 12,50 " * 20, "x" * 199],
    ids=["nothing", "few words", "links", "numbers", "noise"],
)
def test_too_little_says_nothing(text: str) -> None:
    assert detect(text) == ""


@pytest.mark.parametrize("bomb", ["<!--" * 250_000, "a" * 1_000_000, "://" * 300_000, " x" * 500_000])
def test_a_bomb_is_looked_at_in_bounds(bomb: str) -> None:
    detect("The model is loaded by the first text of some length that anybody asks about. " * 5)
    started = time.process_time()
    assert detect(bomb) == ""
    assert time.process_time() - started < 1


def test_answers_in_the_language_of_the_last_words(desk: Desk) -> None:
    """A mailbox in English; a customer who begins in Portuguese and goes on in Spanish, whatever her program says."""
    opened = take_in(make_mail(WRITTEN["pt"], Content_Language="en-US"), desk.mailbox)
    acknowledgement = OutboundMail.objects.get(ticket=opened.ticket, kind="ack")
    assert acknowledgement.language == "pt-br"
    answer = make_mail(WRITTEN["es"], in_reply_to=f"<{acknowledgement.message_id_header}>")
    assert take_in(answer, desk.mailbox).ticket == opened.ticket
    factories.add_reply(opened.ticket, desk.agent)
    assert OutboundMail.objects.get(ticket=opened.ticket, kind="reply").language == "es"


def test_quoted_words_are_not_the_customers(desk: Desk) -> None:
    quoted = "".join(f"> {line}\n" for line in (WRITTEN["en"] + WRITTEN["en"]).split(". "))
    opened = take_in(make_mail(WRITTEN["es"]), desk.mailbox)
    first = OutboundMail.objects.get(ticket=opened.ticket, kind="ack")
    answer = make_mail(f"Sí, gracias.\n\n{quoted}", in_reply_to=f"<{first.message_id_header}>")
    take_in(answer, desk.mailbox)
    opened.ticket.refresh_from_db()
    assert opened.ticket.language == "es"


def test_chosen_language_wins(desk: Desk) -> None:
    factories.make_contact("ana@example.org", language="es")
    opened = take_in(make_mail(WRITTEN["pt"]), desk.mailbox)
    assert OutboundMail.objects.get(ticket=opened.ticket).language == "es"
    assert opened.ticket.requester.language == "es"


def test_stranger_does_not_change_the_language(desk: Desk) -> None:
    opened = take_in(make_mail(WRITTEN["es"]), desk.mailbox)
    ours = OutboundMail.objects.get(ticket=opened.ticket).message_id_header
    take_in(make_mail(WRITTEN["pt"], sender="Eve <eve@elsewhere.example>", in_reply_to=f"<{ours}>"), desk.mailbox)
    opened.ticket.refresh_from_db()
    assert opened.ticket.language == "es"


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [
        (["pt"], "pt-br"),
        (["pt-PT"], "pt-br"),
        (["", "es-MX"], "es"),
        # The site has German pages, but nobody wrote our mails in German.
        (["de", "es"], "es"),
        (["de"], "en"),
        (["ja", "x" * 50, "no such-language"], "en"),
        ([], "en"),
    ],
)
def test_nearest_language_of_ours(wanted: list[str], nearest: str) -> None:
    assert nearest_language(wanted) == nearest
