"""Reports about our mails: tied to them by proof, shown to agents, and never a mail to anybody."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest
from django.core import mail as django_mail
from django.utils import timezone

from tests.mail.helpers import make_mail, take_in
from tests.mail.parsing.test_corpus import CORPUS, as_bytes, cases
from tests.personas import Desk
from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.arriving.accept import Envelope
from wagtail_helpdesk.mail.choices import DeliveryEventKind, RecipientState
from wagtail_helpdesk.mail.identity import LOOP_HEADER, make_bounce_address, make_loop_header
from wagtail_helpdesk.mail.models import (
    AddressSuppression,
    AutoReplyLedger,
    DeliveryEvent,
    InboundMail,
    MailboxOptions,
    OutboundMail,
)
from wagtail_helpdesk.mail.reporting.delivery_states import after_event, is_dead_address, strongest
from wagtail_helpdesk.mail.reporting.reports import _ACTIONS
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent

BO = "ana@example.org"


@pytest.fixture
def sent(desk: Desk, ticket: Ticket) -> OutboundMail:
    """Return a reply that has left; no other mail of ours exists."""
    OutboundMail.objects.all().delete()
    MailboxOptions.objects.create(mailbox=desk.mailbox, bounce_address="bounces@desk.example")
    desk.mailbox.refresh_from_db()
    factories.add_reply(ticket, desk.agent)
    mail = OutboundMail.objects.get()
    OutboundMail.objects.update(state="sent", sent_at=timezone.now())
    mail.recipients.update(state="accepted")
    mail.refresh_from_db()
    return mail


def dsn(
    *,
    to: str = "support@desk.example",
    address: str = BO,
    action: str = "failed",
    status: str = "5.1.1",
    returned: dict[str, str] | None = None,
    group: str = "",
    subject: str = "Undelivered Mail Returned to Sender",
) -> bytes:
    """Return a delivery report as Postfix writes it."""
    original = "".join(f"{name}: {value}\n" for name, value in (returned or {"Subject": "Re: x"}).items())
    return (
        f"From: MAILER-DAEMON@mx.example.org\nTo: {to}\nSubject: {subject}\nDate: Fri, 20 Nov 2026 10:00:00 +0000\n"
        f"Message-ID: <{timezone.now().timestamp()}@mx.example.org>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nI'm sorry.\n"
        "--b\nContent-Type: message/delivery-status\n\n"
        f"Reporting-MTA: dns; mx.example.org\n{group}\nFinal-Recipient: rfc822; {address}\n"
        f"Action: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 {status} Says the server\n\n"
        f"--b\nContent-Type: message/rfc822\n\n{original}\nBody\n--b--\n"
    ).encode()


def ours(mail: OutboundMail) -> dict[str, str]:
    return {"Message-ID": f"<{mail.message_id_header}>", "Subject": mail.subject}


def recipient_state(mail: OutboundMail) -> str:
    return mail.recipients.get().state


def events_of(mail: OutboundMail) -> list[tuple[str, bool]]:
    return list(mail.delivery_events.values_list("kind", "verified"))


def take_report_in(desk: Desk, raw: bytes | EmailMessage, *, mail_from: str | None = "") -> InboundMail:
    """Take a report in, and see that it made neither a ticket, a message nor a mail."""
    before = (Ticket.objects.count(), OutboundMail.objects.count(), len(django_mail.outbox))
    row = take_in(raw, desk.mailbox, envelope=Envelope(mail_from=mail_from))
    assert row.outcome == "report", row.reason
    assert (Ticket.objects.count(), OutboundMail.objects.count(), len(django_mail.outbox)) == before
    return row


def test_bounce_to_our_signed_address(desk: Desk, ticket: Ticket, sent: OutboundMail) -> None:
    messages = ticket.messages.count()
    row = take_report_in(desk, dsn(to=make_bounce_address(desk.mailbox, sent.public_id)))
    person = sent.recipients.get()
    assert (person.state, person.status_code, person.smtp_code) == ("bounced", "5.1.1", 550)
    assert "Says the server" in person.diagnostic
    assert events_of(sent) == [("bounced", True)]
    assert (row.ticket_id, row.message_id) == (ticket.pk, sent.message_id)
    assert row.trace == ["our mail by bounce address", "bounced 5.1.1: verified"]
    ticket.refresh_from_db()
    assert ticket.delivery_failed
    assert ticket.messages.count() == messages
    assert TicketEvent.objects.filter(ticket=ticket, kind="delivery", data__what="bounced").count() == 1
    assert AddressSuppression.objects.get().address_hash == address_hash(BO)


@pytest.mark.parametrize(
    ("evidence", "by"),
    [
        (lambda mail: {"returned": ours(mail)}, "Message-ID"),
        (lambda mail: {"group": f"Original-Envelope-Id: {mail.message_id_header}\n"}, "envelope id"),
        (
            lambda mail: {
                "returned": {"Message-ID": "<0102@eu.amazonses.com>", LOOP_HEADER: make_loop_header(mail.public_id)}
            },
            "loop header",
        ),
        (
            lambda mail: {
                "returned": {"Message-ID": "<0102@eu.amazonses.com>", "References": f"<x@y> <{mail.message_id_header}>"}
            },
            "references",
        ),
    ],
)
def test_each_signature_proves_our_mail(desk: Desk, sent: OutboundMail, evidence, by: str) -> None:
    row = take_report_in(desk, dsn(**evidence(sent)))
    assert row.trace[0] == f"our mail by {by}"
    assert recipient_state(sent) == "bounced"


def test_delayed_then_delivered(desk: Desk, ticket: Ticket, sent: OutboundMail) -> None:
    take_report_in(desk, dsn(action="delayed", status="4.4.1", returned=ours(sent)))
    assert recipient_state(sent) == "delayed"
    take_report_in(desk, dsn(action="delivered", status="2.0.0", returned=ours(sent)))
    assert recipient_state(sent) == "delivered"
    take_report_in(desk, dsn(action="delayed", status="4.4.1", returned=ours(sent)))
    assert recipient_state(sent) == "delivered", "a late report says nothing new"
    assert [kind for kind, _verified in events_of(sent)] == ["delayed", "delivered", "delayed"]
    ticket.refresh_from_db()
    assert not ticket.delivery_failed
    assert not AddressSuppression.objects.exists()


def forged(mail: OutboundMail) -> dict[str, str]:
    wrong = mail.message_id_header.replace(f".{mail.message_id_header.split('.')[2][:16]}", ".aaaaaaaaaaaaaaaa")
    return {"Message-ID": f"<{wrong}>"}


@pytest.mark.parametrize(
    ("make", "is_known", "events"),
    [
        (lambda mail: {"returned": forged(mail)}, False, []),
        (lambda mail: {"to": f"bounces+b{mail.public_id}aaaaaaaaaaaaaaaa@desk.example"}, False, []),
        (lambda mail: {"returned": ours(mail), "address": "somebody@else.example"}, True, [("bounced", False)]),
        (lambda mail: {"subject": f"Undelivered {mail.subject}"}, False, []),
    ],
    ids=["message-id", "bounce-address", "other-recipient", "nothing"],
)
def test_a_report_without_proof_changes_nothing(
    desk: Desk, ticket: Ticket, sent: OutboundMail, make, is_known: bool, events: list
) -> None:
    row = take_report_in(desk, dsn(**make(sent)))
    assert recipient_state(sent) == "accepted"
    assert events_of(sent) == events
    assert (row.ticket_id == ticket.pk) is is_known
    ticket.refresh_from_db()
    assert not ticket.delivery_failed
    assert not AddressSuppression.objects.exists()


QMAIL = """Hi. This is the qmail-send program at example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.

<ana@example.org>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-ID: <{message_id}>
Subject: Re: x
"""


def test_bounce_in_no_standard_form_is_shown_at_its_ticket(desk: Desk, ticket: Ticket, sent: OutboundMail) -> None:
    mail = make_mail(
        QMAIL.format(message_id=sent.message_id_header), sender="MAILER-DAEMON@example.org", subject="failure notice"
    )
    row = take_report_in(desk, mail)
    assert (row.ticket_id, row.message_id) == (ticket.pk, sent.message_id)
    assert events_of(sent) == [("bounced", False)]
    assert recipient_state(sent) == "accepted"


RETURNED_ID = re.compile(rb"(?im)^([>\s]*message-id:\s*)<?([^<>\s]+@[^<>\s]+)>?")


def about(raw: bytes, message_id: str) -> bytes | None:
    """Return a real bounce as it would be about the mail of ours with ``message_id``; None where it names none."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    for named in {match[2] for match in RETURNED_ID.finditer(body)}:
        head = head.replace(named, message_id.encode())
    body, count = RETURNED_ID.subn(lambda match: match[1] + f"<{message_id}>".encode(), body)
    return head + b"\n\n" + body if count else None


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real mails is not at hand")
def test_real_bounces_are_shown_at_their_ticket(desk: Desk, ticket: Ticket, sent: OutboundMail) -> None:
    raws = [about(as_bytes(case["raw"]), sent.message_id_header) for case in cases("bounces")]
    bounces = [raw for raw in raws if raw]
    assert len(bounces) > 150
    rows = [take_in(raw, desk.mailbox, envelope=Envelope(mail_from="")) for raw in bounces]
    right = [row for row in rows if (row.outcome, row.ticket_id) == ("report", ticket.pk)]
    assert len(right) / len(rows) > 0.95, [row.subject for row in rows if row not in right]
    assert recipient_state(sent) in ("accepted", "complained"), "none of them names our recipient; one names nobody"
    assert not DeliveryEvent.objects.filter(kind="bounced", verified=True).exists()
    assert len(django_mail.outbox) == 0
    assert OutboundMail.objects.filter(kind="reply").count() == 1


def test_anything_with_a_null_sender_at_a_bounce_address_is_a_bounce(desk: Desk, sent: OutboundMail) -> None:
    mail = make_mail("Nope.", sender="x@example.org", to=make_bounce_address(desk.mailbox, sent.public_id))
    take_report_in(desk, mail)
    assert events_of(sent) == [("bounced", False)]


def test_a_person_who_writes_to_a_bounce_address_is_heard(desk: Desk, ticket: Ticket, sent: OutboundMail) -> None:
    mail = make_mail("Hello?", sender=BO, to=make_bounce_address(desk.mailbox, sent.public_id))
    row = take_in(mail, None, envelope=Envelope(mail_from=BO))
    assert (row.outcome, row.ticket_id, row.mailbox_id) == ("appended", ticket.pk, desk.mailbox.pk)


def test_out_of_office_to_the_bounce_address(desk: Desk, ticket: Ticket, sent: OutboundMail) -> None:
    """RFC 3834 4: automatic answers go to the envelope's sender, and often name no Message-ID."""
    mail = make_mail(
        "I am away.",
        subject="Out of office",
        sender=BO,
        to=make_bounce_address(desk.mailbox, sent.public_id),
        Auto_Submitted="auto-replied",
    )
    row = take_in(mail, desk.mailbox, envelope=Envelope(mail_from=""))
    assert (row.outcome, row.ticket_id) == ("appended", ticket.pk)
    assert events_of(sent) == [("auto_replied", True)]
    assert recipient_state(sent) == "delivered"
    assert len(django_mail.outbox) == 0
    assert OutboundMail.objects.count() == 1


def test_report_about_a_notice_to_an_agent_ends_there(desk: Desk, ticket: Ticket, sent: OutboundMail) -> None:
    OutboundMail.objects.filter(pk=sent.pk).update(audience="agent", kind="notice")
    lines = TicketEvent.objects.filter(ticket=ticket).count()
    take_report_in(desk, dsn(returned=ours(sent)))
    assert recipient_state(sent) == "bounced"
    assert TicketEvent.objects.filter(ticket=ticket).count() == lines


def test_the_same_report_twice_is_one(desk: Desk, sent: OutboundMail) -> None:
    raw = dsn(returned=ours(sent))
    take_report_in(desk, raw)
    take_in(raw, desk.mailbox)
    assert DeliveryEvent.objects.count() == 1


def test_report_ends_an_unknown_fate(desk: Desk, ticket: Ticket, sent: OutboundMail) -> None:
    OutboundMail.objects.update(state="uncertain", uncertain_at=timezone.now())
    sent.recipients.update(state="pending")
    take_report_in(desk, dsn(action="delayed", status="4.4.1", returned=ours(sent)))
    sent.refresh_from_db()
    assert (sent.state, recipient_state(sent)) == ("sent", "delayed")


def arf(mail: OutboundMail, kind: str = "abuse", rcpt: str = "") -> bytes:
    return (
        "From: feedback@isp.example\nTo: support@desk.example\nSubject: FW: spam\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nThis is a report.\n"
        f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\nUser-Agent: x/1\nVersion: 1\n{rcpt}\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: <{mail.message_id_header}>\nSubject: x\n\nBody\n--b--\n"
    ).encode()


@pytest.mark.parametrize(
    ("kind", "rcpt", "expected", "suppressed"),
    [
        ("abuse", "", "complained", True),
        ("abuse", f"Original-Rcpt-To: <{BO}>\n", "complained", True),
        ("abuse", "Original-Rcpt-To: <other@example.org>\n", "accepted", False),
        ("not-spam", "", "accepted", False),
        ("auth-failure", "", "accepted", False),
    ],
)
def test_complaint(desk: Desk, sent: OutboundMail, kind: str, rcpt: str, expected: str, suppressed: bool) -> None:
    take_report_in(desk, arf(sent, kind, rcpt), mail_from="feedback@isp.example")
    assert recipient_state(sent) == expected
    assert AddressSuppression.objects.filter(reason="complained").exists() is suppressed
    assert TicketEvent.objects.filter(kind="delivery", data__what="complained").exists() is suppressed


@pytest.mark.parametrize(("disposition", "events"), [("displayed", [("read", True)]), ("deleted", [])])
def test_read_report(desk: Desk, sent: OutboundMail, disposition: str, events: list) -> None:
    raw = (
        f"From: {BO}\nTo: support@desk.example\nSubject: Read: x\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nIt was read.\n"
        f"--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;{BO}\n"
        f"Original-Message-ID: <{sent.message_id_header}>\n"
        f"Disposition: manual-action/MDN-sent-manually; {disposition}\n\n--b--\n"
    ).encode()
    row = take_report_in(desk, raw, mail_from="")
    assert row.ticket_id == sent.ticket_id
    assert events_of(sent) == events


@pytest.mark.parametrize(
    ("status", "suppressed"),
    [("5.1.1", True), ("5.1.2", True), ("5.1.10", True), ("5.2.1", True), ("5.2.2", False), ("5.7.1", False)],
)
def test_only_dead_addresses_get_no_automatic_mail(
    desk: Desk, sent: OutboundMail, status: str, suppressed: bool
) -> None:
    take_report_in(desk, dsn(status=status, returned=ours(sent)))
    assert recipient_state(sent) == "bounced"
    assert AddressSuppression.objects.exists() is suppressed
    AutoReplyLedger.objects.all().delete()
    row = take_in(make_mail("New question", sender=BO), desk.mailbox)
    assert row.outcome == "opened"
    assert OutboundMail.objects.filter(kind="ack").exists() is not suppressed


def test_an_address_that_takes_mail_again_is_not_dead(desk: Desk, ticket: Ticket, sent: OutboundMail) -> None:
    take_report_in(desk, dsn(status="5.2.1", returned=ours(sent)))
    assert AddressSuppression.objects.get().reason == "bounced"
    factories.add_reply(ticket, desk.agent)
    again = OutboundMail.objects.latest("pk")
    take_report_in(desk, dsn(action="delivered", status="2.0.0", returned=ours(again)))
    assert not AddressSuppression.objects.exists()


def test_erased_ticket_hears_nothing_more(desk: Desk, ticket: Ticket, sent: OutboundMail) -> None:
    take_report_in(desk, dsn(returned=ours(sent)))
    ticket.refresh_from_db()
    TrashTicket(ticket=ticket, actor=Actor.system())()
    EraseTicket(ticket=ticket, actor=Actor.system())()
    assert DeliveryEvent.objects.get().diagnostic == ""
    row = take_report_in(desk, dsn(action="delayed", returned=ours(sent)))
    assert row.ticket_id is None
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ([], "pending"),
        (["own_copy"], "accepted"),
        (["delayed"], "delayed"),
        (["delayed", "delivered"], "delivered"),
        (["delivered", "delayed"], "delivered"),
        (["delivered", "bounced"], "bounced"),
        (["bounced", "delivered"], "bounced"),
        (["bounced", "complained"], "complained"),
        (["complained", "bounced"], "complained"),
        (["rejected"], "refused_perm"),
        (["rejected", "delivered"], "delivered"),
        (["read"], "delivered"),
        (["auto_replied", "delayed"], "delivered"),
    ],
)
def test_state_after_what_was_heard(heard: list[str], expected: str) -> None:
    state = "pending"
    for kind in heard:
        state = after_event(state, kind)
    assert state == expected


def test_every_state_and_event_has_its_place() -> None:
    for state in RecipientState.values:
        assert strongest([state, "pending"]) == state
        for kind in DeliveryEventKind.values:
            assert after_event(state, kind) in RecipientState.values
    assert set(_ACTIONS) == {"failed", "delayed", "delivered", "relayed", "expanded"}
    assert not is_dead_address("")
