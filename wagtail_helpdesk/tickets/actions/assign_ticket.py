"""Give a ticket to an agent, or to nobody."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.events import Actor, Change
from wagtail_helpdesk.tickets.actions.base import UNSEEN, Conflict, TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may


class AssignTicket(TicketAction):
    """Set the assignee (a user, or None). ``seen`` is the key of the assignee the person saw; ``back``: the person
    takes back what he did.
    """

    verb = "assign"

    def __init__(
        self, *, ticket: Ticket, assignee: Any, actor: Actor, seen: Any = UNSEEN, back: bool = False, depth: int = 0
    ) -> None:
        super().__init__(ticket=ticket, actor=actor, depth=depth)
        self.assignee = assignee
        self.seen, self.back = seen, back

    def is_allowed(self) -> bool:
        """As the base; what somebody gave out of his own sight he takes back while it is still as he left it."""
        is_as_left = self.back and self.seen == self.ticket.assignee_id
        return super().is_allowed() or (is_as_left and may(self.user, self.verb))

    def check(self) -> None:
        """As the base; ActionRefused for somebody who cannot work on tickets, Conflict for a change meanwhile."""
        super().check()
        if self.assignee is not None and not may(self.assignee, "view"):
            raise ActionRefused(_("This user cannot see tickets."))
        new = self.assignee.pk if self.assignee else None
        if self.seen is not UNSEEN and self.seen != self.ticket.assignee_id and new != self.ticket.assignee_id:
            raise Conflict(_("Somebody else assigned this ticket meanwhile."))

    def execute(self) -> Ticket:
        """Return the ticket; nothing is written when it is assigned so already."""
        ticket = self.ticket
        new = self.assignee.pk if self.assignee else None
        if ticket.assignee_id == new:
            return ticket
        old, old_name = ticket.assignee_id, _name(ticket.assignee)
        ticket.assignee = self.assignee
        ticket.save(update_fields=["assignee"])
        self.record(EventKind.ASSIGNEE, old=old_name, new=_name(self.assignee))
        self.publish(events.TicketUpdated, ticket_id=ticket.pk, changes=(Change("assignee", old, new),))
        return ticket


def _name(user: Any) -> str:
    return Actor.of_user(user).name if user else ""
