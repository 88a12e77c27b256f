"""A message turns out to be a matter of its own."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.choices import Direction, Flag, MessageState
from wagtail_helpdesk.conversations.models import Message, MessageIdIndex
from wagtail_helpdesk.conversations.recounting import recount_conversation
from wagtail_helpdesk.desk.choices import UNRESOLVED
from wagtail_helpdesk.events import Verdict
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.actions.open_ticket_row import open_ticket_row
from wagtail_helpdesk.tickets.actions.recount_ticket import wait_since
from wagtail_helpdesk.tickets.choices import EventKind, Visibility
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.timeline import write_event

_MATCHED = {Flag.OUTSIDE_SENDER, Flag.MATCHED_BY_SUBJECT}


class SplitMessage(TicketAction):
    """Move a message from outside, with its files, to a new ticket of whoever wrote it. Nobody gets an automatic mail.

    What is answered to it finds the new ticket.
    """

    def __init__(self, *, message: Message, **kwargs: Any) -> None:
        super().__init__(ticket=message.ticket, **kwargs)
        self.message = message

    def check(self) -> None:
        """As the base; ActionRefused for the ticket's first message, and for one that nobody outside wrote."""
        super().check()
        first = self.ticket.messages.filter(state=MessageState.PUBLISHED).in_order().first()
        self.message = Message.objects.select_related("author_contact").get(pk=self.message.pk)
        if self.message.ticket_id != self.ticket.pk or self.message.direction != Direction.INBOUND:
            raise ActionRefused(_("Only a message from outside can become a ticket of its own."))
        if first is None or first.pk == self.message.pk:
            raise ActionRefused(_("This message opened the ticket: there is nothing to split it from."))
        if self.message.author_contact is None:
            raise ActionRefused(_("Nobody knows any more who wrote this message."))

    def execute(self) -> Ticket:
        """Return the new ticket."""
        message, old = self.message, self.ticket
        ticket, _participant = open_ticket_row(
            subject=message.subject or old.subject,
            channel=message.channel,
            requester=message.author_contact,
            address=message.from_address,
            mailbox=old.mailbox,
            team=old.team,
            priority=old.priority,
            language=old.language,
            site=old.site,
            actor=self.actor,
            at=message.created_at,
        )
        message.ticket, message.visibility = ticket, Visibility.PUBLIC
        message.flags = [flag for flag in message.flags if flag not in _MATCHED]
        message.save(update_fields=["ticket", "visibility", "flags"])
        MessageIdIndex.objects.filter(message=message).update(ticket=ticket)
        for one in (old, ticket):
            recount_conversation(one.pk)
            if one.category in UNRESOLVED:
                wait_since(one.pk, _waiting_since(one.pk))
        self.record(EventKind.SPLIT, ticket=ticket.pk, into=True)
        write_event(ticket, EventKind.SPLIT, actor=self.actor, ticket=old.pk, into=False)
        self.publish(events.MessageSplit, source_id=old.pk, ticket_id=ticket.pk, message_id=message.pk)
        self.publish(
            events.TicketOpened,
            ticket_id=ticket.pk,
            message_id=message.pk,
            channel=message.channel,
            may_acknowledge=Verdict(False, "split"),
        )
        ticket.refresh_from_db()
        return ticket


def _waiting_since(ticket_id: int) -> Any:
    """Return when the oldest message came that nobody has answered, None for none."""
    public = Message.objects.public().filter(ticket=ticket_id)
    answered = public.filter(direction=Direction.OUTBOUND).order_by("-created_at").first()
    asked = public.filter(direction=Direction.INBOUND).in_order()
    if answered is not None:
        asked = asked.filter(created_at__gt=answered.created_at)
    return next((one.created_at for one in asked.only("created_at", "flags") if Flag.AUTO_REPLY not in one.flags), None)
