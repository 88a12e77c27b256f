"""What becomes of the fields of tickets that are merged."""

from __future__ import annotations

from typing import Any

from wagtail_helpdesk.events import TicketsMerged, TicketsUnmerged
from wagtail_helpdesk.tickets.actions.merge_tickets import live_merges, note_moved
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
    columns = {name for name in moved["columns"] if getattr(target, name) == getattr(source, name)}
    gone = {key for key in moved["taken"] if target.custom_fields.get(key) == source.custom_fields.get(key)}
    for name in columns:
        setattr(target, name, None)
    target.custom_fields = {key: value for key, value in target.custom_fields.items() if key not in gone}
    for other in live_merges(target.pk):
        _take_from(other, target, gone - set(target.custom_fields), columns)
    _save(target)


def _take_from(merge: TicketMerge, target: Ticket, keys: set[str], columns: set[str]) -> None:
    """What went with one ticket is taken from another one that is still merged, where that has it."""
    source = merge.source
    taken = {key: source.custom_fields[key] for key in keys if key in source.custom_fields}
    filled = [name for name in columns if getattr(target, name) is None and getattr(source, name) is not None]
    if not taken and not filled:
        return
    target.custom_fields = {**target.custom_fields, **taken}
    for name in filled:
        setattr(target, name, getattr(source, name))
    before = merge.moved.get("fields", {"taken": [], "columns": []})
    moved = {"taken": sorted({*before["taken"], *taken}), "columns": sorted({*before["columns"], *filled})}
    note_moved(merge.pk, "fields", moved)


def _save(ticket: Ticket) -> None:
    ticket.save(update_fields=["ticket_type", "due_on", "custom_fields"])
    index_values(ticket)
