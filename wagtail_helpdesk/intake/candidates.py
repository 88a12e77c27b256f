"""Turns the hints of a message into candidates for the decision table, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q

from wagtail_helpdesk.addresses import address_hash, is_address
from wagtail_helpdesk.contacts.models import Contact, ContactEmail
from wagtail_helpdesk.conversations.actions.write_message import KnownIds
from wagtail_helpdesk.conversations.choices import IdRole
from wagtail_helpdesk.conversations.models import MessageIdIndex
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.intake.incoming import Evidence, EvidenceKind
from wagtail_helpdesk.intake.matching import Candidate, Strength
from wagtail_helpdesk.tickets.choices import ParticipantState
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant

_STRENGTH = {
    EvidenceKind.TOKEN: Strength.TOKEN,
    EvidenceKind.OWN_MESSAGE_ID: Strength.OWN_ID,
    EvidenceKind.SUBJECT_TAG: Strength.SUBJECT,
}


def find_candidates(
    evidence: Iterable[Evidence], ids: KnownIds | None, contact: Contact, address: str
) -> tuple[list[Candidate], dict[int, Ticket]]:
    """Return the candidates and the tickets they name (merged ones followed to where they went)."""
    hints = [(_STRENGTH[one.kind], one.ticket_id) for one in evidence]
    hints += [(Strength.FOREIGN_ID, ticket_id) for ticket_id in _tickets_by_ids(ids)]
    hints = list(dict.fromkeys(hints))
    if not hints:
        return [], {}
    named = Ticket.objects.select_related("mailbox", "status").in_bulk({ticket_id for _strength, ticket_id in hints})
    followed = {pk: ticket.current() for pk, ticket in named.items()}
    taking_part = _takes_part(contact, address, [ticket.pk for ticket in followed.values()])
    candidates = [
        Candidate(
            strength=strength,
            ticket_id=followed[pk].pk,
            sender_takes_part=followed[pk].pk in taking_part,
            usable=followed[pk].erased_at is None and followed[pk].category != Category.TRASH,
        )
        for strength, pk in hints
        if pk in followed
    ]
    return candidates, {ticket.pk: ticket for ticket in followed.values()}


def _tickets_by_ids(ids: KnownIds | None) -> list[int]:
    """Return the tickets that know one of the Message-IDs, in the order of the IDs, newest ticket first for each."""
    if ids is None:
        return []
    wanted = [value for value in (*ids.referenced, ids.own) if value]
    if not wanted:
        return []
    # Its own ID counts where an answer to it came first; another mail with the same ID is a collision.
    known = Q(id_hash__in=ids.referenced) | Q(id_hash=ids.own, role=IdRole.REFERENCED)
    order = {value: position for position, value in reversed(list(enumerate(wanted)))}
    rows = MessageIdIndex.objects.filter(known).values_list("id_hash", "ticket_id", "pk")
    ranked = sorted(rows.order_by("-pk")[:200], key=lambda row: (order[row[0]], -row[2]))
    return list(dict.fromkeys(ticket_id for _hash, ticket_id, _pk in ranked))


def _takes_part(contact: Contact, address: str, ticket_ids: Sequence[int]) -> set[int]:
    """Return the tickets in which the sender is an active participant, by the address used there or a verified one."""
    rows = TicketParticipant.objects.filter(
        ticket__in=ticket_ids, contact=contact, state=ParticipantState.ACTIVE
    ).values_list("ticket_id", "address", "reply_address")
    if not is_address(address):
        return set()
    own = address_hash(address)
    part, doubtful = set(), set()
    for ticket_id, *used in rows:
        same = any(is_address(one) and address_hash(one) == own for one in used)
        (part if same else doubtful).add(ticket_id)
    if doubtful and ContactEmail.objects.filter(address_hash=own, contact=contact, verified_at__isnull=False).exists():
        part |= doubtful
    return part
