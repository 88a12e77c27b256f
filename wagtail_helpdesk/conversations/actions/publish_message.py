"""A scheduled reply's time has come."""

from __future__ import annotations

from django.utils import timezone

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import Action
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.base import lock_ticket
from wagtail_helpdesk.tickets.actions.record_activity import record_activity
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.timeline import write_event


class PublishMessage(Action):
    """Publish a scheduled message whose time has come: the ticket's clocks, its status, its mail, in one go."""

    def __init__(self, *, message_id: int, depth: int = 0) -> None:
        super().__init__(actor=Actor.system(), depth=depth)
        self.message_id = message_id

    def execute(self) -> Message | None:
        """Return the message, None when it was cancelled or published before, or is not due."""
        message = Message.objects.due(timezone.now()).filter(pk=self.message_id).select_related("author_user").first()
        if message is None:
            return None
        author = Actor.of_user(message.author_user) if message.author_user else Actor("user", None, message.author_name)
        return message if publish_now(message, actor=author, depth=self.depth) else None


def publish_now(message: Message, *, actor: Actor, depth: int = 0) -> bool:
    """Publish ``message`` if it is still scheduled; return whether it was. Must run in an action.

    The conditional UPDATE decides between two workers, and between the worker and "undo".
    """
    ticket = lock_ticket(message.ticket_id)
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
