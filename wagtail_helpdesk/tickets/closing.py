"""When a ticket that waits for its customer closes by itself: pure functions of rows that are at hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.tickets.models import Ticket


def closes_at(ticket: Ticket, mailbox: Mailbox) -> datetime | None:
    """Return when ``ticket`` closes by itself, None where it does not.

    The time that an agent chose counts alone. Else the mailbox's days of silence, and after a warning never less than
    the days that it promises: it may have gone late, or the mailbox's days were changed.
    """
    if ticket.category != Category.PENDING or ticket.asleep:
        return None
    if ticket.close_on is not None:
        return ticket.close_on
    if not mailbox.close_after_days or ticket.silent_since is None:
        return None
    end = ticket.silent_since + timedelta(days=mailbox.close_after_days)
    if ticket.close_warned_at is None:
        return end
    return max(end, ticket.close_warned_at + timedelta(days=mailbox.warn_before_days))


def is_to_be_closed(ticket: Ticket, mailbox: Mailbox, now: datetime) -> bool:
    """Tell whether ``ticket`` closes by itself at ``now``. Never before the warning that it is due."""
    at = closes_at(ticket, mailbox)
    if at is None or at > now:
        return False
    return ticket.close_on is not None or not mailbox.warn_before_days or ticket.close_warned_at is not None


def is_to_be_warned(ticket: Ticket, mailbox: Mailbox, now: datetime) -> bool:
    """Tell whether it is time to say that ``ticket`` closes by itself. An agent's own date needs no warning."""
    at = closes_at(ticket, mailbox)
    if at is None or ticket.close_on is not None or ticket.close_warned_at is not None:
        return False
    days = mailbox.warn_before_days
    return bool(days) and at - timedelta(days=days) <= now


def closes_after_warning(ticket: Ticket, mailbox: Mailbox, now: datetime) -> datetime | None:
    """Return when ``ticket`` will close if its customer is warned at ``now``."""
    at = closes_at(ticket, mailbox)
    return None if at is None else max(at, now + timedelta(days=mailbox.warn_before_days))
