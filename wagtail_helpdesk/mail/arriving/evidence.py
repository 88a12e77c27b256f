"""Reads the hints of a mail at its ticket, and checks every signature against our own tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wagtail_helpdesk import conf
from wagtail_helpdesk.addresses import is_address, normalise_address
from wagtail_helpdesk.conversations.actions.write_message import KnownIds
from wagtail_helpdesk.intake.incoming import Evidence, EvidenceKind
from wagtail_helpdesk.mail.arriving.accept import hash_message_id
from wagtail_helpdesk.mail.choices import Audience
from wagtail_helpdesk.mail.identity import has_our_prefix, own_public_id, split_bounce_address, split_reply_address
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.parsing import ParsedMail
from wagtail_helpdesk.tickets.choices import Role, TokenPurpose, Visibility
from wagtail_helpdesk.tickets.models import Ticket, TicketToken
from wagtail_helpdesk.tickets.tokens import unsign

#: Message-IDs looked at; a longer chain says nothing more.
MAX_IDS = 50


@dataclass(frozen=True, slots=True)
class Hints:
    """The checked evidence, the foreign Message-IDs as hashes, and what was seen on the way."""

    evidence: tuple[Evidence, ...]
    ids: KnownIds
    trace: tuple[str, ...]


def read_hints(parsed: ParsedMail, addressed: Iterable[str], own: Mapping[str, int]) -> Hints:
    """Return the hints of ``parsed``. ``addressed`` are all addresses it went to; ``own`` those of our mailboxes."""
    trace: list[str] = []
    evidence = _tokens(addressed, own, trace)
    named = list(dict.fromkeys([*reversed(parsed.in_reply_to), *reversed(parsed.references)]))[:MAX_IDS]
    evidence += _own_ids(named, addressed, trace)
    evidence += _subject_tag(parsed.subject, trace)
    foreign = [message_id for message_id in named if not has_our_prefix(message_id)]
    ids = KnownIds(hash_message_id(parsed.message_id), tuple(hash_message_id(one) for one in foreign))
    return Hints(tuple(evidence), ids, tuple(trace))


def _tokens(addressed: Iterable[str], own: Mapping[str, int], trace: list[str]) -> list[Evidence]:
    public_ids = []
    for address in addressed:
        parts = split_reply_address(address)
        if parts is None or not is_address(parts.mailbox_address):
            continue
        if normalise_address(parts.mailbox_address) not in own:
            continue
        public_id = unsign(TokenPurpose.REPLY, parts.token) or unsign(TokenPurpose.AGENT, parts.token)
        trace.append("reply address: valid" if public_id else "reply address: not ours")
        if public_id:
            public_ids.append(public_id)
    if not public_ids:
        return []
    rows = TicketToken.objects.filter(
        public_id__in=public_ids, purpose__in=(TokenPurpose.REPLY, TokenPurpose.AGENT), revoked_at__isnull=True
    )
    return [
        Evidence(EvidenceKind.AGENT, row.ticket_id, user_id=row.user_id, visibility=row.visibility)
        if row.purpose == TokenPurpose.AGENT
        else Evidence(EvidenceKind.TOKEN, row.ticket_id, row.participant_id, visibility=_whose(row))
        for row in rows.select_related("participant")
    ]


def _whose(token: TicketToken) -> str:
    """Return "internal" for a third party's token: whoever answers to it, customers do not read the answer."""
    role = token.participant.role if token.participant else ""
    return Visibility.INTERNAL if role == Role.THIRD_PARTY else ""


def _own_ids(named: Iterable[str], addressed: Iterable[str], trace: list[str]) -> list[Evidence]:
    # What answers to the envelope's sender, as out-of-office programs do (RFC 3834 4), names our mail that way.
    bounced = [parts.public_id for parts in map(split_bounce_address, addressed) if parts]
    public_ids = []
    for message_id in named:
        public_id = own_public_id(message_id)
        if public_id is not None:
            public_ids.append(public_id)
        elif has_our_prefix(message_id):
            trace.append("a Message-ID with our prefix and a wrong signature: ignored")
    if bounced:
        trace.append("bounce address: valid")
    public_ids = list(dict.fromkeys([*public_ids, *bounced]))
    if not public_ids:
        return []
    order = {public_id: position for position, public_id in enumerate(public_ids)}
    mails = OutboundMail.objects.filter(public_id__in=public_ids, ticket__isnull=False)
    rows = mails.values_list("public_id", "ticket_id", "audience", "message_visibility", "recipients__user_id")
    ranked = sorted(rows, key=lambda row: order[row[0]])
    evidence = [
        Evidence(EvidenceKind.AGENT, ticket_id, user_id=user_id, visibility=visibility)
        if audience == Audience.AGENT
        else Evidence(
            EvidenceKind.OWN_MESSAGE_ID,
            ticket_id,
            visibility=Visibility.INTERNAL if audience == Audience.THIRD_PARTY else "",
        )
        for _public_id, ticket_id, audience, visibility, user_id in ranked
    ]
    return list(dict.fromkeys(evidence))


def _subject_tag(subject: str, trace: list[str]) -> list[Evidence]:
    """A number in the subject: cosmetic, good for a suggestion only."""
    prefix = re.escape(conf.get("REFERENCE_PREFIX"))
    match = re.search(rf"\[(?:#|{prefix})(\d{{1,12}})\]", subject, re.IGNORECASE)
    if match is None:
        return []
    trace.append("a number in the subject")
    exists = Ticket.objects.filter(pk=int(match[1])).exists()
    return [Evidence(EvidenceKind.SUBJECT_TAG, int(match[1]))] if exists else []
