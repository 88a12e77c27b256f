"""Which ticket of a focus session comes next, and what ends the work on one: tables of cases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from wagtail_helpdesk.inbox.focus.order import Candidate, State, is_over, play_order
from wagtail_helpdesk.inbox.focus.queue import deadline_of

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOON, LATER = NOON + timedelta(hours=1), NOON + timedelta(hours=9)


@pytest.mark.parametrize(
    ("candidates", "order"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([(1, 0, None), (2, 0, None)], [1, 2], id="the view's order"),
        pytest.param([(1, 0, None), (2, 5, None), (3, 9, None)], [3, 2, 1], id="the more urgent first"),
        pytest.param([(1, -5, None), (2, 0, None)], [1, 2], id="less than ordinary waits no longer than its turn"),
        pytest.param([(1, 0, None), (2, 0, LATER), (3, 0, SOON)], [3, 2, 1], id="the nearest deadline first"),
        pytest.param([(1, 0, SOON), (2, 5, None)], [2, 1], id="urgent before a deadline"),
        pytest.param([(1, 5, None), (2, 5, LATER), (3, 5, SOON)], [3, 2, 1], id="deadlines among the urgent"),
        pytest.param([(1, 0, SOON), (2, 0, SOON)], [1, 2], id="one deadline for both: the view's order"),
    ],
)
def test_order(candidates, order):
    given = [Candidate(pk, level, deadline) for pk, level, deadline in candidates]
    assert [one.pk for one in play_order(given)] == order


@pytest.mark.parametrize(
    ("waiting_since", "done", "skipped", "comes"),
    [
        (NOON, {}, set(), True),
        (NOON, {}, {1}, False),
        (NOON, {1: LATER}, set(), False),
        (NOON, {1: NOON}, set(), False),
        (None, {1: NOON}, set(), False),
        (LATER, {1: NOON}, set(), True),
        (LATER, {1: NOON}, {1}, False),
        (NOON, {2: LATER}, {3}, True),
    ],
)
def test_what_was_done_comes_back_when_the_customer_writes_and_what_was_skipped_never(
    waiting_since, done, skipped, comes
):
    one = Candidate(1, waiting_since=waiting_since)
    assert bool(play_order([one], done=done, skipped=skipped)) is comes


OPEN = State("open", False, None)


@pytest.mark.parametrize(
    ("before", "after", "over"),
    [
        (OPEN, OPEN, False),
        (OPEN, None, True),
        (OPEN, State("resolved", False, None), True),
        (OPEN, State("closed", False, None), True),
        (OPEN, State("spam", False, None), True),
        (OPEN, State("trash", False, None), True),
        (OPEN, State("pending", False, None), False),
        (State("closed", False, None), State("closed", False, None), False),
        (State("closed", False, None), OPEN, False),
        (OPEN, State("open", True, None), True),
        (State("open", True, None), State("open", True, None), False),
        (OPEN, State("open", False, 7), False),
        (OPEN, State("open", False, 8), True),
        (State("open", False, 8), State("open", False, 8), False),
        (State("open", False, 7), OPEN, False),
    ],
)
def test_over(before, after, over):
    assert is_over(before, after, 7) is over


@pytest.mark.parametrize(
    ("due_on", "presses"),
    [(None, False), (date(2026, 5, 5), False), (date(2026, 5, 4), True), (date(2026, 5, 1), True)],
)
def test_due_dates_press_from_their_day_on(due_on, presses):
    deadline = deadline_of(due_on, date(2026, 5, 4))
    assert (deadline is not None) is presses
    if presses:
        assert timezone.localtime(deadline).date() == due_on + timedelta(days=1)
