"""Ties a report to the mail of ours that it is about, and proves that it is. Never makes a ticket, never sends a mail.

A state changes only when a signature of ours proves the mail (RFC 3464 reports are mails like any other, and anybody
can write one) and the report names a recipient of it. What proves less is shown and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.mail.choices import DeliveryEventKind
from wagtail_helpdesk.mail.identity import (
    LOOP_HEADER,
    find_own_ids,
    own_public_id,
    public_id_of_loop_header,
    split_bounce_address,
)
from wagtail_helpdesk.mail.models import InboundMail, OutboundMail, OutboundRecipient
from wagtail_helpdesk.mail.parsing import ParsedMail
from wagtail_helpdesk.mail.parsing.reports import RecipientReport, Report, read_report
from wagtail_helpdesk.mail.reporting.delivery_events import Heard, hear

#: RFC 3464 2.3.3. A mail that was passed on to a system which reports nothing (relayed), or to a list (expanded), is
#: delivered as far as anybody will ever tell us.
_ACTIONS = {
    "failed": DeliveryEventKind.BOUNCED,
    "delayed": DeliveryEventKind.DELAYED,
    "delivered": DeliveryEventKind.DELIVERED,
    "relayed": DeliveryEventKind.DELIVERED,
    "expanded": DeliveryEventKind.DELIVERED,
}
#: RFC 5965 7.3 and RFC 6430; "not-spam" takes a complaint back and "auth-failure" (RFC 6591) is none.
_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "virus", "other", "miscategorized", ""})
#: Identifiers of ours looked at in one report.
_MAX_CANDIDATES = 50
#: Bytes of a report in which an identifier is looked for.
_SOURCE_REACH = 1_000_000
_DELAY = re.compile(r"delay|warning|verz[öo]ger|retard|retras|atras", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a report turned out to be about: our mail, None for none of ours; and how that was found."""

    mail: OutboundMail | None
    reason: str
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Match:
    mail: OutboundMail
    #: Which identifier told, and whether it is a proof.
    by: str
    proves: bool


def take_report(inbound: InboundMail, raw: bytes, parsed: ParsedMail, kind: str, addressed: Iterable[str]) -> Taken:
    """Write down what the report ``parsed``, of class ``kind`` ("dsn", "mdn", "arf"), says; return what it is about.

    ``raw`` is its source, ``addressed`` are all addresses it came to. Must run in a ``unit_of_work``.
    """
    report = read_report(parsed, kind, mark=LOOP_HEADER.lower())
    match = _find(report, addressed, raw)
    if match is None:
        return Taken(None, f"{kind} about no mail of ours")
    if match.mail.ticket is not None and match.mail.ticket.erased_at:
        return Taken(None, f"{kind} about a mail of an erased ticket")
    recipients = {row.address_hash: row for row in match.mail.recipients.all()}
    told = list(_told(report, parsed, recipients))
    trace = [f"our mail by {match.by}"]
    for position, (recipient, event, said) in enumerate(told):
        verified = match.proves and report.standard and recipient is not None
        hear(
            match.mail,
            recipient,
            Heard(
                kind=event,
                witness=kind,
                key=f"report:{inbound.pk}:{position}",
                verified=verified,
                status_code=said.status,
                smtp_code=said.smtp_code,
                diagnostic=said.diagnostic,
                inbound=inbound,
                at=inbound.received_at,
            ),
        )
        trace.append(f"{event} {said.status}: {'verified' if verified else 'not verified'}")
    return Taken(match.mail, f"{kind} by {match.by}", tuple(trace))


def note_auto_reply(inbound: InboundMail, parsed: ParsedMail, addressed: Iterable[str]) -> None:
    """Write down that somebody's program answered a mail of ours: it has arrived. Must run in a ``unit_of_work``."""
    named = map(own_public_id, (*reversed(parsed.in_reply_to), *reversed(parsed.references)))
    bounced = (parts.public_id for parts in map(split_bounce_address, addressed) if parts)
    public_id = next(filter(None, (*bounced, *named)), None)
    mail = OutboundMail.objects.filter(public_id=public_id).first() if public_id else None
    if mail is None:
        return
    said = RecipientReport(final=parsed.from_addresses[0].email if parsed.from_addresses else "")
    recipient = _known(said, {row.address_hash: row for row in mail.recipients.all()})
    event = Heard(
        kind=DeliveryEventKind.AUTO_REPLIED,
        witness="answer",
        key=f"answer:{inbound.pk}",
        inbound=inbound,
        at=inbound.received_at,
    )
    hear(mail, recipient, event)


def _find(report: Report, addressed: Iterable[str], raw: bytes) -> _Match | None:
    """Return our mail by the strongest identifier that names one."""
    candidates = list(dict.fromkeys(_candidates(report, addressed, raw)))[:_MAX_CANDIDATES]
    ids = {public_id for public_id, _by, _proves in candidates}
    mails = OutboundMail.objects.filter(public_id__in=ids).select_related("ticket").prefetch_related("recipients")
    known = {mail.public_id: mail for mail in mails} if ids else {}
    for public_id, by, proves in candidates:
        if public_id in known:
            return _Match(known[public_id], by, proves)
    return None


def _candidates(report: Report, addressed: Iterable[str], raw: bytes) -> Iterator[tuple[str, str, bool]]:
    """Yield (public id, where it was found, whether that is a proof), the surest first. Every signature was checked."""
    bounced = map(split_bounce_address, (*addressed, report.original_sender))
    found = (
        ("bounce address", True, (parts.public_id for parts in bounced if parts)),
        ("envelope id", True, find_own_ids(report.envelope_id)),
        ("Message-ID", True, map(own_public_id, report.returned_ids[:1])),
        ("loop header", True, map(public_id_of_loop_header, report.returned_marks)),
        ("references", True, map(own_public_id, report.returned_ids[1:])),
        # Anybody who was ever written to can quote an id in a text: good enough to know where to show the report.
        ("words", False, find_own_ids(report.words)),
        # Some systems return a mail in no form that has a name.
        ("source", False, find_own_ids(raw[:_SOURCE_REACH].decode("latin-1"))),
    )
    for by, proves, public_ids in found:
        yield from ((public_id, by, proves) for public_id in public_ids if public_id)


def _told(
    report: Report, parsed: ParsedMail, recipients: dict[str, OutboundRecipient]
) -> Iterator[tuple[OutboundRecipient | None, str, RecipientReport]]:
    """Yield (recipient of ours, what happened, what was said) for each thing that the report tells."""
    only = next(iter(recipients.values())) if len(recipients) == 1 else None
    if report.kind == "mdn":
        for said in report.recipients if report.disposition == "displayed" else ():
            yield _known(said, recipients), DeliveryEventKind.READ, said
    elif report.kind == "arf":
        if report.feedback_type not in _COMPLAINTS:
            return
        # Most providers leave out who complained; each of our mails goes to one person.
        for said in report.recipients or (RecipientReport(),):
            yield (_known(said, recipients) if said.addresses else only), DeliveryEventKind.COMPLAINED, said
    elif not report.standard:
        kind = DeliveryEventKind.DELAYED if _DELAY.search(parsed.subject) else DeliveryEventKind.BOUNCED
        for said in report.recipients or (RecipientReport(),):
            yield _known(said, recipients) or only, kind, said
    else:
        for said in report.recipients:
            if said.action:
                yield _known(said, recipients), _ACTIONS[said.action], said


def _known(said: RecipientReport, recipients: dict[str, OutboundRecipient]) -> OutboundRecipient | None:
    for address in said.addresses:
        try:
            found = recipients.get(address_hash(address))
        except ValueError:
            continue
        if found:
            return found
    return None
