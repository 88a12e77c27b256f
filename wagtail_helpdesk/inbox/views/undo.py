"""Take a reply back before it leaves; look what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.cancel_message import CancelMessage
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.inbox.conversation import message_item, messages_for
from wagtail_helpdesk.inbox.views.base import TicketMixin
from wagtail_helpdesk.tickets.permissions import may


class UndoView(TicketMixin):
    """POST takes the reply back; its author gets the text into the composer again."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, message: int) -> HttpResponse:
        """Cancel the message. PermissionDenied for somebody else's reply."""
        reply = get_object_or_404(Message, pk=message, ticket=self.ticket)
        try:
            CancelMessage(message=reply, actor=self.actor)()
        except ActionRefused as error:
            return self._answer(messages.WARNING, str(error), f"{self.ticket_url}#message-{reply.pk}")
        said = _("The reply was taken back. Nobody got it.")
        if reply.author_user_id != request.user.pk:
            return self._answer(messages.SUCCESS, said, self.ticket_url)
        joint = "&" if "?" in self.ticket_url else "?"
        restore = f"{self.ticket_url}{joint}restore={reply.pk}#composer"
        return self._answer(messages.SUCCESS, said, restore, restore_url=restore)

    def _answer(self, level: int, said: str, address: str, restore_url: str = "") -> HttpResponse:
        """Go to ``address``; whoever fetches stays, and gets what stands in the reply's place."""
        if not self.is_fetched:
            messages.add_message(self.request, level, said)
            return redirect(address)
        context = {"said": said, "restore_url": restore_url}
        html = render_to_string("wagtail_helpdesk/inbox/taken_back.html", context, self.request)
        return JsonResponse({"html": html})


class MessageView(TicketMixin):
    """One message as the conversation shows it: a page that waits for it to leave fetches it again."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, pk: int, message: int, **kwargs: Any) -> HttpResponse:
        """Return the message's part of the page."""
        item = message_item(get_object_or_404(messages_for([self.ticket.pk]), pk=message), request.user)
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
