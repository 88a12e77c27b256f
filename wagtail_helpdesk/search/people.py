"""People that were found: who asked in tickets that the user may see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.search.finding import search
from wagtail_helpdesk.search.language import Query, parse
from wagtail_helpdesk.search.snippets import Piece, pieces
from wagtail_helpdesk.tickets.models import Ticket

MAX_PEOPLE = 5
#: Their newest tickets that are looked through; one person may have many.
TICKETS = 30
MAX_WORDS = 4


@dataclass(frozen=True)
class Person:
    """Somebody who asks, with name and address in pieces, those that were looked for told apart."""

    contact: Contact
    name: list[Piece]
    address: list[Piece]
    #: What finds all their tickets.
    search: str


def find_people(user: Any, query: Query) -> list[Person]:
    """Return the people with all words of ``query`` in their name or address; [] for a search with operators."""
    words = query.plain.split()
    if query.operators or query.is_number or not 0 < len(words) <= MAX_WORDS:
        return []
    asked = parse(" ".join(f"from:{word}" for word in words if '"' not in word))
    places = search(user, replace(asked, number=None), limit=TICKETS, tickets_only=True).places
    tickets = Ticket.objects.filter(pk__in=[place.ticket_id for place in places]).order_by("-last_activity_at", "-pk")
    found: dict[int, Contact] = {}
    for ticket in tickets.select_related("requester").prefetch_related("requester__emails"):
        found.setdefault(ticket.requester_id, ticket.requester)
    return [_person(contact, query) for contact in list(found.values())[:MAX_PEOPLE]]


def _person(contact: Contact, query: Query) -> Person:
    # Found by a ticket that names somebody: the address says whom, whatever others are called.
    return Person(
        contact,
        pieces(contact.name, query),
        pieces(contact.address, query),
        f'from:"{contact.address or contact.name}"',
    )
