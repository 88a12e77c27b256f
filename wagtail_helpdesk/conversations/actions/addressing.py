"""People whom an agent writes to by their address take part in the ticket from then on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.addresses import is_address, normalise_address
from wagtail_helpdesk.contacts.actions.find_or_create_contact import find_or_create_contact
from wagtail_helpdesk.desk.querysets import own_addresses
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.participants import add_participant
from wagtail_helpdesk.tickets.choices import EventKind, ParticipantState, Role
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant
from wagtail_helpdesk.tickets.timeline import write_event


@dataclass(frozen=True, slots=True)
class Addressed:
    """A person as typed: an address and, perhaps, a name."""

    address: str
    name: str = ""


def take_in(ticket: Ticket, person: Addressed, *, role: str, actor: Actor) -> TicketParticipant:
    """Return the person's participation in ``ticket`` in that role, made where there is none. Must run in an action.

    ActionRefused for what is no address, for one of our own mailboxes, for somebody who was blocked here, and for who
    takes part in another role: a supplier must not get the customer's mail, nor the customer the supplier's. Who left
    is taken in again.
    """
    if not is_address(person.address):
        raise ActionRefused(_("%(address)s is no e-mail address.") % {"address": person.address})
    if is_ours(person.address):
        raise ActionRefused(_("%(address)s is a mailbox of this desk.") % {"address": person.address})
    contact, _new = find_or_create_contact(address=person.address, name=person.name)
    known = ticket.participants.filter(contact=contact).first()
    if known is None:
        row = add_participant(ticket=ticket, contact=contact, address=person.address.strip(), role=role)
        write_event(ticket, EventKind.PARTICIPANT, actor=actor, what="added", name=str(contact))
        return row
    name = {"name": str(contact)}
    if known.state == ParticipantState.BLOCKED:
        raise ActionRefused(_("%(name)s is blocked in this ticket.") % name)
    if role == Role.THIRD_PARTY and known.role != role:
        raise ActionRefused(_("%(name)s takes part in this ticket as a customer: write a reply instead.") % name)
    if role != Role.THIRD_PARTY and known.role == Role.THIRD_PARTY:
        raise ActionRefused(_("%(name)s is a third party and does not get what the customer gets.") % name)
    if known.state != ParticipantState.ACTIVE:
        known.state = ParticipantState.ACTIVE
        known.save(update_fields=["state"])
        write_event(ticket, EventKind.PARTICIPANT, actor=actor, what="confirmed", name=str(contact))
    return known


def is_ours(address: str) -> bool:
    """Tell whether mail to ``address`` would come back to one of our mailboxes, a reply address included."""
    local, _at, domain = normalise_address(address).rpartition("@")
    own = own_addresses()
    return f"{local}@{domain}" in own or f"{local.partition('+')[0]}@{domain}" in own


def recipient_of(person: TicketParticipant) -> dict[str, Any]:
    """Return a participant as ``Message.recipients`` names one."""
    return {"participant": person.pk, "name": person.contact.name, "address": person.mail_address}
