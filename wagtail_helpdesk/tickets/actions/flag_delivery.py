"""Whether somebody should look at what became of a ticket's mails."""

from __future__ import annotations

from wagtail_helpdesk.tickets.models import Ticket


def flag_delivery(ticket_id: int, *, failed: bool) -> bool:
    """Write the flag that lists show; return whether it changed. The package that sends mail knows what it is."""
    return Ticket.objects.filter(pk=ticket_id).exclude(delivery_failed=failed).update(delivery_failed=failed) == 1
