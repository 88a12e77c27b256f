"""Set, add or take away a ticket's tags."""

from __future__ import annotations

from collections.abc import Iterable

from wagtail_helpdesk import events
from wagtail_helpdesk.events import Actor, Change
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket


class TagTicket(TicketAction):
    """Add the tags ``add`` and take away ``remove`` (names). Two agents who tag at once do not undo each other."""

    def __init__(
        self, *, ticket: Ticket, actor: Actor, add: Iterable[str] = (), remove: Iterable[str] = (), depth: int = 0
    ) -> None:
        super().__init__(ticket=ticket, actor=actor, depth=depth)
        self.add = {name.strip()[:100] for name in add if name.strip()}
        self.remove = set(remove)

    def execute(self) -> Ticket:
        """Return the ticket; nothing is written when nothing changes."""
        ticket = self.ticket
        old = sorted(ticket.tags.names())
        if self.remove & set(old):
            ticket.tags.remove(*(self.remove & set(old)))
        if self.add - set(old):
            ticket.tags.add(*sorted(self.add - set(old)))
        new = sorted(ticket.tags.names())
        if new != old:
            self.record(EventKind.TAGS, old=", ".join(old), new=", ".join(new))
            self.publish(events.TicketUpdated, ticket_id=ticket.pk, changes=(Change("tags", old, new),))
        return ticket
