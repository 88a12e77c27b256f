"""Somebody else is asking."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.addresses import is_address
from wagtail_helpdesk.contacts.actions.find_or_create_contact import find_or_create_contact
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.events import Change
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.actions.participants import ALL_RIGHTS, add_participant
from wagtail_helpdesk.tickets.choices import EventKind, ParticipantState, Role
from wagtail_helpdesk.tickets.models import Ticket


class ChangeRequester(TicketAction):
    """Make whoever has ``address`` the requester: our answers go there. The one before stays as a copy, or leaves."""

    def __init__(self, *, address: str, name: str = "", keep_in_copy: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.address, self.name, self.keep_in_copy = address.strip(), " ".join(name.split()), keep_in_copy

    def check(self) -> None:
        """As the base; ActionRefused for what is no address."""
        super().check()
        if not is_address(self.address):
            raise ActionRefused(_("This is not an e-mail address."))

    def execute(self) -> Ticket:
        """Return the ticket; nothing is written for whoever is the requester already."""
        ticket, old = self.ticket, self.ticket.requester
        contact, _new = find_or_create_contact(address=self.address, name=self.name)
        if contact.pk == old.pk:
            return ticket
        self._step_back(old)
        row = add_participant(ticket=ticket, contact=contact, address=self.address, role=Role.REQUESTER)
        row.role, row.state, row.address = Role.REQUESTER, ParticipantState.ACTIVE, self.address
        for name, value in ALL_RIGHTS.items():
            setattr(row, name, value)
        row.save(update_fields=["role", "state", "address", *ALL_RIGHTS])
        ticket.requester = contact
        ticket.save(update_fields=["requester"])
        self.record(EventKind.REQUESTER, old=str(old), new=str(contact))
        changes = (Change("requester", old.pk, contact.pk),)
        self.publish(events.TicketUpdated, ticket_id=ticket.pk, changes=changes)
        return ticket

    def _step_back(self, old: Contact) -> None:
        """Whoever leaves loses the tracking link and the reply address."""
        for row in self.ticket.participants.filter(contact=old):
            row.role = Role.CC
            row.state = ParticipantState.ACTIVE if self.keep_in_copy else ParticipantState.LEFT
            row.save(update_fields=["role", "state"])
            if not self.keep_in_copy:
                row.tokens.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())
