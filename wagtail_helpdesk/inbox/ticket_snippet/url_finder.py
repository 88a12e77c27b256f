"""Where the admin links to when it names a ticket."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may


class TicketAdminURLFinder:
    """Finds the conversation, for whoever may see it; Wagtail's own asks for the right to change, on the model."""

    def __init__(self, user: Any = None) -> None:
        self.user = user

    def get_edit_url(self, instance: Ticket) -> str | None:
        """Return the address of the conversation; None when the user may not see it. Without a user: always."""
        if self.user is not None and not may(self.user, "view", instance):
            return None
        return reverse("helpdesk_tickets:ticket", args=[instance.pk])
