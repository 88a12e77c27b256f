"""A mailbox that cannot send rests: no mail is to blame, one alarm stands for all, and it goes on by itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.mail.outbox import copies_of, only_a_reply, send_over
from tests.mail.scripted_smtp import CLOSE, Script, scripted_server
from tests.mail.test_transports import free_port, postmark
from tests.personas import Desk
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.actions.settle_mail import RetryMail
from wagtail_helpdesk.mail.models import MailTransport, OutboundMail
from wagtail_helpdesk.mail.outbox.deliver import deliver_due
from wagtail_helpdesk.mail.outbox.schedule import LONGEST_PAUSE, UNAVAILABLE_PAUSE, next_probe
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.testing.transports import Scenario
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.vault import seal

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def mail(clock: time_machine.Coordinates, desk: Desk, ticket: Ticket) -> OutboundMail:
    return only_a_reply(desk, ticket)


@pytest.fixture
def script() -> Iterator[Script]:
    yield Script(features=["AUTH PLAIN"])


@pytest.fixture
def transport(script: Script, desk: Desk) -> Iterator[MailTransport]:
    """Return the row of a mailbox that sends over ``script``."""
    with scripted_server(script) as address:
        yield send_over(desk.mailbox, address, username="support", password=seal("letmein"))


def states() -> list[tuple[str, int]]:
    return sorted(OutboundMail.objects.values_list("state", "attempts"))


def test_refused_password_pauses_the_mailbox_and_blames_no_mail(
    script: Script, transport: MailTransport, mail: OutboundMail, clock, caplog: pytest.LogCaptureFixture
) -> None:
    copies_of(mail, 3, queues=0)
    script.answers["AUTH"] = "535 5.7.8 wrong"
    for minutes in range(30):
        clock.move_to(NOW + timedelta(minutes=minutes))
        assert deliver_due() == 0
    assert states() == [("queued", 0)] * 4
    transport.refresh_from_db()
    assert (transport.paused_at, transport.pause_reason) == (NOW, "auth: SMTPAuthenticationError 535")
    alarms = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage().partition(" ")[0] for record in alarms] == ["mail_transport_paused"]
    assert script.connections <= 12
    script.answers.clear()
    clock.move_to(transport.next_probe_at)
    assert deliver_due() == 4
    assert states() == [("sent", 1)] * 4
    transport.refresh_from_db()
    assert (transport.paused_at, transport.pause_reason, transport.last_ok_at) == (None, "", timezone.now())


def test_other_mailboxes_go_on(desk: Desk, mail: OutboundMail) -> None:
    other = factories.make_mailbox("sales@desk.example", team=desk.team)
    script = Script()
    with scripted_server(script) as address:
        send_over(desk.mailbox, ("127.0.0.1", free_port()))
        send_over(other, address)
        copies_of(mail, 60, queues=0)
        copies_of(mail, 2, queues=0, mailbox=other)
        deliver_due()
        deliver_due()
    # The first round was full of mails that could not leave.
    assert len(script.mails) == 2


def test_site_without_a_server_gets_a_row_that_says_so(settings, desk: Desk, mail: OutboundMail) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    deliver_due()
    row = MailTransport.objects.get(mailbox=desk.mailbox)
    assert (row.kind, row.paused_at, row.pause_reason) == ("site", NOW, "connect: ConnectionRefusedError")


def test_service_that_wants_to_be_left_alone_is_no_alarm(desk: Desk, mail: OutboundMail, clock, caplog) -> None:
    with postmark(Scenario.REFUSES_FOR_NOW):
        deliver_due()
    row = MailTransport.objects.get(mailbox=desk.mailbox)
    assert (row.paused_at, row.next_probe_at) == (None, NOW + timedelta(seconds=90))
    assert states() == [("queued", 0)]
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    with postmark(Scenario.TAKES_ALL) as taken:
        clock.move_to(NOW + timedelta(seconds=89))
        deliver_due()
        assert taken == []
        clock.move_to(NOW + timedelta(seconds=90))
        deliver_due()
        assert len(taken) == 1


def test_mail_that_is_left_in_doubt_is_followed_by_a_rest(script, transport, mail: OutboundMail, clock) -> None:
    """A server that keeps losing its answers would leave one after the other in doubt."""
    copies_of(mail, 3, queues=0)
    script.answers["DOT"] = CLOSE
    deliver_due()
    deliver_due()
    assert states() == [("queued", 0)] * 3 + [("uncertain", 1)]
    script.answers.clear()
    clock.move_to(NOW + UNAVAILABLE_PAUSE)
    deliver_due()
    assert states() == [("sent", 1)] * 3 + [("uncertain", 1)]


def test_send_now_does_not_wait_for_the_next_look(desk: Desk, script, transport, mail: OutboundMail, clock) -> None:
    script.answers["AUTH"] = "535 no"
    deliver_due()
    script.answers.clear()
    clock.move_to(NOW + timedelta(seconds=5))
    assert deliver_due() == 0
    RetryMail(mail=mail, actor=Actor.of_user(desk.agent))()
    assert deliver_due() == 1
    assert states() == [("sent", 1)]


def test_kind_that_nobody_registered(desk: Desk, mail: OutboundMail) -> None:
    MailTransport.objects.create(mailbox=desk.mailbox, kind="pigeon")
    deliver_due()
    assert MailTransport.objects.get().pause_reason == "configuration: no such kind of transport"


@pytest.mark.parametrize(
    ("since", "pause"),
    [
        (timedelta(0), UNAVAILABLE_PAUSE),
        (timedelta(minutes=20), timedelta(minutes=5)),
        (timedelta(days=2), LONGEST_PAUSE),
    ],
)
def test_looks_become_rarer(since: timedelta, pause: timedelta) -> None:
    assert next_probe(paused_at=NOW - since, now=NOW) == NOW + pause


class TestPerMinute:
    def test_no_more_than_so_many(self, script, transport: MailTransport, mail: OutboundMail, clock) -> None:
        MailTransport.objects.update(per_minute=3)
        copies_of(mail, 6, queues=0)
        sent = []
        for seconds in range(0, 150, 10):
            clock.move_to(NOW + timedelta(seconds=seconds))
            deliver_due()
            sent.append(len(script.mails))
        assert sent == [3] * 6 + [6] * 6 + [7] * 3
        assert states() == [("sent", 1)] * 7

    def test_what_another_process_is_sending_counts(self, script, transport, mail: OutboundMail) -> None:
        MailTransport.objects.update(per_minute=2)
        others = copies_of(mail, 2, queues=0)
        OutboundMail.objects.filter(pk__in=[one.pk for one in others]).update(
            state="transmitting", lease_owner="elsewhere:1:x", lease_until=NOW + timedelta(minutes=1)
        )
        deliver_due()
        assert (script.mails, script.connections) == ([], 0)

    def test_one_too_many_is_put_back(self, script, transport, mail: OutboundMail, monkeypatch) -> None:
        """Two processes counted at the same time: the claim that makes it one too many is taken back."""
        MailTransport.objects.update(per_minute=1)
        (other,) = copies_of(mail, 1, queues=0)
        monkeypatch.setattr("wagtail_helpdesk.mail.outbox.deliver.resting_mailboxes", lambda now: [])
        OutboundMail.objects.filter(pk=other.pk).update(
            state="claimed", lease_owner="elsewhere:1:x", lease_until=NOW + timedelta(minutes=1)
        )
        deliver_due()
        mail.refresh_from_db()
        assert (mail.state, mail.attempts, script.mails) == ("queued", 0, [])

    def test_without_a_limit(self, script, transport, mail: OutboundMail) -> None:
        copies_of(mail, 9, queues=0)
        assert deliver_due() == 10
        assert script.connections == 1
