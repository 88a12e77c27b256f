"""What lay in the trash for long is erased."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from wagtail_helpdesk import conf
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.models import Ticket

#: Tickets that one round of the worker erases.
BATCH = 100


def empty_trash() -> int:
    """Erase what has been in the trash for TRASH_DAYS (0: never); return how many (at most BATCH)."""
    days = conf.get("TRASH_DAYS")
    if not days:
        return 0
    limit = timezone.now() - timedelta(days=days)
    over = Ticket.objects.current().filter(category=Category.TRASH, hidden_at__lt=limit).order_by("hidden_at", "pk")
    erased = 0
    for ticket in over[:BATCH]:
        try:
            EraseTicket(ticket=ticket, actor=Actor.system())()
        except ActionRefused:
            # Restored, merged or erased by somebody at this very moment.
            continue
        erased += 1
    return erased
