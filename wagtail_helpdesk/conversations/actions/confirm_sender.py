"""The outside sender of a message is the requester, writing from another address."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.addresses import address_hash, is_address
from wagtail_helpdesk.contacts.actions.merge_contacts import MergeContacts
from wagtail_helpdesk.contacts.models import Contact, ContactEmail
from wagtail_helpdesk.conversations.choices import Flag
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket


class ConfirmSender(TicketAction):
    """Give the address that a message came from to the ticket's requester: from now on it counts as that person.

    Only an address of nobody whom we know: somebody with another address, or tickets of his own, is taken for
    somebody else only by people who may change contacts.
    """

    def __init__(self, *, message: Message, **kwargs: Any) -> None:
        super().__init__(ticket=message.ticket, **kwargs)
        self.message = message

    def check(self) -> None:
        """As the base; ActionRefused where there is no such address, or it belongs to somebody known."""
        super().check()
        self.message.refresh_from_db()
        if self.message.ticket_id != self.ticket.pk or not is_address(self.message.from_address):
            raise ActionRefused(_("This message has no address that could be added."))
        if self.ticket.requester.erased_at is not None:
            raise ActionRefused(_("The requester of this ticket was erased."))
        self.email = ContactEmail.objects.filter(address_hash=address_hash(self.message.from_address)).first()
        if self.email is not None and self.email.contact_id != self.ticket.requester_id:
            self._check_stranger(self.email.contact)

    def _check_stranger(self, contact: Contact) -> None:
        if self.user is not None and self.user.has_perm("wagtail_helpdesk.change_contact"):
            return
        tickets = Ticket.objects.filter(requester=contact)
        if contact.emails.count() <= 1 and not tickets.exists():
            return
        if self.user is None or not tickets.visible_to(self.user).exists():
            raise ActionRefused(_("This address belongs to somebody else. An administrator can do this."))
        raise ActionRefused(
            _("This address belongs to %(name)s, who wrote to us before. An administrator can do this.")
            % {"name": contact}
        )

    def execute(self) -> Contact:
        """Return the requester, who has the address now."""
        requester, address = self.ticket.requester, self.message.from_address
        if self.email is None:
            ContactEmail.objects.create(contact=requester, address=address)
        elif self.email.contact_id != requester.pk:
            # Whether this may be was asked above, by the rights on the ticket and not on the contacts' own screens.
            MergeContacts(source=self.email.contact, target=requester, actor=Actor.system(), depth=self.depth)()
        ContactEmail.objects.filter(address_hash=address_hash(address)).update(verified_at=timezone.now())
        for message in self.ticket.messages.exclude(from_address=""):
            if Flag.OUTSIDE_SENDER in message.flags and _is_same(message.from_address, address):
                message.flags = [flag for flag in message.flags if flag != Flag.OUTSIDE_SENDER]
                message.save(update_fields=["flags"])
        self.record(EventKind.PARTICIPANT, what="address", name=str(requester))
        return requester


def _is_same(one: str, other: str) -> bool:
    return is_address(one) and address_hash(one) == address_hash(other)
