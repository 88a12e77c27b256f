"""Columns of the logs."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from wagtail.admin.ui.tables import Column


class TicketColumn(Column):
    """The ticket that a mail belongs to, with the way to its conversation. The rows are of visible tickets only."""

    cell_template_name = "wagtail_helpdesk/configuration/ticket_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        if instance.ticket is not None:
            context["reference"] = instance.ticket.reference
            context["url"] = reverse("helpdesk_tickets:ticket", args=[instance.ticket_id])
        return context


class RecipientsColumn(Column):
    """Each recipient of a mail of ours with what became of it."""

    cell_template_name = "wagtail_helpdesk/configuration/recipients_cell.html"
