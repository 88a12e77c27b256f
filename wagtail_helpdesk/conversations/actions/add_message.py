"""Somebody outside answers on a ticket that exists."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wagtail_helpdesk import events
from wagtail_helpdesk.conversations.actions.write_message import KnownIds, write_message
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import Words, prepare
from wagtail_helpdesk.events import ALLOWED, AtHand, Verdict
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.actions.record_activity import record_activity
from wagtail_helpdesk.tickets.choices import EventKind, Visibility


class AddMessage(TicketAction):
    """Add what a contact wrote. What a third party writes is for agents only, whatever it answers.

    ``language`` is that of the requester's words, "" for no news of it: answers go out in it from now on.
    """

    def __init__(
        self,
        *,
        words: Words,
        channel: str,
        at: datetime,
        address: str = "",
        visibility: str = Visibility.PUBLIC,
        may_reopen: Verdict = ALLOWED,
        may_notify: Verdict = ALLOWED,
        counts_as_waiting: bool = True,
        external_key: str | None = None,
        sent_at: datetime | None = None,
        ids: KnownIds | None = None,
        recipients: dict[str, Any] | None = None,
        language: str = "",
        sender_auth: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.words, self.channel, self.at = words, channel, at
        self.visibility, self.may_reopen, self.counts_as_waiting = visibility, may_reopen, counts_as_waiting
        self.may_notify = may_notify
        self.ids, self.language = ids, language
        self.message_fields = {
            "external_key": external_key,
            "sent_at": sent_at,
            "recipients": recipients or {},
            "from_address": address,
            "sender_auth": sender_auth,
        }

    def execute(self) -> Message:
        """Return the message. IntegrityError when the external key is taken."""
        prepared = prepare(self.words)
        message = write_message(
            ticket=self.ticket,
            prepared=prepared,
            actor=self.actor,
            ids=self.ids,
            direction=Direction.INBOUND,
            visibility=self.visibility,
            channel=self.channel,
            created_at=self.at,
            **self.message_fields,
        )
        reopened = record_activity(
            self.ticket,
            actor=self.actor,
            at=self.at,
            direction=Direction.INBOUND,
            visibility=self.visibility,
            text=prepared.reply_text,
            attachments=prepared.listed_files,
            may_reopen=self.may_reopen.allowed,
            counts_as_waiting=self.counts_as_waiting,
            language=self.language,
            depth=self.depth,
        )
        self.record(EventKind.MESSAGE, message=message.pk)
        self.publish(
            events.MessageAdded,
            ticket_id=self.ticket.pk,
            message_id=message.pk,
            direction=message.direction,
            visibility=message.visibility,
            channel=self.channel,
            reopened=reopened,
            may_notify=self.may_notify,
            at_hand=AtHand(message),
        )
        return message
