"""People whom an agent writes to by their address take part in the ticket from then on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.addresses import address_hash, is_address, normalise_address
from wagtail_helpdesk.contacts.actions.find_or_create_contact import find_or_create_contact
from wagtail_helpdesk.contacts.models import Contact
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
    _check_address(person.address)
    contact, _new = find_or_create_contact(address=person.address, name=person.name)
    known = ticket.participants.filter(contact=contact).first()
    if known is None:
        row = add_participant(ticket=ticket, contact=contact, address=person.address.strip(), role=role)
        write_event(ticket, EventKind.PARTICIPANT, actor=actor, what="added", name=str(contact))
        return row
    _check_part(known, third_party=role == Role.THIRD_PARTY)
    if known.state != ParticipantState.ACTIVE:
        known.state = ParticipantState.ACTIVE
        known.save(update_fields=["state"])
        write_event(ticket, EventKind.PARTICIPANT, actor=actor, what="confirmed", name=str(contact))
    return known


def blind_rows(
    ticket: Ticket, people: Iterable[Addressed], *, reached: Sequence[dict[str, Any]], third_party: bool
) -> list[dict[str, Any]]:
    """Return those who get a blind copy, as ``Message.recipients`` names them. They take no part in the ticket.

    Whoever is among ``reached`` gets the message anyway and is left out. ActionRefused as by :func:`take_in`, so that a
    blind copy shows no customer what a third party gets (``third_party``), nor the other way round.
    """
    known = {address_hash(row["address"]) for row in reached if is_address(row["address"])}
    rows = []
    for person in dict.fromkeys(people):
        _check_address(person.address)
        hashed = address_hash(person.address)
        if hashed in known:
            continue
        known.add(hashed)
        contact = Contact.objects.by_address(person.address)
        part = ticket.participants.filter(contact=contact).select_related("contact").first() if contact else None
        if part is not None:
            _check_part(part, third_party=third_party)
        rows.append({"participant": None, "name": person.name, "address": person.address.strip()})
    return rows


def _check_address(address: str) -> None:
    if not is_address(address):
        raise ActionRefused(_("%(address)s is no e-mail address.") % {"address": address})
    if is_ours(address):
        raise ActionRefused(_("%(address)s is a mailbox of this desk.") % {"address": address})


def _check_part(known: TicketParticipant, *, third_party: bool) -> None:
    """ActionRefused for who was blocked, and for who takes part on the other side."""
    name = {"name": str(known.contact)}
    if known.state == ParticipantState.BLOCKED:
        raise ActionRefused(_("%(name)s is blocked in this ticket.") % name)
    if third_party and known.role != Role.THIRD_PARTY:
        raise ActionRefused(_("%(name)s takes part in this ticket as a customer: write a reply instead.") % name)
    if not third_party and known.role == Role.THIRD_PARTY:
        raise ActionRefused(_("%(name)s is a third party and does not get what the customer gets.") % name)


def is_ours(address: str) -> bool:
    """Tell whether mail to ``address`` would come back to one of our mailboxes, a reply address included."""
    local, _at, domain = normalise_address(address).rpartition("@")
    own = own_addresses()
    return f"{local}@{domain}" in own or f"{local.partition('+')[0]}@{domain}" in own


def recipient_of(person: TicketParticipant) -> dict[str, Any]:
    """Return a participant as ``Message.recipients`` names one."""
    return {"participant": person.pk, "name": person.contact.name, "address": person.mail_address}
