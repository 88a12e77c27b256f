"""When a ticket is due, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from wagtail_helpdesk.desk.choices import UNRESOLVED
from wagtail_helpdesk.tickets.models import Ticket


@dataclass(frozen=True)
class Due:
    """What a row or a page says of it."""

    words: str
    is_late: bool = False
    is_soon: bool = False


def due_of(ticket: Ticket, today: date) -> Due | None:
    """Return when an unresolved ticket is due, None where it is not. ``today`` is the reader's."""
    day = ticket.due_on
    if day is None or ticket.category not in UNRESOLVED:
        return None
    if day < today:
        return Due(_("overdue since %(day)s") % {"day": date_format(day, "SHORT_DATE_FORMAT")}, is_late=True)
    if day == today:
        return Due(_("due today"), is_soon=True)
    if day == today + timedelta(days=1):
        return Due(_("due tomorrow"), is_soon=True)
    return Due(_("due %(day)s") % {"day": date_format(day, "SHORT_DATE_FORMAT")})
