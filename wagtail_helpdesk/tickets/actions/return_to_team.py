"""Take a ticket from somebody who is away: it is the team's again."""

from __future__ import annotations

from typing import Any

from wagtail_helpdesk.desk.models import Absence
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.models import Ticket


class ReturnToTeam(AssignTicket):
    """Leave the ticket without an assignee; the timeline says who is away, and until when."""

    def __init__(self, *, ticket: Ticket, absence: Absence, actor: Actor, depth: int = 0) -> None:
        super().__init__(ticket=ticket, assignee=None, actor=actor, seen=absence.user_id, depth=depth)
        self.absence = absence

    def record(self, what: str, /, **values: Any) -> None:
        """Say why, beside what every change of the assignee says."""
        values |= {"away_until": self.absence.ends_at.isoformat(), "zone": self.absence.time_zone}
        super().record(what, **values)
