"""Set the day by which a ticket is to be done."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.events import Actor, Change
from wagtail_helpdesk.tickets.actions.base import UNSEEN, Conflict, TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket


class ChangeDue(TicketAction):
    """Set the day, None for none. ``seen`` is the day the person saw."""

    def __init__(
        self, *, ticket: Ticket, due_on: date | None, actor: Actor, seen: Any = UNSEEN, depth: int = 0
    ) -> None:
        super().__init__(ticket=ticket, actor=actor, depth=depth)
        self.due_on = due_on
        self.seen = seen

    def check(self) -> None:
        """As the base; Conflict when somebody else changed it meanwhile."""
        super().check()
        current = self.ticket.due_on
        if self.seen is not UNSEEN and self.seen != current and self.due_on != current:
            raise Conflict(_("Somebody else changed the due date meanwhile."))

    def execute(self) -> Ticket:
        """Return the ticket; nothing is written when it is this day already."""
        ticket, old = self.ticket, self.ticket.due_on
        if old == self.due_on:
            return ticket
        ticket.due_on = self.due_on
        ticket.save(update_fields=["due_on"])
        before, after = (day.isoformat() if day else None for day in (old, self.due_on))
        self.record(EventKind.DUE, old=before, new=after)
        self.publish(events.TicketUpdated, ticket_id=ticket.pk, changes=(Change("due_on", before, after),))
        return ticket
