"""Show the images that a message names at other places."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.allow_images import AllowImages, TrustSender
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.inbox.conversation import message_item, messages_for
from wagtail_helpdesk.inbox.views.base import TicketMixin
from wagtail_helpdesk.tickets.permissions import may


class ImagesView(TicketMixin):
    """POST ``show``: "message" (this one), "sender" (all of its sender's), "never" (none of the sender's any more)."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, message: int) -> HttpResponse:
        """Write down what was chosen and go back to the message; whoever fetches gets the new choice."""
        chosen = get_object_or_404(Message.objects.for_agents(), pk=message, ticket=self.ticket)
        try:
            self._choose(chosen, request.POST.get("show", "message"))
        except ActionRefused as refusal:
            messages.warning(request, str(refusal))
        if not self.is_fetched:
            return redirect(f"{self.ticket_url}#message-{chosen.pk}")
        shown = get_object_or_404(messages_for([self.ticket.pk]), pk=chosen.pk)
        context = {
            "item": message_item(shown, request.user),
            "message": shown,
            "ticket": self.ticket,
            "standing_view": self.standing_view,
            "may_change": may(request.user, "change", self.ticket),
        }
        return TemplateResponse(request, "wagtail_helpdesk/inbox/remote_images.html", context)

    def _choose(self, message: Message, choice: str) -> None:
        if choice == "message":
            AllowImages(message=message, actor=self.actor)()
        else:
            TrustSender(message=message, allowed=choice == "sender", actor=self.actor)()
