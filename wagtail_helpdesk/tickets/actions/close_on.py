"""An agent lets a ticket close by itself at a certain time, unless its customer writes before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.desk.choices import UNRESOLVED, Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.state import silence_from

#: Times to close at lie at most so far ahead.
LATEST = timedelta(days=366)


class CloseOn(TicketAction):
    """Let a ticket close by itself ``at`` a time; None takes the time away. One that does not wait is set to wait."""

    def __init__(self, *, at: datetime | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.at = at

    def check(self) -> None:
        """As the base; ActionRefused for what is over or snoozed, and for a time that is over or too far away."""
        super().check()
        if self.at is None:
            return
        if self.ticket.category not in UNRESOLVED:
            raise ActionRefused(_("Only an open ticket can close by itself."))
        if self.ticket.asleep:
            raise ActionRefused(_("A snoozed ticket does not close by itself: wake it first."))
        if not timezone.now() < self.at < timezone.now() + LATEST:
            raise ActionRefused(_("Choose a time to come, within a year."))

    def execute(self) -> Ticket:
        """Return the ticket. Without its time it is one that waits as others do, from now on."""
        ticket = self.ticket
        if self.at is not None and ticket.category != Category.PENDING:
            pending = default_status(Category.PENDING)
            ticket = self.ticket = ChangeStatus(
                ticket=ticket, status=pending, actor=self.actor, depth=self.depth
            ).as_part()
        if ticket.close_on == self.at:
            return ticket
        fields = {"close_on": self.at}
        if ticket.category == Category.PENDING:
            fields |= silence_from(timezone.now())
        for column, value in fields.items():
            setattr(ticket, column, value)
        ticket.save(update_fields=list(fields))
        if self.at is None:
            self.record(EventKind.CLOSING, what="removed")
        else:
            self.record(EventKind.CLOSING, what="set", until=self.at.isoformat())
        return ticket


def closing_state(ticket: Ticket) -> dict[str, Any]:
    """Return when a ticket closes by itself because an agent chose so, as plain values."""
    return {"close_on": ticket.close_on.isoformat() if ticket.close_on else None}


def closing_step(before: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    """Return the step that gives ``ticket`` the time that it had ``before``: what undo takes."""
    return {"kind": "close_on", "ticket": ticket.pk, "old": before, "new": closing_state(ticket)}
