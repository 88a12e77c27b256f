"""Warns the customers of silent tickets, before these close by themselves."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.actions.warn_of_closing import NotNow, WarnOfClosing
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.tickets.actions.close_silent import silent_tickets, work_off
from wagtail_helpdesk.tickets.models import Ticket


def warn_silent() -> int:
    """Warn of the tickets that close in so many days as their mailbox has it; return of how many.

    At most ``close_silent.BATCH`` for each mailbox.
    """
    now = timezone.now()
    warned = 0
    for mailbox in Mailbox.objects.filter(close_after_days__gt=0, warn_before_days__gt=0):
        silence = timedelta(days=max(mailbox.close_after_days - mailbox.warn_before_days, 0))
        due = silent_tickets(mailbox).filter(close_warned_at__isnull=True, silent_since__lte=now - silence)
        warned += work_off([due.order_by("silent_since", "pk")], _warn)
    return warned


def _warn(ticket: Ticket) -> bool:
    try:
        return WarnOfClosing(ticket=ticket, actor=Actor.system())() is not None
    except NotNow:
        return False


def still_closes(mail: OutboundMail) -> bool:
    """Tell whether what a warning says is still so: whoever has written meanwhile is not threatened any more."""
    warned = Ticket.objects.current().filter(
        pk=mail.ticket_id,
        category=Category.PENDING,
        asleep__in=[False],
        close_on__isnull=True,
        close_warned_at__lte=mail.created_at,
    )
    return warned.exists()
