"""Who is told in the place of somebody who is away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wagtail_helpdesk.desk.absences import away
from wagtail_helpdesk.notifications.choices import MINE, NoticeKind
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may

#: What is somebody's own business. The news of a team reach its other members anyway; what one watches, or wrote, is
#: for oneself.
CARRIED = frozenset(
    {
        NoticeKind.ASSIGNED,
        NoticeKind.ANSWERED,
        NoticeKind.MENTIONED,
        NoticeKind.DELIVERY,
        NoticeKind.HELD,
        NoticeKind.AWAKE,
    }
)


def stand_ins(users: Iterable[Any], kind: str, what: str, ticket: Ticket) -> list[tuple[Any, Any]]:
    """Return who stands in for which of ``users``, where that person may see the ticket.

    No query while nobody is away. A mail in somebody's own name is for that person alone.
    """
    if kind not in CARRIED or what == MINE:
        return []
    found = []
    for user in users:
        absence = away(user)
        if absence is not None and absence.substitute is not None and may(absence.substitute, "view", ticket):
            found.append((absence.substitute, user))
    return found
