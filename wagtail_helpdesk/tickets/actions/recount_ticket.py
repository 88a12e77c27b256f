"""Mend the columns that repeat what stands in other tables."""

from __future__ import annotations

from datetime import datetime

from wagtail_helpdesk.tickets.actions.record_activity import PREVIEW_LENGTH
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.state import STAYS_OPEN


def recount_ticket(
    ticket_id: int, *, message_count: int, attachment_count: int, last_activity_at: datetime | None, preview: str
) -> None:
    """Write the counts and the newest words of a ticket; the last activity is kept when there is no message."""
    fields = {
        "message_count": message_count,
        "attachment_count": attachment_count,
        "preview": " ".join(preview.split())[:PREVIEW_LENGTH],
    }
    if last_activity_at is not None:
        fields["last_activity_at"] = last_activity_at
    Ticket.objects.filter(pk=ticket_id).update(**fields)


def wait_since(ticket_id: int, since: datetime | None) -> None:
    """Write when the oldest message came that nobody has answered; None where the customer does not wait."""
    Ticket.objects.filter(pk=ticket_id).update(customer_waiting_since=since)


def keep_open(ticket_id: int) -> None:
    """Let the ticket not close by itself: its customer waits for us."""
    Ticket.objects.filter(pk=ticket_id).update(**STAYS_OPEN)
