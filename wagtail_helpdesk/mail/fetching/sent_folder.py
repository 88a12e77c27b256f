"""Copies from a folder of sent mail: proof that a mail of ours left, and answers that our people wrote elsewhere."""

from __future__ import annotations

from dataclasses import replace

from wagtail_helpdesk import conf
from wagtail_helpdesk.addresses import is_address, normalise_address
from wagtail_helpdesk.conversations.actions.add_sent_message import AddSentMessage
from wagtail_helpdesk.conversations.models import Message, MessageIdIndex
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.intake.incoming import EvidenceKind, Outcome, Receipt
from wagtail_helpdesk.mail.arriving import translate
from wagtail_helpdesk.mail.arriving.evidence import Hints, read_hints
from wagtail_helpdesk.mail.arriving.filing import Result
from wagtail_helpdesk.mail.choices import DeliveryEventKind, MailOutcome
from wagtail_helpdesk.mail.identity import own_public_id
from wagtail_helpdesk.mail.models import InboundMail, OutboundMail
from wagtail_helpdesk.mail.outbox.confirm import prove_sent
from wagtail_helpdesk.mail.parsing import ParsedMail
from wagtail_helpdesk.mail.reporting.delivery_events import Heard, hear
from wagtail_helpdesk.tickets.choices import ParticipantState, Role, Visibility
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant


def file_sent_copy(mail: InboundMail, raw: bytes, parsed: ParsedMail) -> Result:
    """File a mail from a folder of sent mail; return what became of it. Must run in a unit of work.

    A mail of our own is proof that it left. Another one from the mailbox's address that names a message of a ticket is
    that ticket's. Anything else is nobody's business here. No mail is sent because of either.
    """
    public_id = own_public_id(parsed.message_id)
    if public_id is not None:
        return _prove(mail, public_id)
    mailbox = mail.mailbox
    if mailbox is None or not _is_from(parsed, mailbox):
        return Result(MailOutcome.OWN_COPY, "sent from another address", mailbox_id=mail.mailbox_id)
    hints = read_hints(parsed, (), {})
    ticket = _ticket_of(hints)
    if ticket is None:
        return Result(MailOutcome.OWN_COPY, "sent to somebody about no ticket", hints.trace, mailbox_id=mailbox.pk)
    before = Message.objects.filter(external_key=mail.dedupe_key).first()
    message = before or _add(mail, raw, parsed, ticket, hints)
    receipt = Receipt(Outcome.DUPLICATE if before else Outcome.APPENDED, ticket.pk, message.pk)
    outcome = MailOutcome.DUPLICATE if before else MailOutcome.APPENDED
    return Result(outcome, "sent by one of us", hints.trace, receipt=receipt, mailbox_id=mailbox.pk)


def _prove(mail: InboundMail, public_id: str) -> Result:
    sent = OutboundMail.objects.filter(public_id=public_id).first()
    if sent is None:
        return Result(MailOutcome.OWN_COPY, "a copy of a mail that is gone", mailbox_id=mail.mailbox_id)
    prove_sent([public_id])
    key = f"{DeliveryEventKind.OWN_COPY}|{public_id}"
    heard = Heard(DeliveryEventKind.OWN_COPY, "sent_folder", key, inbound=mail, at=mail.received_at)
    hear(sent, sent.recipients.first(), heard)
    receipt = Receipt(Outcome.IGNORED, sent.ticket_id, sent.message_id)
    return Result(MailOutcome.OWN_COPY, "our own mail, in the folder of sent mail", receipt=receipt)


def _is_from(parsed: ParsedMail, mailbox: Mailbox) -> bool:
    senders = [person.email for person in parsed.from_addresses if is_address(person.email)]
    return bool(senders) and all(normalise_address(sender) in mailbox.own_addresses for sender in senders)


def _ticket_of(hints: Hints) -> Ticket | None:
    """Return the ticket that the mail answers; None for none, and for one that takes nothing more."""
    named = [one.ticket_id for one in hints.evidence if one.kind == EvidenceKind.OWN_MESSAGE_ID]
    if not named:
        known = MessageIdIndex.objects.filter(id_hash__in=hints.ids.referenced).order_by("-ticket_id")
        named = list(known.values_list("ticket_id", flat=True)[:1])
    ticket = Ticket.objects.filter(pk__in=named[:1]).first()
    if ticket is None:
        return None
    ticket = ticket.current()
    return None if ticket.erased_at or ticket.category == Category.TRASH else ticket


def _add(mail: InboundMail, raw: bytes, parsed: ParsedMail, ticket: Ticket, hints: Hints) -> Message:
    words = translate.read_words(parsed, raw=raw, differs=False, is_auto_reply=False)
    return AddSentMessage(
        ticket=ticket,
        words=replace(words, may_quote=True),
        at=mail.received_at,
        visibility=_visibility(parsed, ticket),
        address=parsed.from_addresses[0].email[:254],
        external_key=mail.dedupe_key,
        sent_at=translate.sent_at(parsed, mail.received_at),
        ids=hints.ids,
        recipients=translate.display_recipients(parsed),
        # Which of our people it was, only the name says.
        actor=Actor("system", None, parsed.from_addresses[0].name),
    )()


def _visibility(parsed: ParsedMail, ticket: Ticket) -> str:
    """Public where a customer of this ticket got it; what went to a supplier, say, is not for the customer's eyes."""
    people = TicketParticipant.objects.filter(ticket=ticket, state=ParticipantState.ACTIVE)
    customers = {one.address for one in people.exclude(role=Role.THIRD_PARTY) if is_address(one.address)}
    theirs = {normalise_address(address) for address in customers}
    written = [one.email for one in (*parsed.to, *parsed.cc)[: conf.get("MAX_MAIL_PARTICIPANTS") * 4]]
    met = any(is_address(one) and normalise_address(one) in theirs for one in written)
    return Visibility.PUBLIC if met else Visibility.INTERNAL
