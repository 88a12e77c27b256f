"""A message that belongs to no ticket opens one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import Action
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.actions.write_message import KnownIds, write_message
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import Words, prepare
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.events import ALLOWED, Actor, AtHand, Verdict
from wagtail_helpdesk.tickets.actions.open_ticket_row import open_ticket_row
from wagtail_helpdesk.tickets.actions.record_activity import first_activity
from wagtail_helpdesk.tickets.choices import Visibility
from wagtail_helpdesk.tickets.models import Ticket


class OpenTicket(Action):
    """Open a ticket for ``requester``, who writes ``words`` at ``at`` through ``channel``.

    ``source``: the row that the channel keeps of the message, for reactors.
    """

    def __init__(
        self,
        *,
        words: Words,
        requester: Contact,
        address: str,
        mailbox: Mailbox,
        channel: str,
        at: datetime,
        actor: Actor,
        category: str = Category.NEW,
        may_acknowledge: Verdict = ALLOWED,
        may_notify: Verdict = ALLOWED,
        counts_as_waiting: bool = True,
        external_key: str | None = None,
        sent_at: datetime | None = None,
        ids: KnownIds | None = None,
        recipients: dict[str, Any] | None = None,
        sender_auth: str = "",
        reply_address: str = "",
        ticket_fields: dict[str, Any] | None = None,
        is_first_contact: bool = False,
        source: Any = None,
        depth: int = 0,
    ) -> None:
        super().__init__(actor=actor, depth=depth)
        self.words = replace(words, may_quote=False)
        self.requester, self.address, self.mailbox = requester, address, mailbox
        self.reply_address = reply_address
        self.channel, self.at, self.category = channel, at, category
        self.may_acknowledge, self.counts_as_waiting = may_acknowledge, counts_as_waiting
        self.message_fields = {
            "external_key": external_key,
            "sent_at": sent_at,
            "recipients": recipients or {},
            "from_address": address,
            "sender_auth": sender_auth,
        }
        self.may_notify = may_notify
        self.ids = ids
        self.is_first_contact, self.source = is_first_contact, source
        self.ticket_fields = ticket_fields or {}

    def execute(self) -> tuple[Ticket, Message]:
        """Return the ticket and its first message. IntegrityError when the external key is taken."""
        prepared = prepare(self.words)
        ticket, participant = open_ticket_row(
            subject=prepared.subject,
            channel=self.channel,
            requester=self.requester,
            address=self.address,
            reply_address=self.reply_address,
            mailbox=self.mailbox,
            actor=self.actor,
            at=self.at,
            category=self.category,
            **first_activity(
                at=self.at,
                text=prepared.text,
                attachments=prepared.listed_files,
                category=self.category,
                counts_as_waiting=self.counts_as_waiting,
            ),
            **self.ticket_fields,
        )
        message = write_message(
            ticket=ticket,
            prepared=prepared,
            actor=self.actor,
            ids=self.ids,
            direction=Direction.INBOUND,
            visibility=Visibility.PUBLIC,
            channel=self.channel,
            created_at=self.at,
            **self.message_fields,
        )
        self.publish(
            events.TicketOpened,
            ticket_id=ticket.pk,
            message_id=message.pk,
            channel=self.channel,
            may_acknowledge=self.may_acknowledge,
            may_notify=self.may_notify,
            is_first_contact=self.is_first_contact,
            at_hand=AtHand(message, participant, self.source),
        )
        return ticket, message
