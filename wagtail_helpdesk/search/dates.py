"""Dates as people type them into a search. Pure."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

_NUMBERED = (
    re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?"),
    re.compile(r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4})"),
)
#: Beyond these a moment of a day may be in no year at all, by another clock.
_YEARS = range(1900, 9000)
_AGO = re.compile(r"(\d{1,4})([dwmy])")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def day_of(text: str, today: date) -> date | None:
    """Return the day that ``text`` names, None for none, and for one that no clock of ours has.

    2026-03-14, 2026-03, 2026, 14.3.2026, 14/3/2026; today, yesterday, the last monday; 7d, 2w, 3m, 1y ago.
    """
    day = _named_day(text, today)
    return day if day is not None and day.year in _YEARS else None


def _named_day(text: str, today: date) -> date | None:
    text = text.strip().casefold()
    if text in ("today", "yesterday"):
        return today - timedelta(days=text == "yesterday")
    if text in _WEEKDAYS:
        return today - timedelta(days=(today.weekday() - _WEEKDAYS.index(text)) % 7 or 7)
    try:
        if match := _AGO.fullmatch(text):
            return _before(today, int(match[1]), match[2])
        for pattern in _NUMBERED:
            if match := pattern.fullmatch(text):
                parts = {name: int(value) for name, value in match.groupdict().items() if value}
                return date(parts["year"], parts.get("month", 1), parts.get("day", 1))
    except (ValueError, OverflowError):
        pass
    return None


def _before(today: date, number: int, unit: str) -> date:
    if unit in "dw":
        return today - timedelta(days=number * (7 if unit == "w" else 1))
    months = today.year * 12 + today.month - 1 - number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
