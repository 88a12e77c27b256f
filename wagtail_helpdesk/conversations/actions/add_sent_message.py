"""Somebody of ours answered outside the desk, with a mail program: the ticket gets a copy."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wagtail_helpdesk import events
from wagtail_helpdesk.conversations.actions.write_message import KnownIds, write_message
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import Words, prepare
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.actions.record_activity import record_activity
from wagtail_helpdesk.tickets.choices import Channel, EventKind, Visibility
from wagtail_helpdesk.tickets.models import Ticket


class AddSentMessage(TicketAction):
    """Add a mail that has left already: nobody is written to because of it.

    ``visibility`` is public only where it went to somebody who takes part; what was written to others about the ticket
    is for agents.
    """

    verb = "reply"

    def __init__(
        self,
        *,
        words: Words,
        at: datetime,
        visibility: str,
        address: str = "",
        external_key: str | None = None,
        sent_at: datetime | None = None,
        ids: KnownIds | None = None,
        recipients: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.words, self.at, self.visibility, self.ids = words, at, visibility, ids
        self.message_fields = {
            "external_key": external_key,
            "sent_at": sent_at,
            "recipients": recipients or {},
            "from_address": address,
        }

    def execute(self) -> Message:
        """Return the message. IntegrityError when the external key is taken."""
        prepared = prepare(self.words)
        message = write_message(
            ticket=self.ticket,
            prepared=prepared,
            actor=self.actor,
            ids=self.ids,
            direction=Direction.OUTBOUND,
            visibility=self.visibility,
            channel=Channel.EMAIL,
            created_at=self.at,
            **self.message_fields,
        )
        record_activity(
            self.ticket,
            actor=self.actor,
            at=self.at,
            direction=Direction.OUTBOUND,
            visibility=self.visibility,
            text=prepared.reply_text,
            attachments=prepared.listed_files,
            depth=self.depth,
        )
        self._keep_later_question()
        self.record(EventKind.MESSAGE, message=message.pk)
        self.publish(
            events.MessageAdded,
            ticket_id=self.ticket.pk,
            message_id=message.pk,
            direction=message.direction,
            visibility=Visibility(self.visibility),
            channel=Channel.EMAIL,
            has_left=True,
        )
        return message

    def _keep_later_question(self) -> None:
        """The copy may come after what the customer wrote later: that waits for an answer still."""
        if self.visibility != Visibility.PUBLIC:
            return
        later = self.ticket.messages.public().filter(direction=Direction.INBOUND, created_at__gt=self.at)
        since = later.order_by("created_at").values_list("created_at", flat=True).first()
        if since is not None:
            Ticket.objects.filter(pk=self.ticket.pk).update(customer_waiting_since=since)
            self.ticket.customer_waiting_since = since
