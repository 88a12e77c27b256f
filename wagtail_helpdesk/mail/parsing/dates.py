"""The Date header."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_EARLIEST, _LATEST = 1900, 2100
_YEAR_ZERO = re.compile(r"\b0{3,4}\b")
_LONGEST = 200


def parse_date(value: str) -> datetime | None:
    """Return the aware time that a Date header states, or None where it states none between 1900 and 2100."""
    if not value or len(value) > _LONGEST or _YEAR_ZERO.search(value.replace("+0000", "").replace("-0000", "")):
        return None
    try:
        date = parsedate_to_datetime(value)
        aware = date.replace(tzinfo=UTC) if date.tzinfo is None else date
        year = aware.astimezone(UTC).year
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        # The standard library lets all of these through for one malformed date or another.
        return None
    return aware if _EARLIEST <= year <= _LATEST else None
