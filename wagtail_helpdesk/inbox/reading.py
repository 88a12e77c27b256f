"""How far an agent has read a ticket: what came since is new to that agent."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from wagtail_helpdesk.tickets.models import Ticket, TicketReader


def reader_of(user: Any, ticket: Ticket) -> TicketReader | None:
    """Return what ``ticket`` is to ``user``, None where it is nothing yet. One query."""
    return TicketReader.objects.filter(ticket=ticket, user=user).first()


def mark_seen(user: Any, ticket: Ticket, message: int, *, known: TicketReader | None = None) -> None:
    """Note that ``user`` has the messages up to the key ``message`` on the screen. Never goes back.

    ``known``: what :func:`reader_of` found, where somebody asked: nothing is written that stands there already.
    """
    if known is not None and known.seen_message >= message:
        return
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
