"""What the shop knows, shown to agents beside the conversation."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from wagtail import hooks

from wagtail_helpdesk.inbox.site_panels import Fact, TicketPanel
from wagtail_helpdesk.tickets.models import Ticket
from website.orders import order_called


@hooks.register("helpdesk_ticket_panels")
def show_order(ticket: Ticket, user: Any) -> list[TicketPanel]:
    """Return the order whose number stands in the ticket's field, nothing for an unknown one."""
    order = order_called(ticket.custom_fields.get("order_number", ""))
    if order is None:
        return []
    facts = [
        Fact(_("Number"), order.number),
        Fact(_("Goods"), "\n".join(order.goods)),
        Fact(_("Paid"), order.paid),
        Fact(_("Sent"), order.sent),
    ]
    return [TicketPanel(_("Order"), facts)]
