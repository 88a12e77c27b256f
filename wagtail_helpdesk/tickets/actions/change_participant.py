"""Who is written to: confirm, remove, block and unblock people of a ticket."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.actions.participants import add_participant
from wagtail_helpdesk.tickets.choices import EventKind, ParticipantState, Role
from wagtail_helpdesk.tickets.models import TicketParticipant

_SAID = {
    ParticipantState.ACTIVE: "confirmed",
    ParticipantState.LEFT: "removed",
    ParticipantState.BLOCKED: "blocked",
}


class ChangeParticipant(TicketAction):
    """Set how a contact takes part: active, left (no mail any more), blocked (further mail to this ticket is spam).

    Whoever takes no part yet can be blocked; ``address`` is the one that such a person wrote from.
    """

    def __init__(self, *, contact: Contact, state: ParticipantState, address: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.contact, self.state, self.address = contact, state, address

    def check(self) -> None:
        """As the base; ActionRefused for the requester, and for somebody who takes no part and is not to be blocked."""
        super().check()
        if self.contact.pk == self.ticket.requester_id:
            raise ActionRefused(_("The requester always takes part. Choose another requester first."))
        self.row = self.ticket.participants.filter(contact=self.contact).first()
        if self.row is None and self.state != ParticipantState.BLOCKED:
            raise ActionRefused(_("This person takes no part in the ticket."))

    def execute(self) -> TicketParticipant:
        """Return the participation. Whoever leaves or is blocked loses links and reply addresses."""
        before = self.row.state if self.row else ""
        if before == self.state:
            return self.row
        row = self.row or add_participant(
            ticket=self.ticket, contact=self.contact, address=self.address, role=Role.CC, state=self.state
        )
        row.state = self.state
        row.save(update_fields=["state"])
        if self.state != ParticipantState.ACTIVE:
            row.tokens.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())
        what = "unblocked" if before == ParticipantState.BLOCKED else _SAID[self.state]
        if self.state == ParticipantState.LEFT and (self.actor.kind, self.actor.id) == ("contact", self.contact.pk):
            what = "left"
        self.record(EventKind.PARTICIPANT, what=what, name=str(self.contact))
        return row
