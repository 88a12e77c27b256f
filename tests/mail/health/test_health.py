"""The command that monitoring calls, on real rows; the worker's sign of life; the probe's way round."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail as django_mail
from django.core.management import CommandError, call_command

from wagtail_helpdesk.mail import leases
from wagtail_helpdesk.mail.arriving.accept import Envelope, Origin, accept
from wagtail_helpdesk.mail.arriving.process import process
from wagtail_helpdesk.mail.beat import beat
from wagtail_helpdesk.mail.choices import InboundState, MailOutcome, OutboundState
from wagtail_helpdesk.mail.health.facts import read_facts
from wagtail_helpdesk.mail.health.findings import judge
from wagtail_helpdesk.mail.models import (
    DeliveryEvent,
    InboundMail,
    MailAccount,
    MailboxOptions,
    MailSource,
    MailTransport,
    OutboundMail,
    SourceFolder,
    WorkerBeat,
)
from wagtail_helpdesk.mail.outbox import canary
from wagtail_helpdesk.mail.outbox.canary import send_canaries
from wagtail_helpdesk.mail.outbox.deliver import deliver_due
from wagtail_helpdesk.mail.outbox.probe import last_probes, send_probes
from wagtail_helpdesk.pipeline import STEPS
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.worker import Worker

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def health(capsys, *options: str) -> tuple[int, str]:
    """Return the command's exit code and what it printed."""
    code = 0
    try:
        call_command("helpdesk_mail", "health", *options)
    except SystemExit as ended:
        code = ended.code
    return code, capsys.readouterr().out


def codes() -> list[str]:
    return [finding.code for finding in judge(read_facts())]


def test_all_is_well_after_the_worker_ran(desk, capsys):
    MailboxOptions.objects.create(mailbox=desk.mailbox, trusts_microsoft=True)
    assert health(capsys)[0] == 1
    Worker(STEPS).run_once()
    code, said = health(capsys)
    assert code == 0
    # The first mailbox, made at migration, trusts nobody: a hint, no fault.
    assert "error" not in said and "warning" not in said


def test_stopped_worker_is_told_with_its_reason(desk, capsys, clock):
    Worker(STEPS).run_once()
    clock.shift(timedelta(minutes=11))
    code, said = health(capsys, "--json")
    answer = json.loads(said)
    assert (code, answer["ok"]) == (1, False)
    assert answer["findings"][0]["code"] == "worker_stopped"
    assert answer["findings"][0]["values"] == {"since": "2026-03-02T09:00:00Z"}
    assert "helpdesk_work" in answer["findings"][0]["text"]


def test_rows_become_facts(desk, ticket, django_assert_num_queries, clock):
    beat()
    factories.add_reply(ticket, desk.agent)
    OutboundMail.objects.update(state=OutboundState.UNCERTAIN)
    factories.add_reply(ticket, desk.agent)
    accept(b"From: ana@example.org\r\n\r\nOne", Envelope(), Origin("import", desk.mailbox.pk))
    accept(b"From: ana@example.org\r\n\r\nTwo", Envelope(), Origin("import", None))
    InboundMail.objects.filter(mailbox=None).update(state=InboundState.PROCESSING)
    accept(b"From: ana@example.org\r\n\r\nThree", Envelope(), Origin("import", desk.mailbox.pk))
    InboundMail.objects.filter(pk=InboundMail.objects.last().pk).update(state=InboundState.FAILED)
    account = MailAccount.objects.create(name="M", provider="microsoft", secret_expires_at=NOW + timedelta(days=3))
    source = MailSource.objects.create(
        mailbox=desk.mailbox, kind="imap", host="mail.example", failures=3, last_error="auth", account=account
    )
    for name, backlog in (("INBOX", 3), ("Other", 4)):
        SourceFolder.objects.create(source=source, name=name, name_hash=name, backlog=backlog)
    MailTransport.objects.create(mailbox=desk.mailbox, paused_at=NOW, pause_reason="auth 535")
    clock.shift(timedelta(minutes=20))
    with django_assert_num_queries(13):
        facts = read_facts()
    assert facts.sources[0].backlog == 7
    told = {(finding.code, finding.mailbox_id) for finding in judge(facts)}
    ours = desk.mailbox.pk
    assert told >= {
        ("worker_stopped", None),
        ("unread", None),
        ("unread", ours),
        ("unsent", ours),
        ("unreadable", ours),
        ("uncertain", ours),
        ("source_failing", ours),
        ("transport_paused", ours),
        ("account_consent", None),
        ("secret_expires", None),
        ("trusts_nobody", ours),
    }
    clock.shift(timedelta(days=8))
    assert "unreadable" not in codes()


def test_command_knows_no_other_step():
    with pytest.raises(CommandError):
        call_command("helpdesk_mail", "wealth")


class TestBeat:
    def test_one_row_for_one_process(self, clock):
        beat()
        clock.shift(timedelta(minutes=1))
        beat()
        row = WorkerBeat.objects.get()
        assert (row.started_at, row.at) == (NOW, NOW + timedelta(minutes=1))

    def test_rows_of_the_dead_go(self, clock):
        host = leases.new_owner().split(":")[0]
        WorkerBeat.objects.create(owner=f"{host}:4194999:ended", at=NOW)
        WorkerBeat.objects.create(owner="elsewhere:1:quiet", at=NOW)
        beat()
        assert WorkerBeat.objects.count() == 3
        clock.shift(timedelta(hours=2))
        beat()
        assert not WorkerBeat.objects.filter(owner__endswith="ended").exists()
        assert WorkerBeat.objects.count() == 2
        clock.shift(timedelta(days=2))
        beat()
        assert WorkerBeat.objects.count() == 1


def come_back(desk, which: int) -> InboundMail:
    raw = django_mail.outbox[which].message().as_bytes()
    accepted = accept(raw, Envelope(), Origin("import", desk.mailbox.pk))
    return process(accepted.mail.pk)


class TestHourlyTest:
    @pytest.fixture(autouse=True)
    def options(self, desk):
        return MailboxOptions.objects.create(mailbox=desk.mailbox, trusts_microsoft=True, canary=True)

    def test_goes_out_once_an_hour_and_comes_back(self, desk, clock, django_assert_num_queries):
        factories.make_mailbox(team=desk.team)
        assert send_canaries() == 1
        assert deliver_due() == 1
        assert django_mail.outbox[0].recipients() == ["Acme Support <support@desk.example>"]
        clock.shift(timedelta(minutes=59))
        with django_assert_num_queries(1):
            assert send_canaries() == 0
        clock.shift(timedelta(minutes=1))
        assert send_canaries() == 1
        assert come_back(desk, 0).outcome == MailOutcome.OWN_COPY
        assert Ticket.objects.count() == 0
        assert OutboundMail.objects.count() == 2

    def test_second_worker_sends_no_second_one(self, monkeypatch):
        send_canaries()
        # It asked before the first one had written.
        monkeypatch.setattr(canary, "_due", lambda mailboxes, hour: mailboxes)
        assert send_canaries() == 0
        assert OutboundMail.objects.count() == 1

    def test_is_missed_after_a_quarter_of_an_hour(self, desk, clock):
        send_canaries()
        deliver_due()
        clock.shift(timedelta(minutes=15))
        assert "canary_lost" not in codes()
        clock.shift(timedelta(seconds=1))
        finding = next(one for one in judge(read_facts()) if one.code == "canary_lost")
        assert (finding.severity, finding.mailbox_id, finding.values) == (2, desk.mailbox.pk, {"at": NOW})
        come_back(desk, 0)
        assert "canary_lost" not in codes()

    def test_later_one_makes_up_for_it(self, desk, clock):
        send_canaries()
        clock.shift(timedelta(hours=1))
        send_canaries()
        deliver_due()
        assert "canary_lost" in codes()
        come_back(desk, 1)
        assert "canary_lost" not in codes()
        clock.shift(timedelta(hours=1))
        send_canaries()
        clock.shift(timedelta(minutes=16))
        assert "canary_lost" in codes()

    def test_nobody_asks_after_one_that_is_not_wanted_any_more(self, options, clock):
        send_canaries()
        clock.shift(timedelta(hours=1))
        MailboxOptions.objects.update(canary=False)
        assert "canary_lost" not in codes()
        assert send_canaries() == 0

    def test_is_no_probe(self, desk):
        send_canaries()
        assert last_probes(desk.mailbox) == []


class TestProbe:
    def test_goes_out_and_is_recognised(self, desk, clock):
        clock.shift(timedelta(minutes=1))
        send_probes(desk.mailbox)
        assert deliver_due() == 2
        assert django_mail.outbox[0].recipients() == ["Acme Support <support@desk.example>"]
        assert "support+r" in django_mail.outbox[1].recipients()[0]
        assert [(probe.to_plus, probe.arrived, probe.round_trip) for probe in last_probes(desk.mailbox)] == [
            (False, None, None),
            (True, None, None),
        ]
        clock.shift(timedelta(seconds=42))
        mail = come_back(desk, 0)
        assert (mail.outcome, mail.reason) == (MailOutcome.OWN_COPY, "a probe came back")
        plain, plus = last_probes(desk.mailbox)
        assert (plain.arrived, plain.round_trip) == (mail, timedelta(seconds=42))
        assert plus.arrived is None
        assert Ticket.objects.count() == 0
        assert OutboundMail.objects.count() == 2

    def test_plus_addressing_counts_as_tested_once_that_one_is_back(self, desk):
        beat()
        MailboxOptions.objects.create(mailbox=desk.mailbox, plus_addressing=True)
        send_probes(desk.mailbox)
        deliver_due()
        come_back(desk, 0)
        assert "plus_untested" in codes()
        come_back(desk, 1)
        assert "plus_untested" not in codes()

    def test_further_copy_changes_nothing(self, desk, settings):
        settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "MULTI_MAILBOX": "per_mailbox"}
        send_probes(desk.mailbox)
        deliver_due()
        come_back(desk, 0)
        other = factories.make_mailbox(team=desk.team)
        raw = django_mail.outbox[0].message().as_bytes()
        accepted = accept(raw, Envelope(), Origin("import", other.pk))
        process(accepted.mail.pk)
        assert DeliveryEvent.objects.count() == 1

    def test_only_the_last_two_are_shown(self, desk):
        send_probes(desk.mailbox)
        second = send_probes(desk.mailbox)
        assert [probe.sent.pk for probe in last_probes(desk.mailbox)] == [mail.pk for mail in second]
