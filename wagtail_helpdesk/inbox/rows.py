"""A ticket as a row of a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wagtail_helpdesk.inbox.durations import short_time_since
from wagtail_helpdesk.inbox.links import ticket_url
from wagtail_helpdesk.inbox.people import display_name, initials, picture_url
from wagtail_helpdesk.inbox.seen import seen_of
from wagtail_helpdesk.inbox.standing_views import StandingView
from wagtail_helpdesk.tickets.models import Ticket


@dataclass(frozen=True)
class Row:
    """What the template of a row needs and a ticket does not say itself."""

    ticket: Ticket
    url: str
    #: "3 h", "" where the customer does not wait.
    waits: str
    #: How long ago something happened last.
    active: str
    assignee_name: str
    assignee_initials: str
    assignee_picture: str
    #: What the person who picks rows has seen of this one, for the bulk bar.
    seen: str


def rows_of(tickets: Sequence[Ticket], view: StandingView) -> list[Row]:
    """Return the rows of ``tickets``, fetched with ``for_list()``, as opened from ``view``. No queries."""
    return [
        Row(
            ticket=ticket,
            url=ticket_url(ticket, view),
            waits=short_time_since(ticket.customer_waiting_since),
            active=short_time_since(ticket.last_activity_at),
            assignee_name=display_name(ticket.assignee) if ticket.assignee else "",
            assignee_initials=initials(ticket.assignee) if ticket.assignee else "",
            assignee_picture=picture_url(ticket.assignee) if ticket.assignee else "",
            seen=seen_of(ticket),
        )
        for ticket in tickets
    ]
