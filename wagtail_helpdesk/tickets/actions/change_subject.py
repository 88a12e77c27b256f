"""Reword a ticket's subject."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.events import Actor, Change
from wagtail_helpdesk.tickets.actions.base import UNSEEN, Conflict, TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket


class ChangeSubject(TicketAction):
    """Set the subject (one line, at most 500 characters are kept). ``seen`` is the subject the person saw."""

    def __init__(self, *, ticket: Ticket, subject: str, actor: Actor, seen: Any = UNSEEN, depth: int = 0) -> None:
        super().__init__(ticket=ticket, actor=actor, depth=depth)
        self.subject = " ".join(subject.split())[:500]
        self.seen = seen

    def check(self) -> None:
        """As the base; Conflict when somebody else reworded it meanwhile."""
        super().check()
        if self.seen is not UNSEEN and self.seen != self.ticket.subject and self.subject != self.ticket.subject:
            raise Conflict(_("Somebody else changed the subject meanwhile."))

    def execute(self) -> Ticket:
        """Return the ticket; nothing is written when the subject is this already."""
        ticket, old = self.ticket, self.ticket.subject
        if old == self.subject:
            return ticket
        ticket.subject = self.subject
        ticket.save(update_fields=["subject"])
        self.record(EventKind.SUBJECT, old=old, new=self.subject)
        changes = (Change("subject", old, self.subject),)
        self.publish(events.TicketUpdated, ticket_id=ticket.pk, changes=changes)
        return ticket
