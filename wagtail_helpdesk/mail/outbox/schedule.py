"""When a mail that could not be sent is tried again: a pure function."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

#: Pauses after the first, second ... failed try; the last one repeats.
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
)
GIVE_UP_AFTER = timedelta(hours=48)
#: Pauses of everything while the mail server cannot be reached at all: the first, and the longest.
UNAVAILABLE_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=15)
#: A mail that has waited for so long is late, and one in doubt for so long will not clear itself up.
LATE_AFTER = timedelta(minutes=15)
#: Share of a pause that chance adds, so that many mails do not come back at once.
JITTER = 0.1


def next_try(*, attempts: int, created_at: datetime, now: datetime) -> datetime | None:
    """Return when to try again after ``attempts`` failed tries, None when it is time to give up."""
    if now - created_at >= GIVE_UP_AFTER:
        return None
    pause = PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]
    return now + pause * (1 + random.random() * JITTER)  # noqa: S311 - no secret


def next_probe(*, paused_at: datetime, now: datetime) -> datetime:
    """Return when to look again at a mail server that has been out of reach since ``paused_at``: ever less often."""
    return now + min(max((now - paused_at) / 4, UNAVAILABLE_PAUSE), LONGEST_PAUSE)
