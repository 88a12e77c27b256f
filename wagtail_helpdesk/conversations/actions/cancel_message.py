"""Undo a reply that has not left."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind


class CancelMessage(TicketAction):
    """Cancel a scheduled message. Its author may, and whoever may see all tickets."""

    verb = "reply"

    def __init__(self, *, message: Message, **kwargs: Any) -> None:
        super().__init__(ticket=message.ticket, **kwargs)
        self.message = message

    def check(self) -> None:
        """As the base; PermissionDenied for somebody else's reply."""
        super().check()
        if self.user is None or self.message.author_user_id == self.user.pk:
            return
        if not self.user.has_perm("wagtail_helpdesk.view_all_ticket"):
            raise PermissionDenied

    def execute(self) -> Message:
        """Return the cancelled message. ActionRefused when it has left already."""
        claimed = Message.objects.filter(pk=self.message.pk, state=MessageState.SCHEDULED)
        if not claimed.update(state=MessageState.CANCELLED, external_key=None):
            raise ActionRefused(_("It is too late: the reply has left."))
        self.message.state = MessageState.CANCELLED
        self.record(EventKind.CANCELLED, message=self.message.pk)
        return self.message
