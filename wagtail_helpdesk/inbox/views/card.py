"""A ticket in a few lines, for whoever points at a link to it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from wagtail_helpdesk.inbox.durations import short_time_since
from wagtail_helpdesk.inbox.people import name_with_absence
from wagtail_helpdesk.inbox.views.base import TicketMixin


class CardView(TicketMixin):
    """GET the card. Http404 for a ticket that one may not see, as for one that does not exist."""

    http_method_names = ["get", "head", "options"]

    def get_tickets(self) -> Any:
        """Return the tickets with what the card shows."""
        return super().get_tickets().select_related("requester").prefetch_related("requester__emails")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return a part of a page."""
        ticket = self.ticket
        context = {
            "ticket": ticket,
            "assignee": name_with_absence(ticket.assignee) if ticket.assignee else "",
            "waits": short_time_since(ticket.customer_waiting_since),
            "active": short_time_since(ticket.last_activity_at),
        }
        return TemplateResponse(request, "wagtail_helpdesk/inbox/card.html", context)
