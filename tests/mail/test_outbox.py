"""What we send is never lost and not doubled: the outbox against a real SMTP server that misbehaves."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import policy

import pytest
import time_machine
from django.core import mail as django_mail
from django.db import IntegrityError, transaction
from django.test import override_settings

from tests.mail.helpers import make_mail, take_in
from tests.mail.smtp import Inbox, smtp_server
from tests.personas import Desk
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.actions.settle_mail import CancelMail, MarkDelivered, RetryMail
from wagtail_helpdesk.mail.models import MailTransport, OutboundMail, OutboundRecipient
from wagtail_helpdesk.mail.outbox.deliver import deliver_due, sweep_leases
from wagtail_helpdesk.mail.outbox.enqueue import Outgoing
from wagtail_helpdesk.mail.outbox.schedule import GIVE_UP_AFTER, next_try
from wagtail_helpdesk.pipeline import STEPS
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent
from wagtail_helpdesk.worker import Worker

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def inbox(settings) -> Iterator[Inbox]:
    """Return the inbox of a real SMTP server that the site sends through."""
    inbox = Inbox()
    with smtp_server(inbox) as (host, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = host, port, 5
        yield inbox


@pytest.fixture
def queued(desk: Desk, ticket: Ticket) -> OutboundMail:
    """Return a reply that waits in the outbox; nothing else does."""
    OutboundMail.objects.all().delete()
    factories.add_reply(ticket, desk.agent)
    return OutboundMail.objects.get()


def state(mail: OutboundMail) -> str:
    mail.refresh_from_db()
    return mail.state


def come_due() -> None:
    """Let all pauses be over."""
    OutboundMail.objects.update(next_try_at=NOW)
    MailTransport.objects.update(next_probe_at=NOW)


def test_sent_over_smtp(inbox: Inbox, queued: OutboundMail) -> None:
    assert deliver_due() == 1
    assert state(queued) == "sent"
    assert queued.recipients.get().state == "accepted"
    received = email.message_from_bytes(inbox.mails[0], policy=policy.default)
    assert received["Message-ID"] == f"<{queued.message_id_header}>"
    assert received["From"] == "Bruno via Acme Support <support@desk.example>"
    assert deliver_due() == 0
    assert len(inbox.mails) == 1


@pytest.mark.parametrize(
    ("answers", "expected", "recipient", "code"),
    [
        ({"rcpt": "550 5.1.1 unknown"}, "failed", "refused_perm", 550),
        ({"rcpt": "450 4.2.0 greylisted"}, "retry", "refused_temp", 450),
        ({"data": "552 5.3.4 too big"}, "failed", "refused_perm", 552),
        ({"data": "451 4.3.0 later"}, "retry", "refused_temp", 451),
    ],
)
def test_refused(inbox: Inbox, queued: OutboundMail, answers, expected: str, recipient: str, code: int) -> None:
    for name, answer in answers.items():
        setattr(inbox, name, answer)
    deliver_due()
    assert state(queued) == expected
    row = queued.recipients.get()
    assert (row.state, row.smtp_code) == (recipient, code)
    assert TicketEvent.objects.filter(kind="delivery").exists() is (expected == "failed")


def test_tried_again_with_growing_pauses_and_given_up(inbox: Inbox, desk: Desk, ticket: Ticket) -> None:
    OutboundMail.objects.all().delete()
    inbox.rcpt = "450 later"
    with time_machine.travel(NOW, tick=False) as clock:
        factories.add_reply(ticket, desk.agent)
        queued = OutboundMail.objects.get()
        pauses = []
        while state(queued) != "failed":
            before = queued.next_try_at
            clock.move_to(before)
            deliver_due()
            queued.refresh_from_db()
            pauses.append(queued.next_try_at - before)
            assert deliver_due() == 0
    assert pauses[0] < pauses[1] < pauses[2] < pauses[3]
    assert queued.attempts == len(pauses)
    assert timedelta(hours=48) <= queued.next_try_at - NOW <= timedelta(hours=54)


def test_retry_succeeds_with_the_same_message_id(inbox: Inbox, queued: OutboundMail) -> None:
    inbox.rcpt = "450 later"
    deliver_due()
    inbox.rcpt = "250 OK"
    OutboundMail.objects.update(next_try_at=NOW)
    deliver_due()
    assert state(queued) == "sent"
    assert queued.message_id_header.encode() in inbox.mails[0]


def test_connection_lost_after_the_final_dot(inbox: Inbox, queued: OutboundMail) -> None:
    """The server may have it: never sent again by itself."""
    inbox.cut_after_data = True
    deliver_due()
    assert state(queued) == "uncertain"
    inbox.cut_after_data = False
    come_due()
    deliver_due()
    assert len(inbox.mails) == 1


@override_settings(WAGTAIL_HELPDESK={"ON_UNCERTAIN": "retry_once"})
def test_site_that_prefers_one_mail_too_many(inbox: Inbox, queued: OutboundMail) -> None:
    inbox.cut_after_data = True
    deliver_due()
    assert state(queued) == "retry"
    come_due()
    deliver_due()
    assert state(queued) == "uncertain"
    assert len({email.message_from_bytes(raw)["Message-ID"] for raw in inbox.mails}) == 1


def test_uncertain_ends_with_the_customers_answer(inbox: Inbox, desk: Desk, queued: OutboundMail) -> None:
    inbox.cut_after_data = True
    deliver_due()
    take_in(make_mail("Thanks", in_reply_to=f"<{queued.message_id_header}>"), desk.mailbox)
    assert state(queued) == "sent"


def test_own_copy_ends_it_too(inbox: Inbox, desk: Desk, queued: OutboundMail) -> None:
    inbox.cut_after_data = True
    deliver_due()
    mail = take_in(inbox.mails[0], desk.mailbox)
    assert (mail.outcome, mail.ticket_id) == ("own_copy", queued.ticket_id)
    assert state(queued) == "sent"
    assert Ticket.objects.count() == 1


def test_no_server_blames_no_mail(settings, queued: OutboundMail) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = unused.getsockname()
        assert deliver_due() == 0
    assert (state(queued), queued.attempts) == ("queued", 0)
    assert queued.mailbox.mail_transport.pause_reason == "connect: ConnectionRefusedError"


@pytest.mark.parametrize(("before", "after"), [("claimed", "queued"), ("transmitting", "uncertain")])
def test_process_that_died(queued: OutboundMail, before: str, after: str) -> None:
    OutboundMail.objects.update(state=before, lease_owner="elsewhere:1:x", lease_until=NOW)
    sweep_leases()
    assert state(queued) == after


def test_living_process_elsewhere_keeps_its_mail(queued: OutboundMail) -> None:
    with time_machine.travel(NOW, tick=False):
        OutboundMail.objects.update(
            state="transmitting", lease_owner="elsewhere:1:x", lease_until=NOW + timedelta(minutes=1)
        )
        sweep_leases()
        assert state(queued) == "transmitting"


def test_order_is_kept_for_one_person(inbox: Inbox, desk: Desk, ticket: Ticket) -> None:
    OutboundMail.objects.all().delete()
    factories.add_reply(ticket, desk.agent, "<p>first</p>")
    factories.add_reply(ticket, desk.agent, "<p>second</p>")
    inbox.rcpt = "450 later"
    deliver_due()
    assert list(OutboundMail.objects.order_by("pk").values_list("state", flat=True)) == ["retry", "queued"]
    inbox.rcpt = "250 OK"
    deliver_due()
    assert inbox.mails == []
    OutboundMail.objects.update(next_try_at=NOW)
    while deliver_due():
        pass
    assert [b"<p>second</p>" in raw for raw in inbox.mails] == [False, True]


def test_a_person_decides(desk: Desk, queued: OutboundMail) -> None:
    actor = Actor.of_user(desk.agent)
    OutboundMail.objects.update(state="uncertain")
    assert MarkDelivered(mail=queued, actor=actor)().state == "sent"
    with pytest.raises(ActionRefused):
        RetryMail(mail=queued, actor=actor)()
    OutboundMail.objects.update(state="failed")
    assert RetryMail(mail=queued, actor=actor)().state == "queued"
    assert CancelMail(mail=queued, actor=actor)().state == "cancelled"
    assert deliver_due() == 0


def test_one_mail_for_a_reply_is_a_fact_of_the_database(queued: OutboundMail) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Outgoing(queued.ticket).queue_reply(queued.message)
    assert OutboundMail.objects.count() == 1


def test_a_note_cannot_become_a_mail(desk: Desk, queued: OutboundMail) -> None:
    note = factories.add_note(queued.ticket, desk.agent)
    assert OutboundMail.objects.count() == 1
    with pytest.raises(ValueError, match="public"):
        Outgoing(queued.ticket).queue_reply(note)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboundMail.objects.update(message_visibility="internal")


def test_notes_are_nowhere_in_a_mail(desk: Desk, ticket: Ticket) -> None:
    for number in range(3):
        factories.add_note(ticket, desk.agent, f"<p>classified {number}</p>")
    factories.add_customer_message(ticket, "Any news?")
    factories.add_reply(ticket, desk.agent)
    worker = Worker(STEPS)
    while worker.run_once():
        pass
    assert all("classified" not in message.message().as_string() for message in django_mail.outbox)
    assert any("> Any news?" in message.body for message in django_mail.outbox)


def test_attachment_goes_along(inbox: Inbox, desk: Desk, ticket: Ticket) -> None:
    OutboundMail.objects.all().delete()
    factories.add_reply(ticket, desk.agent, files=[NewFile("offer é.txt", "Grüße".encode())])
    deliver_due()
    received = email.message_from_bytes(inbox.mails[0], policy=policy.default)
    (attachment,) = received.iter_attachments()
    assert attachment.get_filename() == "offer é.txt"
    assert attachment.get_content().strip() == "Grüße"


def test_missing_file_is_told_and_never_dropped(inbox: Inbox, desk: Desk, ticket: Ticket) -> None:
    OutboundMail.objects.all().delete()
    message = factories.add_reply(ticket, desk.agent, files=[NewFile("a.txt", b"x")])
    message.attachments.update(storage_key="attachments/00/gone")
    deliver_due()
    queued = OutboundMail.objects.get()
    assert queued.state == "retry"
    assert "file" in queued.last_error
    assert inbox.mails == []


@pytest.mark.parametrize("name", ["Bruno\r\nBcc: eve@evil.example", "Bruno\nX: y", "Br\u2028uno"])
def test_no_header_injection(inbox: Inbox, desk: Desk, name: str) -> None:
    desk.agent.first_name = name
    desk.agent.save()
    ticket = factories.make_ticket(
        team=desk.team, mailbox=desk.mailbox, address="ana@example.org", subject=f"Hi\r\nBcc: eve@evil.example {name}"
    )
    factories.add_reply(ticket, desk.agent)
    while deliver_due():
        pass
    assert len(inbox.mails) == 2
    for raw in inbox.mails:
        received = email.message_from_bytes(raw)
        assert received["Bcc"] is None
        assert received["X"] is None


def test_long_foreign_message_id_stays_readable(inbox: Inbox, desk: Desk) -> None:
    """Mail programs drop a thread whose In-Reply-To was encoded; a fold before it does no harm."""
    long_id = f"<{'a' * 90}@mail.example.org>"
    mail = take_in(make_mail("Hi", message_id=long_id), desk.mailbox)
    factories.add_reply(mail.ticket, desk.agent)
    while deliver_due():
        pass
    unfolded = inbox.mails[-1].replace(b"\r\n ", b" ").replace(b"  ", b" ")
    assert f"In-Reply-To: {long_id}\r\n".encode() in unfolded
    assert f"{long_id} <hd1.".encode() in unfolded


@pytest.mark.parametrize(
    ("language", "expected"), [("pt-br", "pt-br"), ("pt-pt", "pt-br"), ("es-ar", "es"), ("de", "en"), ("xx", "en")]
)
def test_language_of_the_customer(desk: Desk, ticket: Ticket, language: str, expected: str) -> None:
    ticket.requester.language = language
    ticket.requester.save()
    OutboundMail.objects.all().delete()
    factories.add_reply(ticket, desk.agent)
    assert OutboundMail.objects.get().language == expected


def test_first_pauses() -> None:
    created = NOW
    waits = [next_try(attempts=n, created_at=created, now=NOW) - NOW for n in (1, 2, 3, 4, 5, 9)]
    assert [round(wait / timedelta(minutes=1) / 1.05) for wait in waits[:3]] == pytest.approx([1, 5, 15], abs=1)
    assert all(timedelta(hours=4) <= wait <= timedelta(hours=4.5) for wait in waits[4:])
    assert next_try(attempts=1, created_at=NOW - GIVE_UP_AFTER, now=NOW) is None


def test_recipients_are_kept_apart(desk: Desk) -> None:
    """Each person gets a mail of his own, with a link of his own."""
    mail = take_in(make_mail("Hi", Cc="Ben <ben@example.com>"), desk.mailbox)
    OutboundMail.objects.all().delete()
    factories.add_reply(mail.ticket, desk.agent)
    addresses = OutboundRecipient.objects.values_list("address", flat=True)
    assert sorted(addresses) == ["ana@example.org", "ben@example.com"]
    links = {token.signed for token in mail.ticket.tokens.filter(purpose="portal")}
    texts = list(OutboundMail.objects.values_list("text", flat=True))
    assert len(links) == 2
    assert all(sum(link in text for link in links) == 1 for text in texts)
