"""What a published message does to the columns that lists sort and filter by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F

from wagtail_helpdesk import events
from wagtail_helpdesk.desk.choices import FINISHED, HIDDEN, Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Status
from wagtail_helpdesk.events import Actor, Change
from wagtail_helpdesk.tickets.choices import EventKind, Visibility
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.state import (
    category_after_inbound,
    category_after_reply,
    fields_for_category,
    fields_on_waking,
    silence_from,
)
from wagtail_helpdesk.tickets.timeline import write_event

PREVIEW_LENGTH = 200


def record_activity(
    ticket: Ticket,
    *,
    actor: Actor,
    at: datetime,
    direction: str,
    visibility: str,
    text: str,
    attachments: int = 0,
    may_reopen: bool = True,
    counts_as_waiting: bool = True,
    language: str = "",
    status: Status | None = None,
    depth: int = 0,
) -> bool:
    """Bring ``ticket`` (locked) up to date with one more published message; return whether it was reopened.

    ``status`` is the one an agent chose with the reply. ``counts_as_waiting`` is False for machines' mail.
    ``language`` is the one the requester writes in now, "" for no change.
    """
    fields: dict[str, Any] = {"last_activity_at": max(at, ticket.last_activity_at)}
    if language:
        fields["language"] = language
    public = visibility == Visibility.PUBLIC
    if public:
        fields["preview"] = " ".join(text.split())[:PREVIEW_LENGTH]
    category = ticket.category
    if direction == "inbound" and public:
        category = category_after_inbound(category, may_reopen=may_reopen)
        if counts_as_waiting and category not in (*FINISHED, *HIDDEN):
            fields["customer_waiting_since"] = ticket.customer_waiting_since or at
    elif direction == "outbound" and public:
        category = category_after_reply(category)
        fields["customer_waiting_since"] = None
        fields["first_replied_at"] = ticket.first_replied_at or at
    if direction != "inbound" or counts_as_waiting:
        fields |= _sleep_fields(ticket, direction, actor=actor, at=at, depth=depth)
    if status is not None:
        category = status.category
    reopened = ticket.category in FINISHED and category not in (*FINISHED, *HIDDEN)
    if (status is not None and status.pk != ticket.status_id) or category != ticket.category:
        _set_status(ticket, status or default_status(category), fields, actor=actor, at=at, depth=depth)
    elif category == Category.PENDING and (direction != "inbound" or counts_as_waiting):
        # What a machine says is nobody's answer: the silence goes on.
        fields |= silence_from(fields["last_activity_at"])
    _say_what_is_off(ticket, fields, direction, actor=actor)
    _write(ticket, fields, {"message_count": 1, "attachment_count": attachments})
    return reopened


def _say_what_is_off(ticket: Ticket, fields: dict[str, Any], direction: str, *, actor: Actor) -> None:
    """Say in the timeline that a customer's words keep the ticket from closing at the time that an agent chose."""
    if ticket.close_on and direction == "inbound" and fields.get("close_on", ticket.close_on) is None:
        write_event(ticket, EventKind.CLOSING, actor=actor, what="answered")


def _sleep_fields(ticket: Ticket, direction: str, *, actor: Actor, at: datetime, depth: int) -> dict[str, Any]:
    """Return what changes about a snooze: words from outside wake the ticket, ours are what it came back for."""
    if direction != "inbound":
        return {"woke_at": None} if ticket.woke_at else {}
    fields = fields_on_waking(asleep=ticket.asleep, sleeps_through=ticket.sleeps_through, now=at)
    if fields:
        write_event(ticket, EventKind.WOKE, actor=actor, what="message")
        changes = (Change("asleep", True, False),)
        events.publish(events.TicketUpdated(actor=actor, depth=depth, ticket_id=ticket.pk, changes=changes))
    return fields


def first_activity(
    *, at: datetime, text: str, attachments: int, category: str, counts_as_waiting: bool
) -> dict[str, Any]:
    """Return the columns of a new ticket that repeat its first message, which somebody outside wrote."""
    waits = counts_as_waiting and category not in (*FINISHED, *HIDDEN)
    return {
        "message_count": 1,
        "attachment_count": attachments,
        "preview": " ".join(text.split())[:PREVIEW_LENGTH],
        "customer_waiting_since": at if waits else None,
    }


def _set_status(
    ticket: Ticket, status: Status, fields: dict[str, Any], *, actor: Actor, at: datetime, depth: int
) -> None:
    """Add the status and what follows from it to ``fields``, say so in the timeline and to the reactors."""
    old = ticket.status
    fields.update(
        fields_for_category(
            old=ticket.category,
            new=status.category,
            now=at,
            resolved_at=ticket.resolved_at,
            old_status_id=ticket.status_id,
        )
    )
    fields.update(status_id=status.pk, category=status.category)
    reopened = old.category in FINISHED and status.category not in (*FINISHED, *HIDDEN)
    kind = EventKind.REOPENED if reopened else EventKind.STATUS
    write_event(ticket, kind, actor=actor, old=old.name, new=status.name, was=old.category, category=status.category)
    changes = (Change("status", old.pk, status.pk), Change("category", old.category, status.category))
    events.publish(events.TicketUpdated(actor=actor, depth=depth, ticket_id=ticket.pk, changes=changes))


def _write(ticket: Ticket, fields: dict[str, Any], counted: dict[str, int]) -> None:
    """Write the columns in one statement and bring the instance, whose row is locked, in line with them."""
    counts = {name: getattr(ticket, name) + more for name, more in counted.items()}
    Ticket.objects.filter(pk=ticket.pk).update(**fields, **{name: F(name) + more for name, more in counted.items()})
    for name, value in {**fields, **counts}.items():
        setattr(ticket, name, value)
