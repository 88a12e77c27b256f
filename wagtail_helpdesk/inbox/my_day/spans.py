"""Which moments "today" and "the last seven days" stand for: pure functions over plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from statistics import median
from typing import TypeVar

from wagtail_helpdesk.desk.absences import start_of_day

#: The spans that figures are told for, in days with today.
WEEK, MONTH = 7, 30
#: With fewer people a median would tell what one colleague did.
FEWEST = 3

Number = TypeVar("Number", float, timedelta)


@dataclass(frozen=True, slots=True)
class Spans:
    """Moments, by the clock of one agent."""

    yesterday: datetime
    #: The first moment that is not today any more.
    tomorrow: datetime
    #: Where the spans begin, the shorter first.
    week: datetime
    month: datetime


def spans_at(now: datetime, zone: tzinfo) -> Spans:
    """Return the moments as they are at ``now`` for somebody in ``zone``."""
    today = now.astimezone(zone).date()

    def begins(days: int) -> datetime:
        return start_of_day(_shifted(today, days), zone)

    return Spans(yesterday=begins(-1), tomorrow=begins(1), week=begins(1 - WEEK), month=begins(1 - MONTH))


def _shifted(day: date, days: int) -> date:
    return day + timedelta(days=days)


def middle(values: Sequence[Number]) -> Number | None:
    """Return the median, None for no values."""
    if not values:
        return None
    if isinstance(values[0], timedelta):
        return timedelta(seconds=median(value.total_seconds() for value in values))
    return median(values)


def middle_of_team(values: Sequence[Number]) -> Number | None:
    """Return the median of what each of the team did; None where they are too few for one."""
    return middle(values) if len(values) >= FEWEST else None
