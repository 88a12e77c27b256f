"""Turns the hints of a message into candidates for the decision table, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

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
from wagtail_helpdesk.tickets.choices import ParticipantState
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


def find_candidates(
    incoming: IncomingMessage, contact: Contact, *, is_new: bool
) -> tuple[list[Candidate], dict[int, Ticket]]:
    """Return the candidates and the tickets they name (merged ones followed to where they went).

    ``is_new``: the contact was made for this message, and has written nothing before.
    """
    hints = [(_STRENGTH[one.kind], one.ticket_id) for one in incoming.evidence if one.kind in _STRENGTH]
    hints += [(Strength.FOREIGN_ID, ticket_id) for ticket_id in _tickets_by_ids(incoming.ids)]
    if not hints and not is_new:
        hints += [(Strength.SAME_SUBJECT, ticket_id) for ticket_id in _tickets_by_subject(incoming, contact)]
    hints = list(dict.fromkeys(hints))
    if not hints:
        return [], {}
    named = Ticket.objects.select_related("mailbox", "status").in_bulk({ticket_id for _strength, ticket_id in hints})
    followed = {pk: ticket.current() for pk, ticket in named.items()}
    states = _states(contact, incoming.sender.address, [ticket.pk for ticket in followed.values()])
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
    return candidates, {ticket.pk: ticket for ticket in followed.values()}


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


def _states(contact: Contact, address: str, ticket_ids: Sequence[int]) -> dict[int, str]:
    """Return how the sender takes part in each ticket, by the address used there or a verified one.

    Somebody who is blocked is so under every address.
    """
    rows = list(
        TicketParticipant.objects.filter(
            ticket__in=ticket_ids, contact=contact, state__in=(ParticipantState.ACTIVE, ParticipantState.BLOCKED)
        ).values_list("ticket_id", "state", "address", "reply_address")
    )
    states = {ticket_id: state for ticket_id, state, *_used in rows if state == ParticipantState.BLOCKED}
    if not is_address(address):
        return states
    own = address_hash(address)
    doubtful = set()
    for ticket_id, state, *used in rows:
        if state == ParticipantState.ACTIVE:
            if any(is_address(one) and address_hash(one) == own for one in used):
                states[ticket_id] = state
            else:
                doubtful.add(ticket_id)
    if doubtful and ContactEmail.objects.filter(address_hash=own, contact=contact, verified_at__isnull=False).exists():
        states.update(dict.fromkeys(doubtful, ParticipantState.ACTIVE))
    return states
