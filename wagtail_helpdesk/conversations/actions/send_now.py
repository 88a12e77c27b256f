"""A message that was to leave later leaves at once."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.cancel_message import check_author
from wagtail_helpdesk.conversations.actions.publish_message import publish_now, refuse_where_hidden
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.base import TicketAction


class SendNow(TicketAction):
    """Publish a scheduled message now, in its author's name. Who may is as for CancelMessage."""

    verb = "reply"

    def __init__(self, *, message: Message, **kwargs: Any) -> None:
        super().__init__(ticket=message.ticket, **kwargs)
        self.message = message

    def check(self) -> None:
        """As the base; PermissionDenied for somebody else's message, ActionRefused from spam or trash."""
        super().check()
        check_author(self, self.message)
        refuse_where_hidden(self.ticket)

    def execute(self) -> Message:
        """Return the message. ActionRefused when it has left already, or was cancelled."""
        author = self.message.author_user
        actor = Actor.of_user(author) if author else Actor("user", None, self.message.author_name)
        if not publish_now(self.message, actor=actor, depth=self.depth):
            raise ActionRefused(_("It has left already, or was cancelled."))
        return self.message
