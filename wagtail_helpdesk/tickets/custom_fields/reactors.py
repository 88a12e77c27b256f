"""What becomes of the fields of tickets that are merged."""

from __future__ import annotations

from typing import Any

from wagtail_helpdesk.events import TicketsMerged, TicketsUnmerged
from wagtail_helpdesk.tickets.actions.merge_tickets import note_moved
from wagtail_helpdesk.tickets.custom_fields.values import index_values
from wagtail_helpdesk.tickets.models import Ticket, TicketMerge

_COLUMNS = ("ticket_type_id", "due_on")


def merge_fields(event: TicketsMerged) -> None:
    """The survivor takes what it lacks; the source keeps what it has."""
    source, target = (Ticket.objects.get(pk=pk) for pk in (event.source_id, event.target_id))
    taken = {key: value for key, value in source.custom_fields.items() if key not in target.custom_fields}
    columns = [name for name in _COLUMNS if getattr(target, name) is None and getattr(source, name) is not None]
    if not taken and not columns:
        return
    for name in columns:
        setattr(target, name, getattr(source, name))
    target.custom_fields = {**target.custom_fields, **taken}
    _save(target)
    note_moved(event.merge_id, "fields", {"taken": sorted(taken), "columns": columns})


def unmerge_fields(event: TicketsUnmerged) -> None:
    """What it had taken goes, unless somebody has changed it meanwhile."""
    moved: dict[str, Any] = TicketMerge.objects.get(pk=event.merge_id).moved.get("fields", {})
    if not moved:
        return
    source, target = (Ticket.objects.get(pk=pk) for pk in (event.source_id, event.target_id))
    for name in moved["columns"]:
        if getattr(target, name) == getattr(source, name):
            setattr(target, name, None)
    gone = {key for key in moved["taken"] if target.custom_fields.get(key) == source.custom_fields.get(key)}
    target.custom_fields = {key: value for key, value in target.custom_fields.items() if key not in gone}
    _save(target)


def _save(ticket: Ticket) -> None:
    ticket.save(update_fields=["ticket_type", "due_on", "custom_fields"])
    index_values(ticket)
