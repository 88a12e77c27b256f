"""What follows from a push service's answer: pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum, auto

#: Pauses of a device after the first, second ... failure; the last one repeats.
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
)
#: A device whose service refuses us for so long is forgotten; one that cannot be reached, later.
REFUSED_FOR, UNREACHABLE_FOR = timedelta(days=3), timedelta(days=30)
LONGEST_WISH = timedelta(hours=24)


class Outcome(Enum):
    """What became of a push."""

    SENT = auto()
    #: The browser is gone (RFC 8030 7.3).
    GONE = auto()
    #: This one can never be sent; the next may.
    UNFIT = auto()
    #: The service understood and refuses.
    REFUSED = auto()
    #: Later, perhaps.
    UNREACHABLE = auto()


@dataclass(frozen=True, slots=True)
class Result:
    """An outcome; ``error`` is its kind, ``not_before`` what the service asks for."""

    outcome: Outcome
    error: str = ""
    not_before: datetime | None = None


def result_of(status: int, headers: Mapping[str, str], now: datetime) -> Result:
    """Return what an answer means."""
    if 200 <= status < 300:
        return Result(Outcome.SENT)
    error = f"status {status}"
    if status in (404, 410):
        return Result(Outcome.GONE, error)
    if status == 413:
        return Result(Outcome.UNFIT, error)
    if status == 429 or status >= 500:
        return Result(Outcome.UNREACHABLE, error, _retry_after(headers.get("Retry-After", ""), now))
    return Result(Outcome.REFUSED, error)


def rest_until(*, failures: int, not_before: datetime | None, now: datetime) -> datetime:
    """Return when a device is tried again after ``failures`` in a row."""
    pause = now + PAUSES[min(max(failures, 1), len(PAUSES)) - 1]
    return max(pause, not_before) if not_before else pause


def is_hopeless(outcome: Outcome, *, failing_since: datetime, now: datetime) -> bool:
    """Tell whether a device is to be forgotten."""
    patience = REFUSED_FOR if outcome == Outcome.REFUSED else UNREACHABLE_FOR
    return outcome == Outcome.GONE or now - failing_since >= patience


def _retry_after(text: str, now: datetime) -> datetime | None:
    """RFC 9110 10.2.3: seconds, or a date. A service may not silence us for longer than LONGEST_WISH."""
    text = text.strip()
    try:
        wish = now + timedelta(seconds=int(text)) if text.isdecimal() else parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    wish = wish if wish.tzinfo else wish.replace(tzinfo=UTC)
    return min(wish, now + LONGEST_WISH)
