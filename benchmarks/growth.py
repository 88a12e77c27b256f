"""Desks of up to a million tickets: on PostgreSQL a small one by ``fill``, the rest as copies made in the database."""

from __future__ import annotations

from django.db import connection

from benchmarks.fill import BusyDesk, fill
from benchmarks.multiply import Template
from wagtail_helpdesk.contacts.models import Contact, ContactEmail
from wagtail_helpdesk.conversations.models import Draft, Message, MessageIdIndex
from wagtail_helpdesk.inbox.models import Mention
from wagtail_helpdesk.mail.models import AutoReplyLedger, InboundMail, OutboundMail, OutboundRecipient
from wagtail_helpdesk.tickets.models import TaggedTicket, Ticket, TicketEvent, TicketParticipant, TicketReader

#: Tickets of the desk that is copied.
SMALL = 2000


class Growth:
    """Fills a desk step by step. Without ``mails`` the log of mails stays as small as the desk that is copied."""

    TABLES = (
        *(Contact, ContactEmail, Ticket, TicketParticipant, TicketEvent),
        *(TaggedTicket, TicketReader, Mention, Draft, Message),
    )
    #: More than half of the work, and nothing that a screen of the inbox reads more of on a large desk.
    MAILS = (MessageIdIndex, InboundMail, OutboundMail, OutboundRecipient, AutoReplyLedger)
    #: What must be another text in each copy, as in a desk of so many tickets.
    FRESH = (
        *("ContactEmail.address", "ContactEmail.address_hash", "TicketParticipant.address", "Message.external_key"),
        *("MessageIdIndex.id_hash", "InboundMail.raw_sha256", "InboundMail.raw_ref", "InboundMail.dedupe_key"),
        *("InboundMail.message_id_header", "InboundMail.message_id_header_hash", "InboundMail.twin_hash"),
        *("OutboundMail.public_id", "OutboundMail.purpose_key", "OutboundMail.queue_key"),
        *("OutboundMail.message_id_header", "OutboundRecipient.address", "OutboundRecipient.address_hash"),
        *("AutoReplyLedger.address_hash", "AutoReplyLedger.domain_hash"),
    )

    def __init__(self, desk: BusyDesk, *, mails: bool = True) -> None:
        self._desk = desk
        self._tables = (*self.TABLES, *self.MAILS) if mails else self.TABLES
        self._template: Template | None = None
        self._size = 0

    def fill(self, total: int) -> None:
        """Bring the number of tickets to about ``total``."""
        if connection.vendor != "postgresql" or total <= SMALL:
            fill(self._desk, total)
            return
        if self._template is None:
            fill(self._desk, max(SMALL, Ticket.objects.count()))
            self._template, self._size = Template(self._tables, self.FRESH), Ticket.objects.count()
        copies = round((total - Ticket.objects.count()) / self._size)
        if copies > 0:
            self._template.copy(copies)
