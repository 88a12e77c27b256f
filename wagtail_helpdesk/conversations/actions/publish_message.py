"""A scheduled reply's time has come."""

from __future__ import annotations

from contextlib import suppress

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import Action, ActionRefused
from wagtail_helpdesk.conversations.actions.cancel_message import CallBackMessage
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import HIDDEN
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.base import lock_ticket
from wagtail_helpdesk.tickets.actions.record_activity import record_activity
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.timeline import write_event


class PublishMessage(Action):
    """Publish a scheduled message whose time has come: the ticket's clocks, its status, its mail, in one go."""

    def __init__(self, *, message_id: int, depth: int = 0) -> None:
        super().__init__(actor=Actor.system(), depth=depth)
        self.message_id = message_id

    def execute(self) -> Message | None:
        """Return the message, None when it was cancelled or published before, is not due, or may not leave."""
        message = Message.objects.due(timezone.now()).filter(pk=self.message_id).select_related("author_user").first()
        if message is None:
            return None
        author = Actor.of_user(message.author_user) if message.author_user else Actor("user", None, message.author_name)
        return message if publish_now(message, actor=author, depth=self.depth) else None


def publish_now(message: Message, *, actor: Actor, depth: int = 0) -> bool:
    """Publish ``message`` if it is still scheduled; return whether it was. Must run in an action.

    The conditional UPDATE decides between two workers, and between the worker and "undo". Nothing leaves from spam or
    trash: it is its author's draft again.
    """
    ticket = lock_ticket(message.ticket_id)
    if ticket.category in HIDDEN:
        with suppress(ActionRefused):
            CallBackMessage(message=message, why="hidden", actor=Actor.system(), depth=depth)()
        return False
    now = timezone.now()
    claimed = Message.objects.filter(pk=message.pk, state=MessageState.SCHEDULED)
    if not claimed.update(state=MessageState.PUBLISHED, created_at=now, publish_at=None):
        return False
    message.state, message.created_at, message.publish_at = MessageState.PUBLISHED, now, None
    message.ticket = ticket
    record_activity(
        ticket,
        actor=actor,
        at=now,
        direction=message.direction,
        visibility=message.visibility,
        text=message.reply_text,
        attachments=message.attachments.filter(hidden=False).count(),
        status=message.on_publish,
        depth=depth,
    )
    write_event(ticket, EventKind.MESSAGE, actor=actor, message=message.pk)
    events.publish(
        events.MessageAdded(
            actor=actor,
            depth=depth,
            ticket_id=ticket.pk,
            message_id=message.pk,
            direction=message.direction,
            visibility=message.visibility,
            channel=message.channel,
        )
    )
    return True


def refuse_where_hidden(ticket: Ticket) -> None:
    """Raise ActionRefused for a ticket in spam or trash: nothing would leave from there."""
    if ticket.category in HIDDEN:
        raise ActionRefused(_("Nothing is sent from spam and trash. Take the ticket out of there first."))
