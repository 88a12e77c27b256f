"""How far an agent has read a ticket: what came since is new to that agent."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from wagtail_helpdesk.tickets.models import Ticket, TicketReader


def seen_by(user: Any, ticket: Ticket) -> int:
    """Return the key of the newest message that ``user`` had on the screen, 0 for none. One query."""
    rows = TicketReader.objects.filter(ticket=ticket, user=user)
    return rows.values_list("seen_message", flat=True).first() or 0


def mark_seen(user: Any, ticket: Ticket, message: int) -> None:
    """Note that ``user`` has the messages up to the key ``message`` on the screen. Never goes back."""
    rows = TicketReader.objects.filter(ticket=ticket, user=user)
    values = {"seen_message": message, "seen_at": timezone.now()}
    if rows.filter(seen_message__lt=message).update(**values) or rows.exists():
        return
    try:
        with transaction.atomic():
            TicketReader.objects.create(ticket=ticket, user=user, **values)
    except IntegrityError:
        # The same person opened it in two windows at once.
        rows.filter(seen_message__lt=message).update(**values)
