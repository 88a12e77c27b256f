"""What mail does when something happened: rows for the outbox, and what goes on merge and erase."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.events import (
    Actor,
    ContactErased,
    DeliveryProblem,
    MessageAdded,
    MessageRedacted,
    MessageSplit,
    TicketErased,
    TicketOpened,
    TicketsMerged,
    TicketsUnmerged,
)
from wagtail_helpdesk.mail.arriving.raw_store import drop_raw
from wagtail_helpdesk.mail.choices import OutboundState
from wagtail_helpdesk.mail.ledger import (
    BREAKER_COUNT,
    BREAKER_PAUSE,
    BREAKER_WINDOW,
    allow_automatic_mail,
    similar,
)
from wagtail_helpdesk.mail.models import DeliveryEvent, InboundMail, OutboundMail, OutboundRecipient
from wagtail_helpdesk.mail.outbox.blind import queue_blind_copies
from wagtail_helpdesk.mail.outbox.enqueue import Outgoing
from wagtail_helpdesk.mail.outbox.forward import OutgoingForward
from wagtail_helpdesk.mail.outbox.requote import requote
from wagtail_helpdesk.mail.reporting.problems import refresh_delivery_flag
from wagtail_helpdesk.tickets.actions.link_tickets import link_tickets
from wagtail_helpdesk.tickets.actions.merge_tickets import note_moved
from wagtail_helpdesk.tickets.choices import EventKind, LinkKind, Visibility
from wagtail_helpdesk.tickets.models import Ticket, TicketLink, TicketMerge
from wagtail_helpdesk.tickets.timeline import write_event

#: Tickets of one sender that are looked at for a series.
MAX_SERIES = 50
_UNSENT = (OutboundState.QUEUED, OutboundState.RETRY, OutboundState.CLAIMED)


def queue_reply(event: MessageAdded) -> None:
    """A public reply becomes mails, in the transaction that publishes it."""
    if event.direction != "outbound" or event.visibility != Visibility.PUBLIC or event.has_left:
        return
    message = _with_mailbox(Message.objects.public()).get(pk=event.message_id)
    Outgoing(message.ticket).queue_reply(message)
    queue_blind_copies(message)


def queue_forward(event: MessageAdded) -> None:
    """What an agent wrote to third parties becomes mails to them, and to nobody else."""
    if event.direction != "outbound" or event.visibility != Visibility.INTERNAL or event.has_left:
        return
    message = _with_mailbox(Message.objects.all()).get(pk=event.message_id)
    OutgoingForward(message.ticket).queue_forward(message)
    queue_blind_copies(message)


def acknowledge(event: TicketOpened) -> None:
    """A new ticket is acknowledged, with its tracking link, where that answers a person and not a machine."""
    if not event.may_acknowledge.allowed:
        return
    at_hand = event.at_hand
    message = at_hand.message if at_hand else _with_mailbox(Message.objects.all()).get(pk=event.message_id)
    ticket = message.ticket
    outgoing = Outgoing(ticket, is_new=True)
    if not outgoing.options.acknowledge:
        return
    now = timezone.now()
    verdict = allow_automatic_mail(
        address=message.from_address,
        subject=ticket.subject,
        recent_subjects=[ticket.subject] if event.is_first_contact else _recent_subjects(ticket, now),
        mailbox=ticket.mailbox,
        now=now,
    )
    if not verdict.allowed:
        if verdict.reason in ("repeating", "suppressed"):
            _group_repeated(ticket, now)
        write_event(ticket, EventKind.DELIVERY, actor=Actor.system(), cause=verdict.reason, what="no_acknowledgement")
        return
    outgoing.queue_acknowledgement(message, at_hand)


def _recent_subjects(ticket: Ticket, now: datetime) -> QuerySet:
    """Return what the requester's tickets of the last hour are about, this one's subject among them."""
    recent = Ticket.objects.filter(requester=ticket.requester_id, created_at__gt=now - BREAKER_WINDOW)
    return recent.values_list("subject", flat=True)[:50]


def _with_mailbox(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Fetch with a message all that the mail about it is written by."""
    return messages.select_related("ticket__mailbox__site", "ticket__mailbox__mail_options", "ticket__site")


def flag_ticket(event: DeliveryProblem) -> None:
    """A ticket one of whose mails did not get through says so in the lists."""
    refresh_delivery_flag(event.ticket_id)


def _group_repeated(ticket: Ticket, now: datetime) -> None:
    """Link what one machine says again and again to the first ticket of the series."""
    recent = Ticket.objects.filter(requester=ticket.requester_id, created_at__gt=now - BREAKER_PAUSE).order_by("pk")
    series = [one for one in recent[:MAX_SERIES] if similar(one.subject) == similar(ticket.subject)]
    if len(series) < BREAKER_COUNT:
        return
    linked = set(TicketLink.objects.filter(target=series[0], kind=LinkKind.REPEATED).values_list("source", flat=True))
    for one in series[1:]:
        if one.pk in linked:
            continue
        link_tickets(source=one, target=series[0], kind=LinkKind.REPEATED, actor=Actor.system())


def merge_mails(event: TicketsMerged) -> None:
    """The source's mails belong to the target: answers to them find it."""
    arrived = list(InboundMail.objects.filter(ticket=event.source_id).values_list("pk", flat=True))
    left = list(OutboundMail.objects.filter(ticket=event.source_id).values_list("pk", flat=True))
    InboundMail.objects.filter(pk__in=arrived).update(ticket=event.target_id)
    OutboundMail.objects.filter(pk__in=left).update(ticket=event.target_id)
    note_moved(event.merge_id, "mail", {"inbound": arrived, "outbound": left})
    _refresh_flags(event.source_id, event.target_id)


def unmerge_mails(event: TicketsUnmerged) -> None:
    """The mails go back with their ticket."""
    moved = TicketMerge.objects.get(pk=event.merge_id).moved["mail"]
    InboundMail.objects.filter(pk__in=moved["inbound"]).update(ticket=event.source_id)
    OutboundMail.objects.filter(pk__in=moved["outbound"]).update(ticket=event.source_id)
    _refresh_flags(event.source_id, event.target_id)


def _refresh_flags(*ticket_ids: int) -> None:
    for ticket_id in ticket_ids:
        refresh_delivery_flag(ticket_id)


def move_split_mail(event: MessageSplit) -> None:
    """The mails that a message came or left in belong to the message's ticket."""
    InboundMail.objects.filter(message=event.message_id).update(ticket=event.ticket_id)
    if OutboundMail.objects.filter(message=event.message_id).update(ticket=event.ticket_id):
        _refresh_flags(event.source_id, event.ticket_id)


def redact_mails(event: MessageRedacted) -> None:
    """What was taken out of a message goes from its mails too: from its source, and from what carried or quoted it.

    What has not left yet does not leave with these words. A mail that left is in others' hands.
    """
    for mail in InboundMail.objects.filter(message=event.message_id):
        if event.words:
            mail.subject, mail.trace = "", []
            mail.save(update_fields=["subject", "trace"])
        drop_raw(mail)
    gone = set(event.attachment_ids)
    for mail in OutboundMail.objects.filter(ticket=event.ticket_id).only("attachment_ids"):
        if gone & set(mail.attachment_ids):
            mail.attachment_ids = [key for key in mail.attachment_ids if key not in gone]
            mail.save(update_fields=["attachment_ids"])
    if event.words:
        _blank_copies(event)


def _blank_copies(event: MessageRedacted) -> None:
    """The message's own mails, and those of later messages of the ticket that left: they may quote it."""
    own = OutboundMail.objects.filter(message=event.message_id)
    own.filter(state__in=_UNSENT).update(state=OutboundState.CANCELLED)
    own.update(subject="", text="", html="", settled_at=timezone.now())
    # By the time at which it stands in the conversation, as quotes go by: it may have been begun before.
    redacted = Message.objects.only("created_at").get(pk=event.message_id)
    later = OutboundMail.objects.filter(ticket=event.ticket_id, message__created_at__gte=redacted.created_at)
    settled = Q(state__in=(OutboundState.SENT, OutboundState.CANCELLED))
    later.filter(settled).update(text="", html="")
    for mail in later.exclude(settled).exclude(message=event.message_id).select_related("message", "ticket__mailbox"):
        requote(mail)
    _refresh_flags(event.ticket_id)


def erase_mails(event: TicketErased) -> None:
    """Raw mails, subjects, bodies and addresses go; keys and outcomes stay, so that old mail is not read again."""
    for mail in InboundMail.objects.filter(ticket=event.ticket_id):
        mail.subject = mail.from_header = mail.message_id_header = ""
        mail.envelope, mail.trace = {}, []
        mail.save(update_fields=["subject", "from_header", "message_id_header", "envelope", "trace"])
        drop_raw(mail)
    mails = OutboundMail.objects.filter(ticket=event.ticket_id)
    mails.filter(state__in=_UNSENT).update(state=OutboundState.CANCELLED)
    mails.update(subject="", text="", html="", reply_to="", headers=[], attachment_ids=[], settled_at=timezone.now())
    recipients = OutboundRecipient.objects.filter(outbound__ticket=event.ticket_id)
    recipients.update(name="", address="", diagnostic="")
    DeliveryEvent.objects.filter(outbound__ticket=event.ticket_id).update(diagnostic="")
    refresh_delivery_flag(event.ticket_id)


def forget_contact(event: ContactErased) -> None:
    """The address and name go from the mails to and from this person; what had not left stays here."""
    recipients = OutboundRecipient.objects.filter(address_hash__in=event.address_hashes)
    OutboundMail.objects.filter(
        recipients__in=recipients, state__in=[OutboundState.QUEUED, OutboundState.RETRY]
    ).update(state=OutboundState.CANCELLED)
    DeliveryEvent.objects.filter(recipient__in=recipients).update(diagnostic="")
    recipients.update(name="", address="", diagnostic="")
    for mail in OutboundMail.objects.filter(ticket__participants__contact=event.contact_id).only("headers"):
        # They name everybody that a reply went to.
        mail.headers = [[name, value] for name, value in mail.headers if name not in ("To", "Cc")]
        mail.save(update_fields=["headers"])
    InboundMail.objects.filter(message__author_contact=event.contact_id).update(from_header="", envelope={})
