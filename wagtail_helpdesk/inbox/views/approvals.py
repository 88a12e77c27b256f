"""Decide on a reply that waits for approval."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from wagtail_helpdesk import conf
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.decide_approval import (
    ApproveReply,
    ChangeReply,
    ReturnReply,
    WithdrawReply,
)
from wagtail_helpdesk.conversations.actions.send_guard import NewerMessages
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.inbox.answers import answer
from wagtail_helpdesk.inbox.conversation import message_item, messages_for
from wagtail_helpdesk.inbox.undoing import remember
from wagtail_helpdesk.inbox.views.base import TicketMixin
from wagtail_helpdesk.tickets.permissions import may


class ApprovalView(TicketMixin):
    """POST decides (``decision``): "approve", "return" or "change" for who was asked, "withdraw" for the author."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, message: int, decision: str) -> HttpResponse:
        """Do it and show what became of the reply. PermissionDenied for who may not, 404 for what is no decision."""
        waits = get_object_or_404(Message.objects.select_related("ticket"), pk=message, ticket=self.ticket)
        try:
            said = self._decide(waits, decision)
        except NewerMessages as error:
            # Told once: who approves again has read them.
            request.session[self._told(waits)] = max(newer.pk for newer in error.messages)
            again = _("Read it, then approve once more.")
            return self._answer(waits, f"{_written(error)} {again}", level="warning")
        except ActionRefused as error:
            return self._answer(waits, str(error), level="warning")
        return said

    def _decide(self, message: Message, decision: str) -> HttpResponse:
        given = {"message": message, "actor": self.actor}
        if decision == "approve":
            sent = ApproveReply(**given, last_seen=self.request.session.pop(self._told(message), None))()
            scheduled = sent.state == MessageState.SCHEDULED
            steps = [{"kind": "message", "ticket": self.ticket.pk, "message": message.pk}] if scheduled else []
            seconds = conf.get("UNDO_SECONDS") + 2 if scheduled else None
            said = _("Approved: it leaves in the name of %(name)s.") % {"name": message.author_name}
            return self._answer(message, said, undo=remember(self.request.user, steps), seconds=seconds)
        if decision == "return":
            ReturnReply(**given, note=self.request.POST.get("note", "")[:5000])()
            return self._answer(
                message, _("Given back: it is a draft of %(name)s again.") % {"name": message.author_name}
            )
        if decision == "change":
            ChangeReply(**given)()
            return self._answer(message, _("It is your draft now."), where="composer")
        if decision == "withdraw":
            WithdrawReply(**given)()
            return self._answer(message, _("It is your draft again, and nobody is asked any more."), where="composer")
        raise PermissionDenied

    def _told(self, message: Message) -> str:
        """Where the session keeps that a person was told of messages that came since a reply was written."""
        return f"helpdesk_approval_{message.pk}"

    def _answer(self, message: Message, said: str, *, where: str = "", **more: Any) -> HttpResponse:
        shown = messages_for([self.ticket.pk]).filter(pk=message.pk).first()
        name = f"message-{message.pk}"
        if shown is None:
            parts = {name: ("wagtail_helpdesk/inbox/taken_back.html", {"said": said})}
        else:
            rights = {f"may_{verb}": may(self.request.user, verb, self.ticket) for verb in ("reply", "change")}
            items = [message_item(shown, self.request.user)]
            context = {"items": items, "ticket": self.ticket, "standing_view": self.standing_view, **rights}
            parts = {name: ("wagtail_helpdesk/inbox/items.html", context)}
        return answer(
            self.request,
            then=f"{self.ticket_url}#{where or name}",
            said=said,
            parts=parts,
            tickets=[self.ticket.pk],
            drafts=True,
            **more,
        )


def _written(error: NewerMessages) -> str:
    """Return who wrote meanwhile, in words."""
    names = [one.author_name or one.from_address for one in error.messages]
    return _("%(names)s wrote since then.") % {"names": ", ".join(dict.fromkeys(filter(None, names))) or _("Somebody")}
