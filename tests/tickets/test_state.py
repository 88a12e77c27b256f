"""How a ticket's times follow its status: the pure rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.tickets.state import (
    AWAKE,
    STAYS_OPEN,
    category_after_inbound,
    category_after_reply,
    fields_for_category,
    may_still_reopen,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(days=3)
SILENT = {"silent_since": NOW, "close_warned_at": None}
PUT_AWAY = {**AWAKE, "hidden_at": NOW}
NEW, OPEN, PENDING = Category.NEW, Category.OPEN, Category.PENDING
RESOLVED, CLOSED, SPAM, TRASH = Category.RESOLVED, Category.CLOSED, Category.SPAM, Category.TRASH


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        (NEW, OPEN, {}),
        (OPEN, PENDING, SILENT),
        (PENDING, PENDING, SILENT),
        (PENDING, OPEN, STAYS_OPEN),
        (
            PENDING,
            RESOLVED,
            {**AWAKE, **STAYS_OPEN, "customer_waiting_since": None, "resolved_at": NOW, "closed_at": None},
        ),
        (OPEN, RESOLVED, {**AWAKE, "customer_waiting_since": None, "resolved_at": NOW, "closed_at": None}),
        (RESOLVED, CLOSED, {**AWAKE, "customer_waiting_since": None, "resolved_at": EARLIER, "closed_at": NOW}),
        (RESOLVED, OPEN, {"resolved_at": None, "closed_at": None}),
        (CLOSED, PENDING, {**SILENT, "resolved_at": None, "closed_at": None}),
        (OPEN, SPAM, {**PUT_AWAY, "restore_status_id": 7}),
        (RESOLVED, TRASH, {**PUT_AWAY, "restore_status_id": 7}),
        (SPAM, TRASH, PUT_AWAY),
        (TRASH, SPAM, PUT_AWAY),
        (TRASH, OPEN, {"restore_status_id": None, "hidden_at": None, "resolved_at": None, "closed_at": None}),
    ],
)
def test_fields_that_follow(old, new, fields):
    assert fields_for_category(old=old, new=new, now=NOW, resolved_at=EARLIER, old_status_id=7) == fields


@pytest.mark.parametrize("new", [RESOLVED, CLOSED])
def test_time_of_resolution_outlives_the_trash(new):
    fields = fields_for_category(old=TRASH, new=new, now=NOW, resolved_at=EARLIER, old_status_id=7)
    assert fields["resolved_at"] == EARLIER
    assert fields["restore_status_id"] is None


@pytest.mark.parametrize(
    ("category", "resolved_at", "closed_at", "goes_on"),
    [
        (OPEN, None, None, True),
        (OPEN, NOW - timedelta(days=99), None, True),
        (RESOLVED, NOW - timedelta(days=14), None, True),
        (RESOLVED, NOW - timedelta(days=14, seconds=1), None, False),
        (CLOSED, NOW - timedelta(days=15), NOW - timedelta(days=1), False),
        (CLOSED, None, NOW - timedelta(days=13), True),
        (CLOSED, None, NOW - timedelta(days=15), False),
        (CLOSED, None, None, True),
        (SPAM, None, NOW - timedelta(days=99), True),
    ],
)
def test_days_to_reopen(category, resolved_at, closed_at, goes_on):
    answer = may_still_reopen(category=category, resolved_at=resolved_at, closed_at=closed_at, reopen_days=14, now=NOW)
    assert answer is goes_on


def test_no_days_to_reopen():
    assert not may_still_reopen(category=RESOLVED, resolved_at=EARLIER, closed_at=None, reopen_days=0, now=NOW)


@pytest.mark.parametrize(
    ("category", "may_reopen", "after"),
    [
        (NEW, True, NEW),
        (OPEN, True, OPEN),
        (PENDING, True, OPEN),
        (RESOLVED, True, OPEN),
        (CLOSED, True, OPEN),
        (SPAM, True, SPAM),
        (TRASH, True, TRASH),
        (PENDING, False, PENDING),
        (RESOLVED, False, RESOLVED),
    ],
)
def test_after_a_customers_message(category, may_reopen, after):
    assert category_after_inbound(category, may_reopen=may_reopen) == after


@pytest.mark.parametrize("category", list(Category))
def test_after_a_reply(category):
    assert category_after_reply(category) == (OPEN if category == NEW else category)
