"""When which notices leave: at once, gathered, capped, in a digest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from wagtail_helpdesk.notifications.choices import Rhythm
from wagtail_helpdesk.notifications.rhythm import MAX_AN_HOUR, Pending, digest_due, plan_mails

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def ago(seconds):
    return NOW - timedelta(seconds=seconds)


def plan(*pending, rhythm=Rhythm.AT_ONCE, sent=0):
    rows = [Pending(pk, ticket, ago(age), *more) for pk, (ticket, age, *more) in enumerate(pending, start=1)]
    result = plan_mails(rows, rhythm=rhythm, sent_last_hour=sent, now=NOW, zone=UTC)
    return result.mails, result.put_off, result.digest


@pytest.mark.parametrize(
    ("pending", "given", "expected"),
    [
        ([], {}, ([], [], [])),
        ([(1, 59)], {}, ([], [], [])),
        ([(1, 60)], {}, ([[1]], [], [])),
        # What came since the first goes along; another ticket's is a mail of its own.
        ([(1, 60), (1, 5), (2, 61), (3, 1)], {}, ([[3], [1, 2]], [], [])),
        # The cap.
        ([(1, 70), (2, 60)], {"sent": MAX_AN_HOUR - 1}, ([[1]], [2], [])),
        ([(1, 60)], {"sent": MAX_AN_HOUR}, ([], [1], [])),
        ([(1, 60)], {"sent": MAX_AN_HOUR + 5}, ([], [1], [])),
        # While a digest is to come, everything waits for it, whatever the cap allows by now.
        ([(1, 1800, True), (2, 60)], {}, ([], [2], [])),
        ([(1, 3600, True), (2, 60)], {}, ([], [2], [1, 2])),
        ([(1, 3600, True), (2, 59)], {}, ([], [], [1])),
        # By choice.
        ([(1, 0)], {"rhythm": Rhythm.HOURLY}, ([], [1], [])),
        ([(1, 3600), (2, 0)], {"rhythm": Rhythm.HOURLY}, ([], [1, 2], [1, 2])),
        ([(1, 3700)], {"rhythm": Rhythm.DAILY}, ([], [1], [1])),
        ([(1, 3599)], {"rhythm": Rhythm.DAILY}, ([], [1], [])),
    ],
)
def test_plan(pending, given, expected):
    assert plan(*pending, **given) == expected


def test_a_flood_is_twenty_mails_and_one_digest():
    rows, sent, mails, digests, now = [], [], 0, 0, NOW
    for minute in range(180):
        now = NOW + timedelta(minutes=minute)
        rows += [Pending(minute * 2 + number, minute * 2 + number, now) for number in (0, 1)] if minute < 60 else []
        last_hour = sum(at > now - timedelta(hours=1) for at in sent)
        result = plan_mails(rows, rhythm=Rhythm.AT_ONCE, sent_last_hour=last_hour, now=now, zone=UTC)
        sent += [now] * len(result.mails)
        mails, digests = mails + len(result.mails), digests + bool(result.digest)
        gone = {pk for mail in result.mails for pk in mail} | set(result.digest)
        rows = [
            Pending(row.pk, row.ticket_id, row.created_at, row.for_digest or row.pk in result.put_off)
            for row in rows
            if row.pk not in gone
        ]
    assert (mails, digests, rows) == (MAX_AN_HOUR, 1, [])


@pytest.mark.parametrize(
    ("zone", "oldest", "due"),
    [
        ("UTC", "2026-11-20T07:59", "2026-11-20T08:00"),
        ("UTC", "2026-11-20T08:00", "2026-11-21T08:00"),
        ("America/Sao_Paulo", "2026-11-20T10:59", "2026-11-20T11:00"),
        ("America/Sao_Paulo", "2026-11-21T02:00", "2026-11-21T11:00"),
        # The clocks go back in the night between.
        ("Europe/Berlin", "2026-10-24T20:00", "2026-10-25T07:00"),
    ],
)
def test_morning_is_the_agents(zone, oldest, due):
    oldest = datetime.fromisoformat(oldest).replace(tzinfo=UTC)
    assert digest_due(oldest, Rhythm.DAILY, ZoneInfo(zone)) == datetime.fromisoformat(due).replace(tzinfo=UTC)
