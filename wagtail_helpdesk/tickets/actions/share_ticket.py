"""Let a team or a user see a ticket that is not theirs, and write notes on it."""

from __future__ import annotations

from typing import Any

from wagtail_helpdesk.desk.models import Team
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import TicketAccess


class ShareTicket(TicketAction):
    """Share with one ``team`` or one ``user``. Needs the right to assign."""

    verb = "assign"

    def __init__(self, *, team: Team | None = None, user: Any = None, **kwargs) -> None:
        super().__init__(**kwargs)
        self.team, self.with_user = team, user

    def execute(self) -> TicketAccess:
        """Return the access, made when there is none."""
        access, created = TicketAccess.objects.get_or_create(ticket=self.ticket, team=self.team, user=self.with_user)
        if created:
            self.record(EventKind.SHARED, name=str(access))
        return access
