"""What counts as wrong: tables of cases over plain facts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from wagtail_helpdesk.mail.choices import SourceState
from wagtail_helpdesk.mail.health.findings import (
    AccountFacts,
    Facts,
    MailboxFacts,
    Severity,
    SourceFacts,
    TransportFacts,
    is_sick,
    judge,
)
from wagtail_helpdesk.mail.health.words import SENTENCES, describe

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ERROR, WARNING, HINT = Severity.ERROR, Severity.WARNING, Severity.HINT


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def source(**fields) -> SourceFacts:
    given = {"pk": 1, "mailbox_id": 1, "label": "imap mail.example", "state": SourceState.ACTIVE, "next_fetch_at": NOW}
    return SourceFacts(**{**given, "last_ok_at": ago(1), **fields})


def box(**fields) -> MailboxFacts:
    return MailboxFacts(pk=1, name="Support", **fields)


def account(**fields) -> AccountFacts:
    return AccountFacts(pk=1, name="Google", **fields)


def found(**facts) -> list[tuple[str, Severity]]:
    """Return (code, severity) of what is wrong."""
    findings = judge(Facts(**{"now": NOW, "last_beat": NOW, **facts}))
    assert all(describe(finding) for finding in findings)
    return [(finding.code, finding.severity) for finding in findings]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"last_beat": None}, [("worker_never", ERROR)]),
        ({"last_beat": ago(10)}, []),
        ({"last_beat": ago(10.1)}, [("worker_stopped", ERROR)]),
        ({"oldest_unaddressed": ago(16)}, [("unread", ERROR)]),
        ({"mailboxes": [box()]}, []),
        ({"mailboxes": [box(waiting=9, oldest_waiting=ago(15))]}, []),
        ({"mailboxes": [box(waiting=1, oldest_waiting=ago(15.1))]}, [("unread", ERROR)]),
        ({"mailboxes": [box(due=9, oldest_due=ago(15))]}, []),
        ({"mailboxes": [box(due=9, oldest_due=ago(16))]}, [("unsent", ERROR)]),
        ({"mailboxes": [box(failed=1)]}, [("unreadable", WARNING)]),
        ({"mailboxes": [box(uncertain=1)]}, [("uncertain", WARNING)]),
        ({"mailboxes": [box(canary_lost_at=NOW)]}, [("canary_lost", ERROR)]),
        ({"mailboxes": [box(trusts_somebody=False)]}, [("trusts_nobody", HINT)]),
        ({"mailboxes": [box(plus_addressing=True)]}, [("plus_untested", HINT)]),
        ({"mailboxes": [box(plus_addressing=True, plus_tested=True)]}, []),
        ({"sources": [source()]}, []),
        ({"sources": [source(failures=2, last_ok_at=ago(14))]}, []),
        ({"sources": [source(failures=2, last_ok_at=ago(16))]}, [("source_failing", ERROR)]),
        ({"sources": [source(failures=1, last_ok_at=None)]}, [("source_failing", ERROR)]),
        ({"sources": [source(last_ok_at=ago(16))]}, [("source_silent", ERROR)]),
        ({"sources": [source(last_ok_at=None, next_fetch_at=ago(2))]}, []),
        ({"sources": [source(last_ok_at=None, next_fetch_at=ago(16))]}, [("source_silent", ERROR)]),
        ({"sources": [source(state=SourceState.PAUSED, last_ok_at=ago(600))]}, [("source_paused", HINT)]),
        ({"sources": [source(state=SourceState.NEEDS_CONSENT)]}, [("source_consent", ERROR)]),
        (
            {"sources": [source(warnings=({"code": "uidvalidity_changed", "folder": "INBOX"}, {"code": "brand_new"}))]},
            [("source_warning", WARNING), ("source_warning", WARNING)],
        ),
        ({"paused": [TransportFacts(1, ago(1), "auth 535")]}, [("transport_paused", ERROR)]),
        ({"accounts": [account(needs_consent=True, last_error="invalid_grant")]}, [("account_consent", ERROR)]),
        ({"accounts": [account(last_error="ConnectTimeout")]}, [("account_error", WARNING)]),
        ({"accounts": [account()]}, []),
        (
            {"mailboxes": [box(uncertain=1, trusts_somebody=False)], "last_beat": None},
            [("worker_never", ERROR), ("uncertain", WARNING), ("trusts_nobody", HINT)],
        ),
    ],
)
def test_what_is_wrong(facts, expected):
    assert found(**facts) == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (31, []),
        (30, [("secret_expires", WARNING)]),
        (7, [("secret_expires", WARNING)]),
        (2, [("secret_expires", WARNING)]),
        (1, [("secret_expires", ERROR)]),
        (0, [("secret_expires", ERROR)]),
        (-1, [("secret_expired", ERROR)]),
    ],
)
def test_end_of_a_client_secret(days, expected):
    assert found(accounts=[account(secret_expires_on=date(2026, 3, 2) + timedelta(days=days))]) == expected


@pytest.mark.parametrize(
    ("facts", "sick"),
    [
        ({"mailboxes": [box(trusts_somebody=False)]}, False),
        ({"mailboxes": [box(uncertain=1)]}, True),
        ({"last_beat": None}, True),
    ],
)
def test_a_hint_is_no_fault(facts, sick):
    assert is_sick(judge(Facts(**{"now": NOW, "last_beat": NOW, **facts}))) is sick


def test_every_code_has_its_words():
    import inspect

    from wagtail_helpdesk.mail.health import findings
    from wagtail_helpdesk.notifications.push import health as push_health

    told = inspect.getsource(findings) + inspect.getsource(push_health.push_findings)
    assert [code for code in SENTENCES if f'"{code}"' not in told] == []
