"""Undo a reply that has not left."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.choices import MessageState, Verdict
from wagtail_helpdesk.conversations.draft_moves import return_message
from wagtail_helpdesk.conversations.models import Approval, Message
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind


class CancelMessage(TicketAction):
    """Cancel a scheduled message: its text is its author's draft again. Its author may, who approved
    it, and whoever sees all tickets.

    ``why``: "" for a person's own wish, "answered" where a customer's message came first, "hidden" where the ticket
    went into spam or trash.
    """

    verb = "reply"
    #: What it can be called back from.
    states: ClassVar[tuple[str, ...]] = (MessageState.SCHEDULED,)

    def __init__(self, *, message: Message, why: str = "", **kwargs: Any) -> None:
        super().__init__(ticket=message.ticket, **kwargs)
        self.message, self.why = message, why

    def check(self) -> None:
        """As the base; PermissionDenied for somebody else's reply."""
        super().check()
        check_author(self, self.message)

    def execute(self) -> Message:
        """Return the cancelled message. ActionRefused when it has left already."""
        claimed = Message.objects.filter(pk=self.message.pk, state__in=self.states)
        if not claimed.update(state=MessageState.CANCELLED, external_key=None):
            raise ActionRefused(_("It is too late: the reply has left."))
        self.message.state = MessageState.CANCELLED
        self.record(EventKind.CANCELLED, message=self.message.pk, **({"what": self.why} if self.why else {}))
        author = self.message.author_user
        if author is not None:
            return_message(self.message, author)
            if self.actor.kind != "user" or self.actor.id != author.pk:
                self.publish(
                    events.DraftMoved, ticket_id=self.ticket.pk, user_id=author.pk, what=self.why or "cancelled"
                )
        return self.message


class CallBackMessage(CancelMessage):
    """As CancelMessage, for a reply that waits for approval too: nobody is asked any more."""

    states = (MessageState.SCHEDULED, MessageState.WAITING)

    def execute(self) -> Message:
        """Return the cancelled message. ActionRefused when it has left already."""
        message = super().execute()
        undecided = Approval.objects.filter(message=message, verdict=Verdict.WAITING)
        undecided.update(verdict=Verdict.RETURNED, decided_at=timezone.now())
        return message


def check_author(action: TicketAction, message: Message) -> None:
    """Raise PermissionDenied for a user who neither wrote nor approved ``message`` nor may see all tickets."""
    user = action.user
    if user is None or message.author_user_id == user.pk:
        return
    if user.has_perm("wagtail_helpdesk.view_all_ticket"):
        return
    if not Approval.objects.filter(message=message, verdict=Verdict.APPROVED, decided_by=user).exists():
        raise PermissionDenied
