"""Turns the hints of a message into candidates for the decision table, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Q

from wagtail_helpdesk import events
from wagtail_helpdesk.addresses import address_hash, is_address
from wagtail_helpdesk.contacts.models import Contact, ContactEmail
from wagtail_helpdesk.conversations.actions.write_message import KnownIds
from wagtail_helpdesk.conversations.choices import IdRole
from wagtail_helpdesk.conversations.models import MessageIdIndex
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.intake.incoming import EvidenceKind, IncomingMessage
from wagtail_helpdesk.intake.matching import Candidate, Strength
from wagtail_helpdesk.intake.subjects import normal_subject
from wagtail_helpdesk.tickets.choices import ParticipantState, Role
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant

#: A number in the subject finds a ticket in which something happened within this time.
LIVELY_FOR = timedelta(days=30)
#: A new mail with the subject of an earlier one may belong to it for so long.
SAME_SUBJECT_FOR = timedelta(days=7)

_STRENGTH = {
    EvidenceKind.TOKEN: Strength.TOKEN,
    EvidenceKind.OWN_MESSAGE_ID: Strength.OWN_ID,
    EvidenceKind.SUBJECT_TAG: Strength.SUBJECT,
    EvidenceKind.UPLOAD: Strength.UPLOAD,
}


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates, and the tickets they name (merged ones followed to where they went)."""

    candidates: list[Candidate] = field(default_factory=list)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    #: Keys of those in which the sender is a third party.
    third_party_in: frozenset[int] = frozenset()


def find_candidates(incoming: IncomingMessage, contact: Contact, *, is_new: bool) -> Found:
    """Return what the message may belong to.

    ``is_new``: the contact was made for this message, and has written nothing before.
    """
    hints = [(_STRENGTH[one.kind], one.ticket_id) for one in incoming.evidence if one.kind in _STRENGTH]
    hints += [(Strength.FOREIGN_ID, ticket_id) for ticket_id in _tickets_by_ids(incoming.ids)]
    if not hints and not is_new:
        hints += [(Strength.SAME_SUBJECT, ticket_id) for ticket_id in _tickets_by_subject(incoming, contact)]
    hints = list(dict.fromkeys(hints))
    if not hints:
        return Found()
    named = Ticket.objects.in_bulk({ticket_id for _strength, ticket_id in hints})
    followed = {pk: ticket.current() for pk, ticket in named.items()}
    parts = _parts(contact, [ticket.pk for ticket in followed.values()])
    states = _states(parts, contact, incoming.sender.address)
    candidates = [
        Candidate(
            strength=strength,
            ticket_id=followed[pk].pk,
            sender_takes_part=states.get(followed[pk].pk) == ParticipantState.ACTIVE,
            usable=followed[pk].erased_at is None and followed[pk].category != Category.TRASH,
            blocked=states.get(followed[pk].pk) == ParticipantState.BLOCKED,
            lively=_is_lively(followed[pk], incoming),
        )
        for strength, pk in hints
        if pk in followed
    ]
    third_party_in = frozenset(part.ticket_id for part in parts if part.role == Role.THIRD_PARTY)
    return Found(candidates, {ticket.pk: ticket for ticket in followed.values()}, third_party_in)


def _is_lively(ticket: Ticket, incoming: IncomingMessage) -> bool:
    age = incoming.received_at - ticket.last_activity_at
    return ticket.mailbox_id == incoming.mailbox_id and age < LIVELY_FOR


def _tickets_by_subject(incoming: IncomingMessage, contact: Contact) -> list[int]:
    """Return the sender's latest ticket with the same subject. Says nothing for certain: people often do not hurry."""
    wanted = normal_subject(incoming.words.subject)
    if not wanted or (incoming.ids and incoming.ids.referenced):
        return []
    since = incoming.received_at - SAME_SUBJECT_FOR
    recent = Ticket.objects.filter(requester=contact, last_activity_at__gt=since).order_by("-last_activity_at")
    if incoming.ids and incoming.ids.own:
        # The same mail to another mailbox of ours is no second question.
        recent = recent.exclude(message_ids__id_hash=incoming.ids.own)
        twins = [row.ticket_id for row in events.unwritten(MessageIdIndex) if row.id_hash == incoming.ids.own]
        recent = recent.exclude(pk__in=twins)
    rows = recent.values_list("pk", "subject")[:20]
    return [pk for pk, subject in rows if normal_subject(subject) == wanted][:1]


def _tickets_by_ids(ids: KnownIds | None) -> list[int]:
    """Return the tickets that know one of the Message-IDs, in the order of the IDs, newest ticket first for each."""
    if ids is None:
        return []
    wanted = [value for value in (*ids.referenced, ids.own) if value]
    if not wanted:
        return []
    # Its own ID counts where an answer to it came first; another mail with the same ID is a collision.
    known = Q(id_hash=ids.own, role=IdRole.REFERENCED)
    if ids.referenced:
        known |= Q(id_hash__in=ids.referenced)
    rows = [
        (row.id_hash, row.ticket_id)
        for row in reversed(events.unwritten(MessageIdIndex))
        if row.id_hash in ids.referenced or (row.id_hash == ids.own and row.role == IdRole.REFERENCED)
    ]
    rows += MessageIdIndex.objects.filter(known).order_by("-pk").values_list("id_hash", "ticket_id")[:200]
    order = {value: position for position, value in reversed(list(enumerate(wanted)))}
    ranked = sorted(rows, key=lambda row: order[row[0]])
    return list(dict.fromkeys(ticket_id for _hash, ticket_id in ranked))


def _parts(contact: Contact, ticket_ids: Sequence[int]) -> list[Any]:
    """Return what ``contact`` is in these tickets, as plain rows."""
    parts = TicketParticipant.objects.filter(ticket__in=ticket_ids, contact=contact)
    return list(parts.values_list("ticket_id", "role", "state", "address", "reply_address", named=True))


def _states(parts: Iterable[Any], contact: Contact, address: str) -> dict[int, str]:
    """Return how the sender takes part in each ticket, by the address used there or a verified one.

    Somebody who is blocked is so under every address.
    """
    states = {part.ticket_id: part.state for part in parts if part.state == ParticipantState.BLOCKED}
    if not is_address(address):
        return states
    own = address_hash(address)
    doubtful = set()
    for part in parts:
        if part.state == ParticipantState.ACTIVE:
            if any(is_address(one) and address_hash(one) == own for one in (part.address, part.reply_address)):
                states[part.ticket_id] = part.state
            else:
                doubtful.add(part.ticket_id)
    if doubtful and ContactEmail.objects.filter(address_hash=own, contact=contact, verified_at__isnull=False).exists():
        states.update(dict.fromkeys(doubtful, ParticipantState.ACTIVE))
    return states
