"""Say what kind of case a ticket is."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.desk.models import TicketType
from wagtail_helpdesk.events import Actor, Change
from wagtail_helpdesk.tickets.actions.base import UNSEEN, Conflict, TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket


class ChangeType(TicketAction):
    """Set the type, None for none. ``seen`` is the key of the type the person saw, None where there was none."""

    def __init__(
        self, *, ticket: Ticket, ticket_type: TicketType | None, actor: Actor, seen: Any = UNSEEN, depth: int = 0
    ) -> None:
        super().__init__(ticket=ticket, actor=actor, depth=depth)
        self.ticket_type = ticket_type
        self.seen = seen

    @property
    def _new(self) -> int | None:
        return self.ticket_type.pk if self.ticket_type else None

    def check(self) -> None:
        """As the base; Conflict when somebody else changed it meanwhile."""
        super().check()
        current = self.ticket.ticket_type_id
        if self.seen is not UNSEEN and self.seen != current and self._new != current:
            raise Conflict(_("Somebody else changed the type meanwhile."))

    def execute(self) -> Ticket:
        """Return the ticket; nothing is written when it has this type already."""
        ticket, old = self.ticket, self.ticket.ticket_type
        if ticket.ticket_type_id == self._new:
            return ticket
        ticket.ticket_type = self.ticket_type
        ticket.save(update_fields=["ticket_type"])
        self.record(EventKind.TYPE, old=str(old or ""), new=str(self.ticket_type or ""))
        changes = (Change("ticket_type", old.pk if old else None, self._new),)
        self.publish(events.TicketUpdated, ticket_id=ticket.pk, changes=changes)
        return ticket
