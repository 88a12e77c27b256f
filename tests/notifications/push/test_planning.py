"""When which notices are pushed, and what follows from an answer: no database, no clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.notifications.push.labels import label_of
from wagtail_helpdesk.notifications.push.planning import FEW, GRACE, MAX_AN_HOUR, plan_pushes
from wagtail_helpdesk.notifications.push.schedule import (
    LONGEST_WISH,
    PAUSES,
    REFUSED_FOR,
    UNREACHABLE_FOR,
    Outcome,
    is_hopeless,
    rest_until,
    result_of,
)
from wagtail_helpdesk.notifications.rhythm import Pending

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def ago(**span):
    return NOW - timedelta(**span)


def plan(*pending, pushed=None, sent=0):
    rows = [Pending(pk, ticket, at) for pk, ticket, at in pending]
    return plan_pushes(rows, pushed=pushed or {}, sent_last_hour=sent, now=NOW)


def test_a_moment_is_left_for_whoever_has_it_open():
    assert plan((1, 7, ago(seconds=9))) == []
    assert plan((1, 7, ago(seconds=10))) == [[1]]


def test_all_of_a_ticket_is_one():
    assert plan((1, 7, ago(seconds=12)), (3, 7, ago(seconds=1)), (2, 8, ago(seconds=12))) == [[1, 3], [2]]


def test_what_follows_within_a_minute_gathers_to_its_end():
    late = (2, 7, ago(seconds=30))
    assert plan(late, pushed={7: ago(seconds=59)}) == []
    assert plan(late, (3, 7, ago(seconds=2)), pushed={7: ago(seconds=60)}) == [[2, 3]]


def test_of_many_tickets_there_is_one():
    rows = [(number, number, ago(seconds=20)) for number in range(1, FEW + 2)]
    assert plan(*rows[:FEW]) == [[row[0]] for row in rows[:FEW]]
    assert plan(*rows) == [[row[0] for row in rows]]


def test_cap():
    rows = [(1, 1, ago(seconds=20)), (2, 2, ago(seconds=20))]
    assert plan(*rows, sent=MAX_AN_HOUR) == []
    assert plan(*rows, sent=MAX_AN_HOUR - 1) == [[1, 2]]


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 300)), max_size=40),
    st.dictionaries(st.integers(1, 9), st.integers(0, 3600)),
    st.integers(0, 40),
)
def test_each_at_most_once_and_never_too_early(rows, pushed, sent):
    pending = [Pending(pk, ticket, ago(seconds=age)) for pk, (ticket, age) in enumerate(rows)]
    found = plan_pushes(
        pending, pushed={ticket: ago(seconds=age) for ticket, age in pushed.items()}, sent_last_hour=sent, now=NOW
    )
    keys = [key for keys in found for key in keys]
    assert len(keys) == len(set(keys))
    assert len(found) <= max(0, MAX_AN_HOUR - sent)
    for keys in found:
        assert any(NOW - pending[key].created_at >= GRACE for key in keys)
        assert all(pushed.get(pending[key].ticket_id, 60) >= 60 for key in keys)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (201, Outcome.SENT),
        (200, Outcome.SENT),
        (202, Outcome.SENT),
        (404, Outcome.GONE),
        (410, Outcome.GONE),
        (413, Outcome.UNFIT),
        (429, Outcome.UNREACHABLE),
        (500, Outcome.UNREACHABLE),
        (503, Outcome.UNREACHABLE),
        (301, Outcome.REFUSED),
        (307, Outcome.REFUSED),
        (400, Outcome.REFUSED),
        (401, Outcome.REFUSED),
        (403, Outcome.REFUSED),
    ],
)
def test_answers(status, outcome):
    assert result_of(status, {}, NOW).outcome == outcome


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("120", NOW + timedelta(seconds=120)),
        ("Fri, 20 Nov 2026 10:00:00 GMT", NOW + timedelta(hours=1)),
        ("9" * 30, None),
        ("999999", NOW + LONGEST_WISH),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after(text, until):
    assert result_of(429, {"Retry-After": text}, NOW).not_before == until


def test_pauses_grow_and_a_service_may_wish_for_longer():
    pauses = [rest_until(failures=number, not_before=None, now=NOW) - NOW for number in range(1, 8)]
    assert pauses == [*PAUSES, PAUSES[-1], PAUSES[-1]]
    wish = NOW + timedelta(hours=2)
    assert rest_until(failures=1, not_before=wish, now=NOW) == wish
    assert rest_until(failures=1, not_before=ago(hours=1), now=NOW) == NOW + PAUSES[0]


def test_when_a_device_is_forgotten():
    assert is_hopeless(Outcome.GONE, failing_since=NOW, now=NOW)
    assert not is_hopeless(Outcome.REFUSED, failing_since=NOW - REFUSED_FOR + timedelta(1), now=NOW)
    assert is_hopeless(Outcome.REFUSED, failing_since=NOW - REFUSED_FOR, now=NOW)
    assert not is_hopeless(Outcome.UNREACHABLE, failing_since=NOW - REFUSED_FOR, now=NOW)
    assert is_hopeless(Outcome.UNREACHABLE, failing_since=NOW - UNREACHABLE_FOR, now=NOW)


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on macOS"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_names_of_devices(agent, label):
    assert label_of(agent) == label
