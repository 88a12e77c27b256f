"""What stands beside a conversation: the requester's other tickets, articles, where it came from."""

from __future__ import annotations

from typing import Any

from wagtail_helpdesk.inbox.links import ticket_url
from wagtail_helpdesk.inbox.site_panels import site_panels
from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.knowledge_base.querysets import articles_of
from wagtail_helpdesk.tickets.models import Ticket

OTHER_TICKETS = 5
#: An address that a stranger sent may be of any kind: only the web's are links.
_WEB = ("https://", "http://")


def side_panel(ticket: Ticket, user: Any) -> dict[str, Any]:
    """Return the context of the panel. Nothing in it names a ticket that ``user`` may not see."""
    others = visible_tickets(user).filter(requester=ticket.requester_id).exclude(pk=ticket.pk)
    found = list(others.select_related("status").order_by("-last_activity_at", "-pk")[: OTHER_TICKETS + 1])
    return {
        "other_tickets": found[:OTHER_TICKETS],
        "more_tickets": len(found) > OTHER_TICKETS,
        "recent_pages": _pages_of(ticket, found),
        "site_panels": site_panels(ticket, user),
        "articles": articles_of(ticket, user),
    }


def _pages_of(ticket: Ticket, others: list[Ticket]) -> list[tuple[str, str]]:
    """Return (title, address) of the pages from which the requester wrote the other tickets, each once."""
    pages = {other.source_url: other.source_title for other in others if other.source_url.startswith(_WEB)}
    pages.pop(ticket.source_url, None)
    return [(title or url, url) for url, title in pages.items()]


def named_tickets(numbers: set[int], user: Any) -> dict[str, str]:
    """Return {reference: address} of those of ``numbers`` that ``user`` may see. One query, none without numbers."""
    tickets = visible_tickets(user).filter(pk__in=numbers).only("pk") if numbers else []
    return {ticket.reference: ticket_url(ticket) for ticket in tickets}
