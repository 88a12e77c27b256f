"""Addresses of the inbox's screens."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from wagtail_helpdesk.tickets.models import Ticket


def ticket_url(ticket: Ticket | int, view: Any = None) -> str:
    """Return the address of a ticket's conversation, as opened from ``view`` (a view, or a place)."""
    address = reverse("helpdesk_tickets:ticket", args=[ticket if isinstance(ticket, int) else ticket.pk])
    return f"{address}?view={view.slug}" if view else address


def view_url(view: Any) -> str:
    """Return the address of a view, or of a place: a view with what narrows it."""
    query = getattr(view, "query_string", "")
    address = reverse("helpdesk_inbox:view", args=[getattr(view, "view", view).slug])
    return f"{address}?{query}" if query else address
