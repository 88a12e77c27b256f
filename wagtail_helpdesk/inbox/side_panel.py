"""What stands beside a conversation: the requester's other tickets, linked tickets, articles, where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.inbox.links import ticket_url
from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.knowledge_base.querysets import articles_of
from wagtail_helpdesk.tickets.choices import LinkKind
from wagtail_helpdesk.tickets.models import Ticket, TicketLink

OTHER_TICKETS = 5

#: How a link reads from the ticket that it leads away from, and from the one it leads to.
_READS: dict[str, tuple[Promise, Promise]] = {
    LinkKind.CONTINUES: (_("Continues"), _("Continued by")),
    LinkKind.POSSIBLY: (_("Possibly belongs to"), _("Possibly belongs here")),
    LinkKind.REPEATED: (_("Repeats"), _("Repeated by")),
    LinkKind.SIBLING: (_("Same message, other mailbox"), _("Same message, other mailbox")),
}


@dataclass(frozen=True)
class LinkedTicket:
    """A ticket that belongs to this one, and how."""

    ticket: Ticket
    relation: Promise


def side_panel(ticket: Ticket, user: Any) -> dict[str, Any]:
    """Return the context of the panel. Nothing in it names a ticket that ``user`` may not see."""
    others = visible_tickets(user).filter(requester=ticket.requester_id).exclude(pk=ticket.pk)
    found = list(others.select_related("status").order_by("-last_activity_at", "-pk")[: OTHER_TICKETS + 1])
    return {
        "other_tickets": found[:OTHER_TICKETS],
        "more_tickets": len(found) > OTHER_TICKETS,
        "linked_tickets": linked_tickets(ticket, user),
        "articles": articles_of(ticket, user),
    }


def linked_tickets(ticket: Ticket, user: Any) -> list[LinkedTicket]:
    """Return the visible tickets that ``ticket`` is linked to. Two queries."""
    links = list(TicketLink.objects.filter(Q(source=ticket) | Q(target=ticket)).order_by("pk"))
    ends = {link.target_id if link.source_id == ticket.pk else link.source_id for link in links}
    tickets = visible_tickets(user).select_related("status").in_bulk(ends) if ends else {}
    linked = []
    for link in links:
        leads_away = link.source_id == ticket.pk
        other = tickets.get(link.target_id if leads_away else link.source_id)
        if other is not None:
            linked.append(LinkedTicket(other, _READS[link.kind][0 if leads_away else 1]))
    return linked


def named_tickets(numbers: set[int], user: Any) -> dict[str, str]:
    """Return {reference: address} of those of ``numbers`` that ``user`` may see. One query, none without numbers."""
    tickets = visible_tickets(user).filter(pk__in=numbers).only("pk") if numbers else []
    return {ticket.reference: ticket_url(ticket) for ticket in tickets}
