"""Set a ticket's priority."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.desk.models import Priority
from wagtail_helpdesk.events import Actor, Change
from wagtail_helpdesk.tickets.actions.base import UNSEEN, Conflict, TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket


class ChangePriority(TicketAction):
    """Set the priority. ``seen`` is the key of the priority the person saw."""

    def __init__(self, *, ticket: Ticket, priority: Priority, actor: Actor, seen: Any = UNSEEN, depth: int = 0) -> None:
        super().__init__(ticket=ticket, actor=actor, depth=depth)
        self.priority = priority
        self.seen = seen

    def check(self) -> None:
        """As the base; Conflict when somebody else changed it meanwhile."""
        super().check()
        current = self.ticket.priority_id
        if self.seen is not UNSEEN and self.seen != current and self.priority.pk != current:
            raise Conflict(_("Somebody else changed the priority meanwhile."))

    def execute(self) -> Ticket:
        """Return the ticket; nothing is written when it has this priority already."""
        ticket = self.ticket
        if ticket.priority_id == self.priority.pk:
            return ticket
        old = ticket.priority
        ticket.priority = self.priority
        ticket.save(update_fields=["priority"])
        self.record(EventKind.PRIORITY, old=old.name, new=self.priority.name)
        changes = (Change("priority", old.pk, self.priority.pk),)
        self.publish(events.TicketUpdated, ticket_id=ticket.pk, changes=changes)
        return ticket
