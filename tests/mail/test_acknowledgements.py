"""An automatic mail answers people, never machines, and nobody again and again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from tests.mail.helpers import make_mail, take_in
from tests.personas import Desk
from wagtail_helpdesk.mail.arriving.accept import Envelope
from wagtail_helpdesk.mail.ledger import similar
from wagtail_helpdesk.mail.models import MailboxOptions, OutboundMail
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent, TicketLink, TicketToken

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def acknowledged() -> int:
    return OutboundMail.objects.filter(kind="ack").count()


def test_a_person_gets_the_tracking_link(desk: Desk) -> None:
    mail = take_in(make_mail("Hello"), desk.mailbox)
    ack = OutboundMail.objects.get(kind="ack")
    token = TicketToken.objects.get(purpose="portal")
    assert token.signed in ack.text
    assert token.signed in ack.html
    assert mail.ticket.reference in ack.text
    assert ["Auto-Submitted", "auto-replied"] in ack.headers
    assert ["X-Auto-Response-Suppress", "All"] in ack.headers


def test_contact_form_is_acknowledged_too(desk: Desk) -> None:
    factories.make_ticket(channel="form", mailbox=desk.mailbox)
    assert acknowledged() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"List_Id": "<news.example.org>"},
        {"X_Auto_Response_Suppress": "All"},
        {"X_Auto_Response_Suppress": "DR, AutoReply"},
        {"sender": "no-reply@example.org"},
        {"sender": "MAILER-DAEMON@example.org"},
        {"to": "friend@example.org", "Bcc": "support@desk.example"},
        {"X_Spam_Flag": "YES"},
        {"Return_Path": "<>"},
    ],
)
def test_no_acknowledgement(desk: Desk, headers: dict[str, str]) -> None:
    mail = take_in(make_mail("Hello", **headers), desk.mailbox)
    assert mail.state == "done"
    assert acknowledged() == 0


def test_null_sender_of_the_envelope(desk: Desk) -> None:
    take_in(make_mail("Hello"), desk.mailbox, envelope=Envelope(mail_from=""))
    assert acknowledged() == 0


def test_archive_is_silent(desk: Desk) -> None:
    take_in(make_mail("Hello"), desk.mailbox, origin="archive")
    assert acknowledged() == 0


def test_switches(desk: Desk) -> None:
    with override_settings(WAGTAIL_HELPDESK={"SEND_ACKNOWLEDGEMENTS": False}):
        take_in(make_mail("Hello"), desk.mailbox)
    MailboxOptions.objects.create(mailbox=desk.mailbox, acknowledge=False)
    take_in(make_mail("Hello", sender="other@example.org"), desk.mailbox)
    assert acknowledged() == 0


def test_robot_without_any_sign(desk: Desk) -> None:
    """Answers every acknowledgement with a new mail: a few, then silence; its mails are all kept."""
    with time_machine.travel(START, tick=False) as clock:
        for number in range(12):
            take_in(
                make_mail(f"Ticket {number} received", subject=f"Case {number}", sender="r@bot.example"), desk.mailbox
            )
            clock.shift(timedelta(minutes=11))
    assert Ticket.objects.count() == 12
    assert 1 <= acknowledged() <= 3
    reasons = set(TicketEvent.objects.filter(kind="delivery").values_list("cause", flat=True))
    assert "repeating" in reasons
    first = Ticket.objects.order_by("pk").first()
    repeated = set(TicketLink.objects.filter(kind="repeated", target=first).values_list("source", flat=True))
    assert repeated == set(Ticket.objects.exclude(pk=first.pk).values_list("pk", flat=True))
    assert TicketEvent.objects.filter(kind="linked", ticket=first, data__link="repeated").count() == 11


def test_a_long_series_costs_no_more_than_a_short_one(desk: Desk) -> None:
    counts = []
    for number in range(12):
        with CaptureQueriesContext(connection) as queries:
            factories.make_ticket(subject=f"Case {number}", mailbox=desk.mailbox, address="r@bot.example")
        counts.append(len(queries))
    assert counts[11] == counts[5]


def test_one_person_is_not_flooded(desk: Desk) -> None:
    subjects = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta"]
    with time_machine.travel(START, tick=False) as clock:
        for subject in subjects:
            take_in(make_mail("Hello", subject=subject), desk.mailbox)
        assert acknowledged() == 1
        for subject in subjects:
            clock.shift(timedelta(minutes=11))
            take_in(make_mail("Hello", subject=f"{subject} again"), desk.mailbox)
        assert acknowledged() <= 5
        clock.shift(timedelta(days=2))
        take_in(make_mail("Hello", subject="Later"), desk.mailbox)
        assert acknowledged() <= 6


def test_robot_with_many_addresses(desk: Desk) -> None:
    with time_machine.travel(START, tick=False):
        for number in range(40):
            take_in(
                make_mail("x", subject=f"s {'abcdefgh'[number % 8]}", sender=f"r{number}@bot.example"), desk.mailbox
            )
    assert acknowledged() == 30


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [("Re: Case 12", "AW: case 99", True), ("Invoice", "Refund", False), ("", "Re: ", True)],
)
def test_similar_subjects(one: str, two: str, same: bool) -> None:
    assert (similar(one) == similar(two)) is same


@pytest.mark.parametrize(("result", "acks"), [("fail", 0), ("none", 1), ("pass", 1)])
def test_forged_sender_is_not_written_to(desk: Desk, result: str, acks: int) -> None:
    """Whoever stands in From of a forged mail gets nothing of it; its ticket is opened all the same."""
    MailboxOptions.objects.update_or_create(
        mailbox=desk.mailbox, defaults={"trusted_authserv_ids": ["mx.desk.example"]}
    )
    found = f"mx.desk.example; dmarc={result} header.from=example.org"
    mail = take_in(make_mail("Hello", Authentication_Results=found), desk.mailbox)
    assert mail.outcome == "opened"
    assert acknowledged() == acks
    assert ("acknowledge: False forged" in mail.trace) == (result == "fail")
