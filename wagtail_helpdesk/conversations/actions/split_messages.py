"""Some messages turn out to be a matter of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.choices import Direction, Flag, MessageState
from wagtail_helpdesk.conversations.models import Message, MessageIdIndex
from wagtail_helpdesk.conversations.recounting import recount_conversation
from wagtail_helpdesk.conversations.waiting import waiting_since
from wagtail_helpdesk.desk.choices import UNRESOLVED
from wagtail_helpdesk.events import Verdict
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.actions.open_ticket_row import open_ticket_row
from wagtail_helpdesk.tickets.actions.participants import add_participant
from wagtail_helpdesk.tickets.actions.recount_ticket import wait_since
from wagtail_helpdesk.tickets.choices import EventKind, LinkKind, ParticipantState, Visibility
from wagtail_helpdesk.tickets.models import Ticket, TicketLink
from wagtail_helpdesk.tickets.timeline import write_event

_MATCHED = {Flag.OUTSIDE_SENDER, Flag.MATCHED_BY_SUBJECT, Flag.MAY_NOT_ANSWER}


class SplitMessages(TicketAction):
    """Move messages, with their files, to a new ticket of whoever wrote the first of them from outside.

    Where nobody outside wrote one, it is the same requester's. The two are linked; nobody gets an automatic mail. What
    is answered to them finds the new ticket.
    """

    def __init__(self, *, messages: Iterable[Message], subject: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.chosen = {message.pk for message in messages}
        self.subject = " ".join(subject.split())[:500]

    def check(self) -> None:
        """As the base; ActionRefused for none, for all that there is, and for what has not left yet."""
        super().check()
        published = self.ticket.messages.filter(state=MessageState.PUBLISHED).select_related("author_contact")
        there = list(published.in_order())
        self.messages = [message for message in there if message.pk in self.chosen]
        if not self.chosen or len(self.messages) != len(self.chosen):
            raise ActionRefused(_("Choose messages of this ticket that have been sent or received."))
        if len(self.messages) == len(there):
            raise ActionRefused(_("That is all this ticket says: there is nothing to split it from."))
        self.opening = next((one for one in self.messages if one.direction == Direction.INBOUND), self.messages[0])
        self.from_outside = self.opening.direction == Direction.INBOUND
        if self.from_outside and self.opening.author_contact is None:
            raise ActionRefused(_("Nobody knows any more who wrote this message."))

    def execute(self) -> Ticket:
        """Return the new ticket."""
        old, opening = self.ticket, self.opening
        old_row = old.participants.filter(contact=old.requester_id).first()
        ticket, _participant = open_ticket_row(
            subject=self.subject or opening.subject or old.subject,
            channel=opening.channel if self.from_outside else old.channel,
            requester=opening.author_contact if self.from_outside else old.requester,
            address=opening.from_address if self.from_outside else getattr(old_row, "address", ""),
            mailbox=old.mailbox,
            team=old.team,
            priority=old.priority,
            language=old.language,
            site=old.site,
            actor=self.actor,
            at=self.messages[0].created_at,
        )
        self._move(ticket)
        self._invite(ticket)
        TicketLink.objects.create(source=ticket, target=old, kind=LinkKind.RELATED)
        for one in (old, ticket):
            recount_conversation(one.pk)
            if one.category in UNRESOLVED:
                wait_since(one.pk, waiting_since(one.pk))
        self._tell(ticket)
        ticket.refresh_from_db()
        return ticket

    def _move(self, ticket: Ticket) -> None:
        """What the new requester wrote is no third party's there, and no outside sender's."""
        for message in self.messages:
            message.ticket = ticket
            if message.direction == Direction.INBOUND and message.author_contact_id == ticket.requester_id:
                message.visibility = Visibility.PUBLIC
                message.flags = [flag for flag in message.flags if flag not in _MATCHED]
            message.save(update_fields=["ticket", "visibility", "flags"])
        MessageIdIndex.objects.filter(message__in=self.messages).update(ticket=ticket)

    def _invite(self, ticket: Ticket) -> None:
        """Whoever wrote one of the messages and takes part in the old ticket takes part in the new one."""
        writers = {message.author_contact_id for message in self.messages} - {None, ticket.requester_id}
        rows = self.ticket.participants.filter(contact__in=writers, state=ParticipantState.ACTIVE)
        for row in rows.select_related("contact").order_by("pk"):
            role = "cc" if row.contact_id == self.ticket.requester_id else row.role
            add_participant(
                ticket=ticket,
                contact=row.contact,
                address=row.address,
                role=role,
                reply_address=row.reply_address,
                like=row,
            )

    def _tell(self, ticket: Ticket) -> None:
        old = self.ticket
        self.record(EventKind.SPLIT, ticket=ticket.pk, into=True, count=len(self.messages))
        write_event(ticket, EventKind.SPLIT, actor=self.actor, ticket=old.pk, into=False, count=len(self.messages))
        for message in self.messages:
            self.publish(events.MessageSplit, source_id=old.pk, ticket_id=ticket.pk, message_id=message.pk)
        self.publish(
            events.TicketOpened,
            ticket_id=ticket.pk,
            message_id=self.opening.pk,
            channel=ticket.channel,
            may_acknowledge=Verdict(False, "split"),
        )


class JoinSplit(MergeTickets):
    """Take a split back: ``source`` goes into ``target`` again, its messages as they were before.

    ``before``: {key of a message: [visibility, flags]}.
    """

    def __init__(self, *, before: Mapping[str, Sequence[Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.before = before

    def execute(self) -> Any:
        """Return the record of the merge."""
        for message in Message.objects.filter(ticket=self.source, pk__in=self.before):
            message.visibility, message.flags = self.before[str(message.pk)]
            message.save(update_fields=["visibility", "flags"])
        if self.ticket.category in UNRESOLVED:
            # The split had taken the wait along with the messages: both are one again, and so is what was answered.
            since = waiting_since(self.ticket.pk, self.source.pk)
            wait_since(self.ticket.pk, since)
            self.ticket.customer_waiting_since = since
        self.source.customer_waiting_since = None
        return super().execute()


def requester_of(messages: Sequence[Message], ticket: Ticket) -> Contact:
    """Return whose ticket a split of ``messages`` (in order, with their authors) would be."""
    inbound = [message for message in messages if message.direction == Direction.INBOUND]
    return (inbound[0].author_contact if inbound else None) or ticket.requester
