"""When which notices are pushed: pure functions over plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from wagtail_helpdesk.notifications.rhythm import GATHER, Pending

#: Whoever has the ticket open reads it within this time, and needs no push.
GRACE = timedelta(seconds=10)
#: What is older is no news any more: it stands in the admin.
STALE = timedelta(hours=4)
#: Pushes to one agent within an hour; what is more waits, and comes in one.
MAX_AN_HOUR = 30
#: Tickets that are told of one by one; of more there is one push.
FEW = 4


def plan_pushes(
    pending: Iterable[Pending], *, pushed: Mapping[int, datetime], sent_last_hour: int, now: datetime
) -> list[list[int]]:
    """Return the keys of the notices that leave at ``now`` for one agent, a list for each push.

    ``pushed``: when there last was a push of which ticket. What follows within a minute of it gathers to its end.
    """
    by_ticket: dict[int, list[Pending]] = {}
    for row in sorted(pending, key=lambda row: (row.created_at, row.pk)):
        by_ticket.setdefault(row.ticket_id, []).append(row)
    due = [
        [row.pk for row in rows]
        for ticket, rows in by_ticket.items()
        if now - rows[0].created_at >= GRACE and (ticket not in pushed or now - pushed[ticket] >= GATHER)
    ]
    left = MAX_AN_HOUR - sent_last_hour
    if left <= 0 or not due:
        return []
    return due if len(due) <= min(left, FEW) else [sorted(key for keys in due for key in keys)]
