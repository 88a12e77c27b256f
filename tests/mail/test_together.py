"""Several mails in one transaction: each ends as it would alone, for less."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.mail.helpers import make_mail, take_in
from tests.personas import Desk
from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.models import Status
from wagtail_helpdesk.mail import ledger
from wagtail_helpdesk.mail.arriving import ahead, filing, process, together
from wagtail_helpdesk.mail.arriving.accept import Envelope, Origin, accept
from wagtail_helpdesk.mail.leases import new_owner
from wagtail_helpdesk.mail.models import AddressSuppression, AutoReplyLedger, InboundMail, OutboundMail
from wagtail_helpdesk.mail.outbox import enqueue
from wagtail_helpdesk.mail.work import process_due
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.tickets.models import Ticket

Accept = Callable[..., list[InboundMail]]


@pytest.fixture(autouse=True, params=[1, 1000], ids=["foreseen", "not foreseen"])
def no_hurry(request, monkeypatch) -> int:
    """Give each transaction time; return for how few mails it is asked beforehand."""
    monkeypatch.setattr(together, "MOST_SECONDS", 60)
    monkeypatch.setattr(ahead, "FEWEST", request.param)
    return request.param


@pytest.fixture
def accepted(desk: Desk) -> Accept:
    """Accept mails, which nobody has read then; return their rows."""

    def accept_all(*mails: EmailMessage) -> list[InboundMail]:
        origin = Origin("import", desk.mailbox.pk)
        return [accept(mail.as_bytes(), Envelope(), origin).mail for mail in mails]

    return accept_all


def by(number: int, **fields: str) -> EmailMessage:
    """Return a mail of a person of their own."""
    sender = f"p{number}@d{number}.example"
    return make_mail(f"Text {number}", subject=f"Question {number}", sender=sender, **fields)


def outcomes(rows: list[InboundMail]) -> list[tuple[str, int]]:
    """Return what became of each, and how often it was tried alone."""
    found = InboundMail.objects.in_bulk([row.pk for row in rows])
    assert {row.state for row in found.values()} <= {"done", "failed"}
    return [(found[row.pk].outcome, found[row.pk].attempts) for row in rows]


def test_everybody_gets_a_ticket_an_acknowledgement_and_the_team_its_notice(accepted):
    rows = accepted(*[by(number) for number in range(4)])
    assert process_due() == 4
    assert outcomes(rows) == [("opened", 0)] * 4
    for number, ticket in enumerate(Ticket.objects.order_by("pk")):
        assert ticket.subject == f"Question {number}"
        mail = OutboundMail.objects.get(ticket=ticket)
        assert (mail.kind, mail.recipients.get().address) == ("ack", f"p{number}@d{number}.example")
        assert f"/{ticket.tokens.get().signed}/" in mail.text
        assert ticket.events.get().kind == "opened"
        assert Notice.objects.filter(ticket=ticket).exists()


@pytest.mark.parametrize(
    ("known", "most"),
    [(False, (5, 9)), (True, (6, 10))],
    ids=["opens a ticket, acknowledged", "answers, tells the team"],
)
def test_queries_of_a_further_mail(desk: Desk, accepted, known, most, no_hurry):
    def cost(numbers: range) -> int:
        if known:
            for number in numbers:
                take_in(by(number, message_id=f"<q{number}@example.org>"), desk.mailbox)
            mails = [by(number, in_reply_to=f"<q{number}@example.org>") for number in numbers]
        else:
            mails = [by(number) for number in numbers]
        rows = accepted(*mails)
        with CaptureQueriesContext(connection) as asked:
            process_due()
        assert {outcome for outcome, _tries in outcomes(rows)} == {"appended" if known else "opened"}
        return len(asked)

    few, many = cost(range(2)), cost(range(10, 16))
    assert (many - few) / 4 <= most[no_hurry > 1]


def test_one_stranger_writes_and_answers_in_one_batch(accepted):
    """What the first mail of a batch writes, the others find."""
    first = by(1, message_id="<one@example.org>")
    second = by(1, in_reply_to="<one@example.org>", message_id="<two@example.org>")
    aside = by(2, in_reply_to="<two@example.org>")
    rows = accepted(first, second, aside, by(1, in_reply_to="<two@example.org>"))
    process_due()
    assert [outcome for outcome, _tries in outcomes(rows)] == ["opened", "appended", "opened", "appended"]
    assert Contact.objects.filter(emails__address="p1@d1.example").count() == 1
    assert [ticket.message_count for ticket in Ticket.objects.order_by("pk")] == [3, 1]


@pytest.mark.parametrize("seconds", [0, 60])
def test_next_transaction_sees_what_the_one_before_wrote(accepted, monkeypatch, seconds):
    monkeypatch.setattr(together, "MOST_SECONDS", seconds)
    rows = accepted(
        by(1, message_id="<one@example.org>"),
        by(1, in_reply_to="<one@example.org>"),
        make_mail("Again", sender="p1@d1.example"),
    )
    process_due()
    assert outcomes(rows) == [("opened", 0), ("appended", 0), ("opened", 0)]
    assert Contact.objects.filter(emails__address="p1@d1.example").count() == 1


def test_limits_count_what_was_sent_before_and_what_is_about_to_be(desk: Desk, accepted, monkeypatch):
    monkeypatch.setattr(ledger, "DOMAIN_LIMIT", (timedelta(hours=1), 3))
    for minutes, domain in ((10, "d.example"), (90, "d.example"), (10, "e.example")):
        AutoReplyLedger.objects.create(
            address_hash="0" * 64,
            domain_hash=ledger._hash(domain),
            mailbox=desk.mailbox,
            at=timezone.now() - timedelta(minutes=minutes),
        )
    accepted(
        *[make_mail("Text", subject=f"Matter {n}{n}", sender=f"{name}@d.example") for n, name in enumerate("abcd")]
    )
    process_due()
    acknowledged = OutboundMail.objects.values_list("recipients__address", flat=True)
    assert sorted(acknowledged) == ["a@d.example", "b@d.example"]


def test_suppressed_address_gets_nothing(accepted):
    now = timezone.now()
    for address, until in (("a@d.example", now + timedelta(hours=1)), ("b@d.example", now - timedelta(hours=1))):
        AddressSuppression.objects.create(address_hash=address_hash(address), reason="repeating", until=until)
    accepted(*[make_mail("Text", sender=f"{name}@d.example") for name in "abc"])
    process_due()
    assert set(OutboundMail.objects.values_list("recipients__address", flat=True)) == {"b@d.example", "c@d.example"}


def test_machine_that_repeats_itself_is_suppressed_within_the_batch(accepted, settings):
    accepted(*[make_mail("Disk full", subject=f"Alarm {number}", sender="bot@d.example") for number in range(5)])
    process_due()
    assert AddressSuppression.objects.get().reason == "repeating"
    assert OutboundMail.objects.count() == 1
    assert Ticket.objects.count() == 5


def test_who_was_copied_in_the_batch_is_one_person_in_it(accepted):
    """The second mail brings in a person, whom an agent has not confirmed when the third one comes from there."""
    accepted(
        by(1, message_id="<one@example.org>"),
        by(1, in_reply_to="<one@example.org>", message_id="<two@example.org>", cc="p2@d2.example"),
        by(2, in_reply_to="<two@example.org>"),
    )
    process_due()
    ticket, of_the_copied = Ticket.objects.order_by("pk")
    assert of_the_copied.requester == Contact.objects.get(emails__address="p2@d2.example")
    roles = dict(ticket.participants.values_list("address", "role"))
    assert roles == {"p1@d1.example": "requester", "p2@d2.example": "cc"}


@pytest.mark.parametrize("answer_first", [False, True])
def test_question_and_answer(accepted, answer_first):
    question = by(1, message_id="<q@example.org>")
    answer = by(1, in_reply_to="<q@example.org>")
    rows = accepted(*[answer, question] if answer_first else [question, answer])
    process_due()
    assert outcomes(rows) == [("opened", 0), ("appended", 0)]
    assert Ticket.objects.get().message_count == Message.objects.count() == 2


def test_answer_to_one_that_somebody_else_reads_is_put_off(accepted):
    question, answer, further, other = accepted(
        by(1, message_id="<q@example.org>"),
        by(2, in_reply_to="<q@example.org>", message_id="<a@example.org>"),
        by(3, in_reply_to="<a@example.org>"),
        by(4),
    )
    InboundMail.objects.filter(pk=question.pk).update(
        state="processing", lease_owner=new_owner(), lease_until=question.accepted_at + process.LEASE
    )
    process_due()
    assert outcomes([other]) == [("opened", 0)]
    for row in (answer, further):
        row.refresh_from_db()
        assert (row.state, row.attempts) == ("received", 0)
        assert row.lease_until is not None


def test_altered_copy(accepted):
    first = by(1, message_id="<one@example.org>")
    altered = by(1, message_id="<one@example.org>")
    altered.replace_header("Date", first["Date"])
    altered.set_content("Text 1\n--\nSent to you by a list")
    rows = accepted(first, altered)
    process_due()
    assert outcomes(rows) == [("opened", 0), ("duplicate", 0)]
    assert InboundMail.objects.get(pk=rows[1].pk).ticket == Ticket.objects.get()


def test_one_sender_is_acknowledged_once(accepted):
    rows = accepted(*[make_mail("Text", subject=f"Matter {word}", sender="a@b.example") for word in ("one", "two")])
    process_due()
    assert outcomes(rows) == [("opened", 0)] * 2
    assert OutboundMail.objects.count() == AutoReplyLedger.objects.count() == 1


def test_one_that_cannot_be_filed_fails_alone(accepted, monkeypatch):
    receive = filing.receive

    def fail(incoming, *args, **kwargs):
        if incoming.words.text.startswith("Text 1"):
            raise ValueError
        return receive(incoming, *args, **kwargs)

    monkeypatch.setattr(filing, "receive", fail)
    rows = accepted(*[by(number) for number in range(3)])
    process_due()
    # The header alone can be filed: the last resort.
    assert outcomes(rows) == [("opened", 1)] * 3
    assert (Message.objects.count(), OutboundMail.objects.count()) == (3, 2)
    flags = dict(Message.objects.values_list("subject", "flags"))
    assert [bool(flags[f"Question {number}"]) for number in range(3)] == [False, True, False]


def test_reactor_that_fails_hurts_nobody_else(accepted, monkeypatch):
    compose = enqueue.compose_body

    def fail(mail):
        if mail.subject == "Question 1":
            raise ValueError
        return compose(mail)

    monkeypatch.setattr(enqueue, "compose_body", fail)
    rows = accepted(*[by(number) for number in range(3)])
    process_due()
    assert {outcome for outcome, _tries in outcomes(rows)} == {"opened"}
    assert set(OutboundMail.objects.values_list("ticket__subject", flat=True)) == {"Question 0", "Question 2"}
    events = Ticket.objects.get(subject="Question 1").events
    assert set(events.values_list("kind", flat=True)) == {"opened", "failure"}
    assert Notice.objects.filter(ticket__subject="Question 1").exists()


def test_database_that_is_away_leaves_them_waiting(accepted, monkeypatch):
    rows = accepted(by(1), by(2))

    def away(*args):
        raise OperationalError

    with monkeypatch.context() as broken:
        broken.setattr(together, "finish", away)
        with pytest.raises(OperationalError):
            process_due()
    assert set(InboundMail.objects.values_list("state", "attempts", "lease_until")) == {("received", 0, None)}
    process_due()
    assert outcomes(rows) == [("opened", 1)] * 2


def test_what_a_killed_worker_held_is_read_alone(accepted):
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    rows = accepted(by(1), by(2))
    host, _pid, nonce = new_owner().split(":")
    InboundMail.objects.update(
        state="processing", lease_owner=f"{host}:{gone.pid}:{nonce}", lease_until=rows[0].accepted_at + process.LEASE
    )
    process_due()
    assert outcomes(rows) == [("opened", 1)] * 2


def test_large_mail_is_read_alone(accepted, monkeypatch):
    monkeypatch.setattr(together, "MOST_BYTES", 2000)
    large = make_mail("Long " * 1000, subject="Long")
    rows = accepted(by(1), large, by(2))
    process_due()
    assert outcomes(rows) == [("opened", 0), ("opened", 1), ("opened", 0)]


def test_transaction_ends_after_its_time(accepted, monkeypatch):
    monkeypatch.setattr(together, "MOST_SECONDS", 0)
    rows = accepted(*[by(number) for number in range(3)])
    process_due()
    assert outcomes(rows) == [("opened", 0)] * 3


def test_what_an_administrator_changed_is_seen_by_the_next_ones(accepted):
    accepted(by(1), by(2))
    process_due()
    status = Status.objects.create(name="Just in", category=Category.NEW, is_default=True)
    accepted(by(3))
    process_due()
    assert Ticket.objects.latest("pk").status == status
