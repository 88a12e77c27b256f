"""Writes the lines of a ticket's timeline."""

from __future__ import annotations

from typing import Any

from wagtail_helpdesk import events
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent


def write_event(ticket: Ticket | int, kind: str, /, *, actor: Actor, cause: str = "", **data: Any) -> TicketEvent:
    """Add one line: ``data`` holds plain JSON values (old, new as people read them)."""
    line = TicketEvent(
        ticket_id=ticket if isinstance(ticket, int) else ticket.pk,
        kind=kind,
        actor_kind=actor.kind,
        actor_user_id=actor.id if actor.kind == "user" else None,
        actor_contact_id=actor.id if actor.kind == "contact" else None,
        actor_name=actor.name[:200],
        cause=cause or actor.cause[:100],
        data=data,
    )
    events.write_later([line])
    return line


def record_reactor_failure(event: events.Event, reactor: events.Reactor, error: Exception) -> None:
    """Say on the ticket that something which should follow did not. Given to ``events.install``."""
    # The ids of other events may be a contact's.
    merged = isinstance(event, events.TicketsMerged | events.TicketsUnmerged)
    ticket_id = event.target_id if merged else getattr(event, "ticket_id", None)
    if ticket_id is None or not Ticket.objects.filter(pk=ticket_id).exists():
        return
    write_event(
        ticket_id,
        EventKind.FAILURE,
        actor=Actor.system(),
        cause=f"{reactor.handle.__module__}.{reactor.handle.__name__}"[:100],
        error=type(error).__name__,
    )
