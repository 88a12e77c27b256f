"""Decide on a mail that was not sent, or whose fate is unknown."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.inbox.views.base import TicketMixin
from wagtail_helpdesk.mail.actions.settle_mail import MarkDelivered, RetryMail
from wagtail_helpdesk.mail.models import OutboundMail

_ACTIONS = {"retry": RetryMail, "confirm": MarkDelivered}


class DeliveryView(TicketMixin):
    """POST sends a mail again (``retry``), or says that it arrived (``confirm``)."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, mail: int, decision: str) -> HttpResponse:
        """Carry out the decision, go back to the message."""
        outbound = get_object_or_404(OutboundMail, pk=mail, ticket=self.ticket)
        try:
            _ACTIONS[decision](mail=outbound, actor=self.actor)()
        except ActionRefused as error:
            messages.warning(request, str(error))
        return redirect(f"{self.ticket_url}#message-{outbound.message_id}" if outbound.message_id else self.ticket_url)
