"""Take a message back before it leaves, or send it now; look what became of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.cancel_message import CancelMessage
from wagtail_helpdesk.conversations.actions.send_now import SendNow
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.inbox.answers import answer
from wagtail_helpdesk.inbox.conversation import message_item, messages_for
from wagtail_helpdesk.inbox.focus.sessions import bring_back
from wagtail_helpdesk.inbox.undoing import taken_back_words
from wagtail_helpdesk.inbox.views.base import TicketMixin
from wagtail_helpdesk.tickets.permissions import may


class UndoView(TicketMixin):
    """POST takes the message back; its text is its author's draft again."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, message: int) -> HttpResponse:
        """Cancel the message. PermissionDenied for somebody else's."""
        written = get_object_or_404(Message.objects.select_related("ticket"), pk=message, ticket=self.ticket)
        try:
            CancelMessage(message=written, actor=self.actor)()
        except ActionRefused as error:
            where = f"{self.ticket_url}#message-{written.pk}"
            return answer(request, then=where, said=str(error), level="warning", tickets=[self.ticket.pk])
        bring_back(request.user, [self.ticket.pk])
        said = taken_back_words([written], request.user)
        gone = {f"message-{written.pk}": ("wagtail_helpdesk/inbox/taken_back.html", {"said": said})}
        where = f"{self.ticket_url}#composer"
        return answer(request, then=where, said=said, parts=gone, tickets=[self.ticket.pk], drafts=True)


class SendNowView(TicketMixin):
    """POST sends at once what was to leave later."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, message: int) -> HttpResponse:
        """Publish the message. PermissionDenied for somebody else's."""
        written = get_object_or_404(Message.objects.select_related("ticket"), pk=message, ticket=self.ticket)
        said, level = _("Sent."), "success"
        try:
            SendNow(message=written, actor=self.actor)()
        except ActionRefused as error:
            said, level = str(error), "warning"
        where = f"{self.ticket_url}#message-{written.pk}"
        return answer(request, then=where, said=said, level=level, tickets=[self.ticket.pk], drafts=True)


class MessageView(TicketMixin):
    """One message as the conversation shows it: a page that waits for it to leave fetches it again."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, pk: int, message: int, **kwargs: Any) -> HttpResponse:
        """Return the message's part of the page; nothing (204) for one that was taken back."""
        shown = messages_for([self.ticket.pk]).filter(pk=message).first()
        if shown is None:
            get_object_or_404(Message, pk=message, ticket=self.ticket, state=MessageState.CANCELLED)
            return HttpResponse(status=204)
        item = message_item(shown, request.user)
        context = {
            "items": [item],
            "ticket": self.ticket,
            "standing_view": self.standing_view,
            "may_promote": may(request.user, "promote", self.ticket),
            "may_reply": may(request.user, "reply", self.ticket),
            "may_change": may(request.user, "change", self.ticket),
            "may_redact_all": may(request.user, "change", self.ticket) and may(request.user, "delete", self.ticket),
        }
        return TemplateResponse(request, "wagtail_helpdesk/inbox/items.html", context)
