"""What is wrong, judged from plain facts: no query, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any

from wagtail_helpdesk.mail.choices import SourceState

#: Longer without a success, or waiting, is too long.
PATIENCE = timedelta(minutes=15)
#: A worker tells every half minute that it is alive; with cron, as often as cron runs.
BEAT_PATIENCE = timedelta(minutes=10)
#: Days before the end of a client secret at which people are warned.
WARN_DAYS = (30, 7, 1)


class Severity(IntEnum):
    """How bad it is: a hint is no fault."""

    HINT = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that somebody should know. ``code`` says what; ``values`` are what its sentence needs."""

    code: str
    severity: Severity
    #: The mailbox that it is about; None for the whole desk.
    mailbox_id: int | None = None
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MailboxFacts:
    """A mailbox: what is set, and what waits in it."""

    pk: int
    name: str
    trusts_somebody: bool = True
    plus_addressing: bool = False
    plus_tested: bool = False
    #: Accepted mails that nobody has read into tickets yet, and since when the oldest waits.
    waiting: int = 0
    oldest_waiting: datetime | None = None
    failed: int = 0
    #: Mails of ours that are due, and since when the oldest is.
    due: int = 0
    oldest_due: datetime | None = None
    uncertain: int = 0
    #: When the hourly test was made that should be back and is not.
    canary_lost_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """A source."""

    pk: int
    mailbox_id: int
    label: str
    state: str
    next_fetch_at: datetime
    last_ok_at: datetime | None = None
    failures: int = 0
    last_error: str = ""
    #: As they stand in MailSource.
    warnings: Sequence[dict[str, Any]] = ()
    backlog: int = 0


@dataclass(frozen=True, slots=True)
class TransportFacts:
    """A transport that is paused."""

    mailbox_id: int
    paused_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """An account with a provider."""

    pk: int
    name: str
    needs_consent: bool = False
    last_error: str = ""
    secret_expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it, as of ``now``."""

    now: datetime
    last_beat: datetime | None
    mailboxes: Sequence[MailboxFacts] = ()
    sources: Sequence[SourceFacts] = ()
    paused: Sequence[TransportFacts] = ()
    accounts: Sequence[AccountFacts] = ()
    #: Since when a mail waits that was delivered to no mailbox in particular.
    oldest_unaddressed: datetime | None = None
    #: What higher packages found.
    others: Sequence[Finding] = ()


def judge(facts: Facts) -> list[Finding]:
    """Return what is wrong, the worst first."""
    found = [*_worker(facts), *_accounts(facts), *_sources(facts), *_paused(facts), *_mailboxes(facts), *facts.others]
    return sorted(found, key=lambda finding: -finding.severity)


def is_sick(findings: Sequence[Finding]) -> bool:
    """Tell whether something is wrong: anything but hints."""
    return any(finding.severity > Severity.HINT for finding in findings)


def _worker(facts: Facts) -> Iterator[Finding]:
    if facts.last_beat is None:
        yield Finding("worker_never", Severity.ERROR)
    elif facts.now - facts.last_beat > BEAT_PATIENCE:
        yield Finding("worker_stopped", Severity.ERROR, values={"since": facts.last_beat})
    if _too_long(facts, facts.oldest_unaddressed):
        yield Finding("unread", Severity.ERROR, values={"since": facts.oldest_unaddressed})


def _accounts(facts: Facts) -> Iterator[Finding]:
    for account in facts.accounts:
        values = {"account": account.name, "error": account.last_error}
        if account.needs_consent:
            yield Finding("account_consent", Severity.ERROR, values=values)
        elif account.last_error:
            yield Finding("account_error", Severity.WARNING, values=values)
        if account.secret_expires_on is None:
            continue
        days = (account.secret_expires_on - facts.now.date()).days
        if days < 0:
            yield Finding("secret_expired", Severity.ERROR, values={**values, "on": account.secret_expires_on})
        elif days <= max(WARN_DAYS):
            # The nearer the end, the louder: 30 and 7 days before, and on the last one.
            severity = Severity.ERROR if days <= min(WARN_DAYS) else Severity.WARNING
            yield Finding("secret_expires", severity, values={**values, "days": days, "on": account.secret_expires_on})


def _sources(facts: Facts) -> Iterator[Finding]:
    for source in facts.sources:
        values = {"source": source.label, "error": source.last_error, "since": source.last_ok_at}
        if source.state == SourceState.NEEDS_CONSENT:
            yield Finding("source_consent", Severity.ERROR, source.mailbox_id, values)
        elif source.state == SourceState.PAUSED:
            yield Finding("source_paused", Severity.HINT, source.mailbox_id, values)
        elif source.failures and _too_long(facts, source.last_ok_at, never=True):
            yield Finding("source_failing", Severity.ERROR, source.mailbox_id, values)
        elif _too_long(facts, source.last_ok_at or source.next_fetch_at):
            yield Finding("source_silent", Severity.ERROR, source.mailbox_id, values)
        for warning in source.warnings:
            values = {"source": source.label, "warning": warning}
            yield Finding("source_warning", Severity.WARNING, source.mailbox_id, values)


def _paused(facts: Facts) -> Iterator[Finding]:
    for transport in facts.paused:
        values = {"since": transport.paused_at, "error": transport.reason}
        yield Finding("transport_paused", Severity.ERROR, transport.mailbox_id, values)


def _mailboxes(facts: Facts) -> Iterator[Finding]:
    for mailbox in facts.mailboxes:
        if _too_long(facts, mailbox.oldest_waiting):
            yield Finding("unread", Severity.ERROR, mailbox.pk, {"since": mailbox.oldest_waiting})
        if _too_long(facts, mailbox.oldest_due):
            yield Finding("unsent", Severity.ERROR, mailbox.pk, {"since": mailbox.oldest_due, "count": mailbox.due})
        if mailbox.canary_lost_at:
            yield Finding("canary_lost", Severity.ERROR, mailbox.pk, {"at": mailbox.canary_lost_at})
        if mailbox.failed:
            yield Finding("unreadable", Severity.WARNING, mailbox.pk, {"count": mailbox.failed})
        if mailbox.uncertain:
            yield Finding("uncertain", Severity.WARNING, mailbox.pk, {"count": mailbox.uncertain})
        if not mailbox.trusts_somebody:
            yield Finding("trusts_nobody", Severity.HINT, mailbox.pk)
        if mailbox.plus_addressing and not mailbox.plus_tested:
            yield Finding("plus_untested", Severity.HINT, mailbox.pk)


def _too_long(facts: Facts, since: datetime | None, *, never: bool = False) -> bool:
    """Tell whether ``since`` is longer ago than PATIENCE; ``never`` is the answer for None."""
    return facts.now - since > PATIENCE if since else never
