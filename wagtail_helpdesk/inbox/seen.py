"""What a person saw of a ticket when a page was made, so that a change made meanwhile is told, not overwritten."""

from __future__ import annotations

from dataclasses import dataclass
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


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
