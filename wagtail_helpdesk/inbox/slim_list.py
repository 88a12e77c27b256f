"""The list beside a ticket, so that the next one is one key away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wagtail_helpdesk.inbox.durations import short_time_since
from wagtail_helpdesk.inbox.links import ticket_url, view_url
from wagtail_helpdesk.inbox.listing import around
from wagtail_helpdesk.inbox.marks import Marks, marks_of
from wagtail_helpdesk.inbox.places import Place
from wagtail_helpdesk.tickets.models import Ticket

#: Tickets shown before and after the one that is open.
SIZE = 12


@dataclass(frozen=True)
class SlimRow:
    """A ticket in the slim list."""

    ticket: Ticket
    url: str
    waits: str
    active: str
    marks: Marks
    is_current: bool


def way_through(place: Place, user: Any, ticket: Ticket) -> dict[str, Any]:
    """Return the addresses of the neighbours in ``place``, and the slim list around ``ticket``. Six queries."""
    before, after = around(place, user, ticket, SIZE)
    tickets = [*before, ticket, *after]
    marks = marks_of(tickets, user)
    return {
        "list_url": view_url(place),
        "previous_url": ticket_url(before[-1], place) if before else "",
        "next_url": ticket_url(after[0], place) if after else "",
        "slim_rows": [
            SlimRow(
                ticket=one,
                url=ticket_url(one, place),
                waits=short_time_since(one.customer_waiting_since),
                active=short_time_since(one.last_activity_at),
                marks=marks[one.pk],
                is_current=one.pk == ticket.pk,
            )
            for one in tickets
        ],
    }
