"""Turns the hints of a message into candidates for the decision table, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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
from wagtail_helpdesk.foreseeing import Foresight
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

#: More rows than these are not read for a whole group of messages.
MOST_FORESEEN = 2000
_ID_COLUMNS = ("pk", "id_hash", "role", "ticket_id")
_PART_COLUMNS = ("ticket_id", "contact_id", "role", "state", "address", "reply_address", "may_answer")
#: By a Message-ID's hash, the rows of the index.
_ids: Foresight[str, list[tuple[int, str, str, int]]] = Foresight()
#: By key, a ticket (None where it is gone) and its participants.
_tickets: Foresight[int, Ticket | None] = Foresight()
_participants: Foresight[int, list[Any]] = Foresight()


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates, and the tickets they name (merged ones followed to where they went)."""

    candidates: list[Candidate] = field(default_factory=list)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    #: Keys of those in which the sender is a third party.
    third_party_in: frozenset[int] = frozenset()
    #: Keys of those in which an agent took the right to answer from the sender.
    silent_in: frozenset[int] = frozenset()


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
    named = _tickets_by_keys({ticket_id for _strength, ticket_id in hints})
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
    silent_in = frozenset(part.ticket_id for part in parts if not part.may_answer)
    return Found(candidates, {ticket.pk: ticket for ticket in followed.values()}, third_party_in, silent_in)


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
    rows = [
        (row.id_hash, row.ticket_id)
        for row in reversed(events.unwritten(MessageIdIndex))
        if _counts(row.id_hash, row.role, ids)
    ]
    rows += [(hashed, ticket_id) for _pk, hashed, role, ticket_id in _written(ids) if _counts(hashed, role, ids)]
    order = {value: position for position, value in reversed(list(enumerate(wanted)))}
    ranked = sorted(rows, key=lambda row: order[row[0]])
    return list(dict.fromkeys(ticket_id for _hash, ticket_id in ranked))


def _counts(hashed: str, role: str, ids: KnownIds) -> bool:
    """Its own ID counts where an answer to it came first; another mail with the same ID is a collision."""
    return hashed in ids.referenced or (hashed == ids.own and role == IdRole.REFERENCED)


def _written(ids: KnownIds) -> Iterable[tuple[int, str, str, int]]:
    foreseen = _ids.get({one for one in (*ids.referenced, ids.own) if one})
    if foreseen is not None:
        return sorted((row for rows in foreseen for row in rows), reverse=True)
    known = Q(id_hash=ids.own, role=IdRole.REFERENCED)
    if ids.referenced:
        known |= Q(id_hash__in=ids.referenced)
    return MessageIdIndex.objects.filter(known).order_by("-pk").values_list(*_ID_COLUMNS)[:200]


def _tickets_by_keys(keys: Collection[int]) -> dict[int, Ticket]:
    foreseen = _tickets.get(keys)
    if foreseen is None:
        return Ticket.objects.in_bulk(keys)
    return {ticket.pk: ticket for ticket in foreseen if ticket is not None}


def _parts(contact: Contact, ticket_ids: Sequence[int]) -> list[Any]:
    """Return what ``contact`` is in these tickets, as plain rows."""
    foreseen = _participants.get(ticket_ids)
    if foreseen is not None:
        return [part for parts in foreseen for part in parts if part.contact_id == contact.pk]
    parts = TicketParticipant.objects.filter(ticket__in=ticket_ids, contact=contact)
    return list(parts.values_list(*_PART_COLUMNS, named=True))


def foresee_candidates(id_hashes: Collection[str]) -> list[int]:
    """Ask which tickets know these Message-IDs, and how they are, for the messages that name them soon.

    Return the keys of the tickets. Three queries, one where no ticket knows any.
    """
    rows = list(
        MessageIdIndex.objects.filter(id_hash__in=id_hashes).order_by("-pk").values_list(*_ID_COLUMNS)[:MOST_FORESEEN]
    )
    if len(rows) == MOST_FORESEEN:
        return []
    by_hash: dict[str, list[tuple[int, str, str, int]]] = {hashed: [] for hashed in id_hashes}
    for row in rows:
        by_hash[row[1]].append(row)
    _ids.put(by_hash)
    keys = list({row[3] for row in rows})
    if keys:
        tickets = Ticket.objects.in_bulk(keys)
        _tickets.put({key: tickets.get(key) for key in keys})
        by_ticket: dict[int, list[Any]] = {key: [] for key in keys}
        parts = TicketParticipant.objects.filter(ticket__in=keys).values_list(*_PART_COLUMNS, named=True)
        for part in parts[: MOST_FORESEEN + 1]:
            by_ticket[part.ticket_id].append(part)
        if sum(map(len, by_ticket.values())) <= MOST_FORESEEN:
            _participants.put(by_ticket)
    return keys


def note_changed(ticket_id: int) -> None:
    """Take care that the ticket, and who takes part in it, is read anew: a message changed it."""
    _tickets.drop(ticket_id)
    _participants.drop(ticket_id)


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
