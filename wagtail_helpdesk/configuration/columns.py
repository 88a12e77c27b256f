"""Columns of the logs."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from wagtail.admin.ui.tables import Column

from wagtail_helpdesk.configuration.visibility import VIEW_ARRIVED


class TicketColumn(Column):
    """The ticket that a mail belongs to, with the way to its conversation. The rows are of visible tickets only."""

    cell_template_name = "wagtail_helpdesk/configuration/ticket_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        ticket = self.get_value(instance)
        if ticket is not None:
            context["reference"] = ticket.reference
            context["url"] = reverse("helpdesk_tickets:ticket", args=[ticket.pk])
        return context


class ReportColumn(Column):
    """The reports by mail about a recipient's mail, with the way to each in the Mail log for those who may see it."""

    cell_template_name = "wagtail_helpdesk/configuration/report_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        context["may_see"] = parent_context["request"].user.has_perm(VIEW_ARRIVED)
        context["reports"] = list(dict.fromkeys(event.inbound_id for event in instance.outbound.delivery_events.all()))
        return context


class RecipientsColumn(Column):
    """Each recipient of a mail of ours with what became of it."""

    cell_template_name = "wagtail_helpdesk/configuration/recipients_cell.html"
