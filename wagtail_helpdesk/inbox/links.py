"""Addresses of the inbox's screens."""

from __future__ import annotations

from django.urls import reverse

from wagtail_helpdesk.inbox.standing_views import StandingView
from wagtail_helpdesk.tickets.models import Ticket


def ticket_url(ticket: Ticket | int, view: StandingView | None = None) -> str:
    """Return the address of a ticket's conversation, as opened from ``view``."""
    address = reverse("helpdesk_tickets:ticket", args=[ticket if isinstance(ticket, int) else ticket.pk])
    return f"{address}?view={view.slug}" if view else address


def view_url(view: StandingView) -> str:
    """Return the address of a view."""
    return reverse("helpdesk_inbox:view", args=[view.slug])
