"""What was resolved and not taken up again is closed."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.models import Ticket

BATCH = 200


def close_resolved() -> int:
    """Close tickets whose days to reopen are over; return how many (at most BATCH for each mailbox)."""
    closed = 0
    now = timezone.now()
    for mailbox in Mailbox.objects.all():
        over = Ticket.objects.current().filter(
            mailbox=mailbox, category=Category.RESOLVED, resolved_at__lt=now - timedelta(days=mailbox.reopen_days)
        )
        for ticket in over[:BATCH]:
            ChangeStatus(ticket=ticket, status=default_status(Category.CLOSED), actor=Actor.system())()
            closed += 1
    return closed
