"""What a person saw of a ticket when a page was made, so that a change made meanwhile is told, not overwritten."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from wagtail_helpdesk.tickets.models import Ticket

#: The fields that several people change at once.
FIELDS = ("status", "priority", "assignee", "team")


@dataclass(frozen=True)
class Seen:
    """The keys of the rows that a ticket pointed at; None for no assignee."""

    ticket: int
    values: dict[str, Any]


@dataclass(frozen=True)
class SeenFields:
    """The key of the type, the due date, and the values of the fields that an administrator added, by key."""

    ticket_type: int | None
    due_on: date | None
    fields: dict[str, Any]


def seen_of(ticket: Ticket) -> str:
    """Return what to write into a page: "ticket:status:priority:assignee:team", by key."""
    values = [getattr(ticket, f"{field}_id") for field in FIELDS]
    return ":".join("" if value is None else str(value) for value in [ticket.pk, *values])


def parse_seen(text: str) -> Seen | None:
    """Return what :func:`seen_of` wrote, None for any other text."""
    parts = text.split(":")
    if len(parts) != len(FIELDS) + 1 or not all(_is_key(part) for part in [*parts[:3], parts[4]]):
        return None
    pk, status, priority, assignee, team = parts
    try:
        person = get_user_model()._meta.pk.to_python(assignee) if assignee else None
    except ValidationError:
        return None
    values = {"status": int(status), "priority": int(priority), "assignee": person, "team": int(team)}
    return Seen(int(pk), values)


def seen_fields_of(ticket: Ticket) -> str:
    """Return what to write into a page for the type, the due date and the fields that an administrator added."""
    due = ticket.due_on.isoformat() if ticket.due_on else None
    return json.dumps({"type": ticket.ticket_type_id, "due": due, "fields": ticket.custom_fields}, sort_keys=True)


def parse_seen_fields(text: str) -> SeenFields | None:
    """Return what :func:`seen_fields_of` wrote, None for any other text."""
    try:
        data = json.loads(text)
        due = date.fromisoformat(data["due"]) if data["due"] is not None else None
        ticket_type, fields = data["type"], dict(data["fields"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if ticket_type is not None and type(ticket_type) is not int:
        return None
    return SeenFields(ticket_type, due, fields)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
