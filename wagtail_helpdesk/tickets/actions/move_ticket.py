"""Give a ticket to another team."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.desk.models import Team
from wagtail_helpdesk.events import Actor, Change
from wagtail_helpdesk.tickets.actions.base import UNSEEN, Conflict, TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may


class MoveTicket(TicketAction):
    """Set the team. ``seen`` is the key of the team the person saw; ``back``: the person takes back what he
    did. The assignee stays: a person may help out."""

    verb = "assign"

    def __init__(
        self, *, ticket: Ticket, team: Team, actor: Actor, seen: Any = UNSEEN, back: bool = False, depth: int = 0
    ) -> None:
        super().__init__(ticket=ticket, actor=actor, depth=depth)
        self.team = team
        self.seen, self.back = seen, back

    def is_allowed(self) -> bool:
        """As the base; what somebody gave out of his own sight he takes back while it is still as he left it."""
        is_as_left = self.back and self.seen == self.ticket.team_id
        return super().is_allowed() or (is_as_left and may(self.user, self.verb))

    def check(self) -> None:
        """As the base; Conflict when somebody else moved the ticket meanwhile."""
        super().check()
        if self.seen is not UNSEEN and self.seen != self.ticket.team_id and self.team.pk != self.ticket.team_id:
            raise Conflict(_("Somebody else moved this ticket to another team meanwhile."))

    def execute(self) -> Ticket:
        """Return the ticket; nothing is written when it is with this team already."""
        ticket = self.ticket
        if ticket.team_id == self.team.pk:
            return ticket
        old = ticket.team
        ticket.team = self.team
        ticket.save(update_fields=["team"])
        self.record(EventKind.TEAM, old=old.name, new=self.team.name)
        self.publish(events.TicketUpdated, ticket_id=ticket.pk, changes=(Change("team", old.pk, self.team.pk),))
        return ticket
