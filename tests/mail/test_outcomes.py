"""What becomes of a mail that was handed over, recipient by recipient; and of one of which nobody knows."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import policy

import pytest
import time_machine
from django.core.mail import EmailMessage

from tests.mail.helpers import make_mail, take_in
from tests.mail.outbox import add_recipients, copies_of, only_a_reply, send_over
from tests.mail.scripted_smtp import CLOSE, HANG, Script, scripted_server
from tests.personas import Desk
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.actions.settle_mail import CancelMail, LeaveMail, MarkDelivered, RetryMail
from wagtail_helpdesk.mail.identity import split_bounce_address
from wagtail_helpdesk.mail.models import MailboxOptions, MailTransport, OutboundMail
from wagtail_helpdesk.mail.outbox import outcomes
from wagtail_helpdesk.mail.outbox.confirm import prove_sent
from wagtail_helpdesk.mail.outbox.deliver import deliver_due, sweep_leases
from wagtail_helpdesk.mail.outbox.lateness import warn_late
from wagtail_helpdesk.mail.transports import Envelope, HandingOver, SendResult, Transport, dialogue, register, registry
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
BEN, CARLA = "ben@example.com", "carla@example.net"


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def mail(clock, desk: Desk, ticket: Ticket) -> OutboundMail:
    return only_a_reply(desk, ticket)


@pytest.fixture
def script(desk: Desk) -> Iterator[Script]:
    """Return the script of the mailbox's SMTP server."""
    script = Script()
    with scripted_server(script) as address:
        send_over(desk.mailbox, address)
        yield script


def come_due() -> None:
    OutboundMail.objects.update(next_try_at=NOW)
    MailTransport.objects.update(next_probe_at=None)


def fate(mail: OutboundMail) -> tuple[str, list[str]]:
    mail.refresh_from_db()
    return mail.state, list(mail.recipients.order_by("pk").values_list("state", flat=True))


def told(ticket: Ticket) -> list[str]:
    events = TicketEvent.objects.filter(ticket=ticket, kind="delivery").order_by("pk")
    return [event.data["what"] for event in events]


@pytest.mark.parametrize(
    ("recipients", "try_again", "state"),
    [
        (["accepted"], False, "sent"),
        (["accepted", "delivered", "bounced"], False, "sent"),
        (["refused_perm"], False, "failed"),
        (["refused_perm", "refused_perm"], True, "failed"),
        (["accepted", "refused_perm"], False, "partial"),
        (["accepted", "refused_temp"], True, "retry"),
        (["refused_perm", "refused_temp"], True, "retry"),
        (["accepted", "refused_temp"], False, "partial"),
        (["refused_temp"], False, "failed"),
        (["pending"], True, "retry"),
    ],
)
def test_state_of_a_mail_by_its_recipients(recipients: list[str], try_again: bool, state: str) -> None:
    assert outcomes.state_after(recipients, try_again=try_again) == state


class TestSeveralRecipients:
    def test_each_has_a_fate_of_its_own(self, script: Script, ticket: Ticket, mail: OutboundMail) -> None:
        add_recipients(mail, BEN, CARLA)
        script.answers |= {f"RCPT {BEN}": "550 5.1.1 Nobody", f"RCPT {CARLA}": "450 4.2.1 Later"}
        deliver_due()
        assert fate(mail) == ("retry", ["accepted", "refused_perm", "refused_temp"])
        codes = mail.recipients.order_by("pk").values_list("smtp_code", "status_code", "diagnostic")
        assert list(codes)[1:] == [(550, "5.1.1", "5.1.1 Nobody"), (450, "4.2.1", "4.2.1 Later")]
        script.answers.clear()
        come_due()
        deliver_due()
        assert fate(mail) == ("partial", ["accepted", "refused_perm", "accepted"])
        assert [recipients for _sender, recipients, _content in script.mails] == [["ana@example.org"], [CARLA]]
        ids = {email.message_from_bytes(content)["Message-ID"] for _sender, _recipients, content in script.mails}
        assert ids == {f"<{mail.message_id_header}>"}
        assert told(ticket) == ["failed"]
        ticket.refresh_from_db()
        assert ticket.delivery_failed

    def test_person_sends_it_again_to_whom_it_did_not_reach(self, script, desk: Desk, mail: OutboundMail) -> None:
        add_recipients(mail, BEN)
        script.answers[f"RCPT {BEN}"] = "550 5.1.1 Nobody"
        deliver_due()
        script.answers.clear()
        RetryMail(mail=mail, actor=Actor.of_user(desk.agent))()
        deliver_due()
        assert fate(mail) == ("sent", ["accepted", "accepted"])
        assert [recipients for _sender, recipients, _content in script.mails] == [["ana@example.org"], [BEN]]
        mail.ticket.refresh_from_db()
        assert not mail.ticket.delivery_failed

    def test_some_of_whom_nobody_knows(self, settings, mail: OutboundMail, desk: Desk) -> None:
        """A backend with one answer for all gets them one by one: who was taken is not asked again."""
        add_recipients(mail, BEN)
        settings.EMAIL_BACKEND = "tests.mail.test_transports.SomebodysBackend"
        script = Script(first={"DOT": ["250 OK", CLOSE]})
        with scripted_server(script) as (settings.EMAIL_HOST, settings.EMAIL_PORT):
            deliver_due()
            assert fate(mail) == ("uncertain", ["accepted", "pending"])
            RetryMail(mail=mail, actor=Actor.of_user(desk.agent))()
            deliver_due()
        assert fate(mail) == ("sent", ["accepted", "accepted"])
        assert [recipients for _sender, recipients, _content in script.mails] == [["ana@example.org"], [BEN], [BEN]]


class TestUncertain:
    @pytest.mark.parametrize("answer", [CLOSE, HANG])
    def test_never_sent_again_by_itself(self, script, mail: OutboundMail, answer: str, monkeypatch) -> None:
        monkeypatch.setattr(dialogue, "FINAL_TIMEOUT", 0.2)
        script.answers["DOT"] = answer
        deliver_due()
        assert fate(mail) == ("uncertain", ["pending"])
        come_due()
        deliver_due()
        assert len(script.mails) == 1

    @pytest.mark.parametrize("by", ["site", "mailbox"])
    def test_once_more_where_that_is_wanted(self, settings, script, desk: Desk, mail: OutboundMail, by: str) -> None:
        if by == "site":
            settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "ON_UNCERTAIN": "retry_once"}
        else:
            MailboxOptions.objects.create(mailbox=desk.mailbox, retry_uncertain=True)
        script.answers["DOT"] = CLOSE
        for state in ("retry", "uncertain", "uncertain"):
            deliver_due()
            assert fate(mail)[0] == state
            come_due()
        ids = [email.message_from_bytes(content)["Message-ID"] for _sender, _recipients, content in script.mails]
        assert ids == [f"<{mail.message_id_header}>"] * 2

    def test_earlier_refusals_do_not_use_up_the_second_try(self, settings, script, mail: OutboundMail) -> None:
        settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "ON_UNCERTAIN": "retry_once"}
        script.first["RCPT"] = ["450 later", "450 later"]
        script.answers["DOT"] = CLOSE
        for _try in range(3):
            deliver_due()
            come_due()
        assert fate(mail)[0] == "retry"
        deliver_due()
        assert fate(mail)[0] == "uncertain"

    def test_proof_ends_it(self, script, ticket: Ticket, mail: OutboundMail, clock) -> None:
        script.answers["DOT"] = CLOSE
        deliver_due()
        clock.move_to(NOW + timedelta(minutes=20))
        warn_late()
        ticket.refresh_from_db()
        assert ticket.delivery_failed
        prove_sent([mail.public_id])
        assert fate(mail) == ("sent", ["accepted"])
        assert mail.sent_at is not None
        ticket.refresh_from_db()
        assert not ticket.delivery_failed
        assert told(ticket) == ["uncertain", "proved"]

    def test_proof_keeps_it_from_being_sent_again(self, settings, script, mail: OutboundMail) -> None:
        settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "ON_UNCERTAIN": "retry_once"}
        script.answers["DOT"] = CLOSE
        deliver_due()
        prove_sent([mail.public_id])
        come_due()
        deliver_due()
        assert (fate(mail)[0], len(script.mails)) == ("sent", 1)

    def test_answer_to_another_mail_proves_nothing(self, script, desk: Desk, mail: OutboundMail) -> None:
        """Ours name our earlier ones in References: an answer repeats them, whether they arrived or not."""
        script.answers["DOT"] = CLOSE
        deliver_due()
        script.answers.clear()
        come_due()
        factories.add_reply(mail.ticket, desk.agent, "<p>Once more</p>")
        deliver_due()
        later = OutboundMail.objects.latest("pk")
        answer = make_mail(
            "Thanks",
            in_reply_to=f"<{later.message_id_header}>",
            references=f"<{mail.message_id_header}> <{later.message_id_header}>",
        )
        take_in(answer, desk.mailbox)
        assert fate(mail)[0] == "uncertain"


class TestLate:
    def test_agents_are_told_once(self, desk: Desk, ticket: Ticket, mail: OutboundMail, clock) -> None:
        clock.move_to(NOW + timedelta(minutes=14))
        assert warn_late() == 0
        clock.move_to(NOW + timedelta(minutes=15))
        assert warn_late() == 1
        assert warn_late() == 0
        assert told(ticket) == ["late"]
        ticket.refresh_from_db()
        assert not ticket.delivery_failed

    @pytest.mark.parametrize("state", ["queued", "retry", "claimed"])
    def test_whatever_it_waits_for(self, mail: OutboundMail, clock, state: str) -> None:
        OutboundMail.objects.update(state=state)
        clock.move_to(NOW + timedelta(minutes=15))
        assert warn_late() == 1

    @pytest.mark.parametrize(
        "fields", [{"state": "sent"}, {"state": "failed"}, {"state": "cancelled"}, {"audience": "agent"}]
    )
    def test_not_of_others(self, mail: OutboundMail, clock, fields: dict[str, str]) -> None:
        """A warning that a notice to agents is late would be one more notice."""
        OutboundMail.objects.update(**fields)
        clock.move_to(NOW + timedelta(days=1))
        assert warn_late() == 0

    def test_doubt_is_told_when_it_has_not_cleared_up(self, script, ticket: Ticket, mail: OutboundMail, clock) -> None:
        script.answers["DOT"] = CLOSE
        deliver_due()
        clock.move_to(NOW + timedelta(minutes=14))
        assert (warn_late(), told(ticket)) == (0, [])
        clock.move_to(NOW + timedelta(minutes=15))
        assert (warn_late(), told(ticket)) == (1, ["uncertain"])


class TestDecisions:
    def test_settled_is_no_problem_any_more(self, script, desk: Desk, ticket: Ticket, mail: OutboundMail) -> None:
        script.answers["RCPT"] = "550 5.1.1 Nobody"
        deliver_due()
        ticket.refresh_from_db()
        assert ticket.delivery_failed
        LeaveMail(mail=mail, actor=Actor.of_user(desk.agent))()
        ticket.refresh_from_db()
        assert (fate(mail)[0], ticket.delivery_failed) == ("failed", False)
        assert told(ticket) == ["failed", "settled"]

    def test_mail_that_came_back_goes_out_again(self, script, desk: Desk, mail: OutboundMail) -> None:
        deliver_due()
        mail.recipients.update(state="bounced")
        RetryMail(mail=mail, actor=Actor.of_user(desk.agent))()
        assert deliver_due() == 1
        assert (fate(mail), len(script.mails)) == (("sent", ["accepted"]), 2)

    def test_address_that_was_erased(self, desk: Desk, mail: OutboundMail) -> None:
        OutboundMail.objects.update(state="failed")
        mail.recipients.update(address="")
        with pytest.raises(ActionRefused, match="erased"):
            RetryMail(mail=mail, actor=Actor.of_user(desk.agent))()
        assert fate(mail)[0] == "failed"

    @pytest.mark.parametrize(
        ("action", "states"),
        [
            (RetryMail, {"queued", "retry", "failed", "uncertain"}),
            (CancelMail, {"queued", "retry"}),
            (MarkDelivered, {"failed", "uncertain"}),
            (LeaveMail, {"failed", "uncertain"}),
        ],
    )
    def test_when_each_makes_sense(self, desk: Desk, mail: OutboundMail, action, states: set[str]) -> None:
        actor, possible = Actor.of_user(desk.agent), set()
        for state in ("queued", "claimed", "transmitting", "sent", "retry", "uncertain", "failed", "cancelled"):
            OutboundMail.objects.update(state=state, settled_at=None)
            try:
                action(mail=mail, actor=actor)()
            except ActionRefused as refusal:
                assert "another state" in str(refusal)
            else:
                possible.add(state)
        assert possible == states


class TestEnvelope:
    def test_reports_come_back_to_a_signed_address(self, script, desk: Desk, ticket: Ticket) -> None:
        MailboxOptions.objects.create(mailbox=desk.mailbox, bounce_address="bounces@desk.example")
        mail = only_a_reply(desk, ticket)
        deliver_due()
        sender, _recipients, content = script.mails[0]
        assert split_bounce_address(sender).public_id == mail.public_id
        received = email.message_from_bytes(content, policy=policy.default)
        assert received["From"] == "Bruno via Acme Support <support@desk.example>"

    def test_reply_without_one_has_the_mailboxs_own(self, script, mail: OutboundMail) -> None:
        deliver_due()
        assert script.mails[0][0] == "support@desk.example"

    def test_acknowledgement_without_one_has_none(self, script, desk: Desk) -> None:
        """RFC 3834 3.3: so that no machine answers it."""
        take_in(make_mail("Hello"), desk.mailbox)
        deliver_due()
        sender, _recipients, content = script.mails[0]
        assert sender == ""
        assert b"Auto-Submitted: auto-replied" in content

    def test_domains_go_out_in_ascii(self, script, desk: Desk) -> None:
        ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="jürgen@müller.example")
        OutboundMail.objects.all().delete()
        factories.add_reply(ticket, desk.agent)
        deliver_due()
        assert script.mails[0][1] == ["jürgen@xn--mller-kva.example"]
        assert OutboundMail.objects.get().recipients.get().state == "accepted"

    def test_local_part_that_the_server_cannot_take(self, script, desk: Desk, ticket: Ticket) -> None:
        script.features = []
        ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="jürgen@example.org")
        OutboundMail.objects.all().delete()
        factories.add_reply(ticket, desk.agent)
        deliver_due()
        recipient = OutboundMail.objects.get(state="failed").recipients.get()
        assert (recipient.state, recipient.status_code) == ("refused_perm", "5.6.7")
        assert "SMTPUTF8" in recipient.diagnostic


class Odd(Transport):
    """A site's own, that does what a test says."""

    label = "Odd"
    behaviour: Callable[[HandingOver], SendResult]

    def send(self, message: EmailMessage, envelope: Envelope, handing_over: HandingOver) -> SendResult:
        return type(self).behaviour(handing_over)


class TestTransportsOfOthers:
    @pytest.fixture
    def odd(self, desk: Desk) -> Iterator[type[Odd]]:
        register("odd", Odd)
        MailTransport.objects.create(mailbox=desk.mailbox, kind="odd")
        yield Odd
        del registry._classes["odd"]

    def test_error_before_the_hand_over_lost_nothing(self, odd: type[Odd], mail: OutboundMail) -> None:
        def behaviour(handing_over: HandingOver) -> SendResult:
            raise ZeroDivisionError

        odd.behaviour = staticmethod(behaviour)
        deliver_due()
        assert fate(mail) == ("retry", ["refused_temp"])

    def test_error_after_it_leaves_it_in_doubt(self, odd: type[Odd], mail: OutboundMail) -> None:
        def behaviour(handing_over: HandingOver) -> SendResult:
            handing_over()
            raise ZeroDivisionError

        odd.behaviour = staticmethod(behaviour)
        deliver_due()
        assert fate(mail) == ("uncertain", ["pending"])
        assert mail.last_error == "handed_over: ZeroDivisionError"

    def test_process_that_was_given_up_does_not_send(self, odd: type[Odd], mail: OutboundMail) -> None:
        sent = []

        def behaviour(handing_over: HandingOver) -> SendResult:
            OutboundMail.objects.update(lease_owner="elsewhere:1:x")
            handing_over()
            sent.append(1)
            return SendResult(())

        odd.behaviour = staticmethod(behaviour)
        deliver_due()
        assert (sent, fate(mail)[0]) == ([], "claimed")

    def test_report_that_comes_before_the_answer_is_lost(self, odd: type[Odd], mail: OutboundMail) -> None:
        def behaviour(handing_over: HandingOver) -> SendResult:
            handing_over()
            mail.recipients.update(state="delivered")
            raise ConnectionResetError

        odd.behaviour = staticmethod(behaviour)
        deliver_due()
        assert fate(mail) == ("sent", ["delivered"])

    def test_transport_that_does_not_even_open(self, odd: type[Odd], mail: OutboundMail, monkeypatch) -> None:
        def open(self: Odd) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(Odd, "open", open)
        deliver_due()
        assert MailTransport.objects.get().pause_reason == "configuration: ZeroDivisionError"
        assert (fate(mail)[0], mail.attempts) == ("queued", 0)


def test_mail_that_ends_its_process_again_and_again_is_put_off(mail: OutboundMail) -> None:
    dead = {"lease_owner": "elsewhere:1:x", "lease_until": NOW - timedelta(minutes=1), "state": "claimed"}
    for attempts, state in ((1, "queued"), (2, "queued"), (3, "retry")):
        OutboundMail.objects.update(attempts=attempts, **dead)
        sweep_leases()
        assert fate(mail)[0] == state
    assert mail.next_try_at > NOW


@pytest.mark.fault
def test_hours_without_a_server(script, desk: Desk, ticket: Ticket, mail: OutboundMail, clock, caplog) -> None:
    """All sent once, in their order; one alarm; agents warned after a quarter of an hour."""
    mails = copies_of(mail, 100, queues=20)
    mail.delete()
    script.answers["GREETING"] = "554 5.3.2 Not today"
    for minutes in range(0, 180, 5):
        clock.move_to(NOW + timedelta(minutes=minutes))
        while deliver_due():
            pass
        warned = warn_late()
        assert warned == (100 if minutes == 15 else 0)
    script.answers.clear()
    clock.move_to(NOW + timedelta(hours=3, minutes=15))
    while deliver_due():
        pass
    assert {one.state for one in OutboundMail.objects.all()} == {"sent"}
    assert {one.attempts for one in OutboundMail.objects.all()} == {1}
    sent = [email.message_from_bytes(content)["Subject"] for _sender, _recipients, content in script.mails]
    assert sorted(sent) == sorted(one.subject for one in mails)
    for queue in range(20):
        numbers = [int(subject.split()[1]) for subject in sent if int(subject.split()[1]) % 20 == queue]
        assert numbers == sorted(numbers)
    assert sum("mail_transport_paused" in record.getMessage() for record in caplog.records) == 1
