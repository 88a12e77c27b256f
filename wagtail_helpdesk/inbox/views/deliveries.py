"""Decide on a mail that was not sent, or whose fate is unknown."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.inbox.views.base import TicketMixin
from wagtail_helpdesk.mail.actions.settle_mail import ACTIONS
from wagtail_helpdesk.mail.arriving.decisions import decision_named
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.reporting.problems import FOR_OUTSIDERS


class DeliveryView(TicketMixin):
    """POST carries out a decision on a mail: send it again, it arrived, do not send it, leave it at that."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int, mail: int, decision: str) -> HttpResponse:
        """Carry out the decision, go back to the message."""
        outbound = get_object_or_404(OutboundMail, pk=mail, ticket=self.ticket, audience__in=FOR_OUTSIDERS)
        action = ACTIONS.get(decision_named(decision))
        if action is None:
            raise Http404
        try:
            action(mail=outbound, actor=self.actor)()
        except ActionRefused as error:
            messages.warning(request, str(error))
        return redirect(f"{self.ticket_url}#message-{outbound.message_id}" if outbound.message_id else self.ticket_url)
