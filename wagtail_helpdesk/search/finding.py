"""Finds tickets: newest first, as many as were asked for, only what the user may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q

from wagtail_helpdesk import conf
from wagtail_helpdesk.desk.choices import HIDDEN, Category
from wagtail_helpdesk.search.engine import Place, Search
from wagtail_helpdesk.search.fulltext import Has
from wagtail_helpdesk.search.language import Query, parse
from wagtail_helpdesk.search.models import SearchEntry
from wagtail_helpdesk.search.operators import Narrowing, narrow
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.querysets import TicketQuerySet


@dataclass
class Found:
    """The answer to one query."""

    query: Query
    places: list[Place] = field(default_factory=list)
    #: Whether there is more than was asked for.
    more: bool = False
    hints: list[str] = field(default_factory=list)


def understand(text: str) -> Query:
    """Return what ``text`` asks for, with this desk's way of writing numbers."""
    return parse(text, prefix=conf.get("REFERENCE_PREFIX"))


def search(
    user: Any,
    query: Query,
    *,
    limit: int,
    inside: Category | None = None,
    among: TicketQuerySet | None = None,
    tickets_only: bool = False,
    now: datetime | None = None,
) -> Found:
    """Return the ``limit`` tickets in which ``query`` was found last. ``inside``: only of this category, spam or trash.

    ``among``: only these; they have to be ones that ``user`` may see. ``tickets_only``: what messages say is left out.

    The number of queries has a bound, however much there is: twelve, and one for each operator that names something.
    """
    narrowing = narrow(query, user, now=now)
    if among is None:
        among = Ticket.objects.visible_to(user).current()
    else:
        narrowing.is_narrow = True
    tickets = _among(among.filter(narrowing.condition), query, narrowing, inside)
    places = _numbered(tickets, query, user)
    if not query.is_number:
        if any(not term.negated for term in query.terms):
            places += Search(user, query, narrowing, tickets, limit + 1, tickets_only=tickets_only).places()
        elif query.operators or query.terms:
            places += _newest(tickets, narrowing, limit + 1)
    # The number's own ticket comes first, and once.
    once = list({place.ticket_id: place for place in reversed(places)}.values())[::-1]
    return Found(query, once[:limit], len(once) > limit, narrowing.hints)


def _among(tickets: TicketQuerySet, query: Query, narrowing: Narrowing, inside: Category | None) -> TicketQuerySet:
    """Return the tickets among which is searched."""
    for term in query.terms:
        if term.negated:
            narrowing.is_narrow = True
            tickets = tickets.exclude(Exists(SearchEntry.objects.filter(Has(term), ticket=OuterRef("pk"))))
    if inside is not None:
        return tickets.filter(category=inside)
    if query.is_number:
        return tickets
    return tickets.exclude(category__in=[category for category in HIDDEN if category not in narrowing.hidden])


def _numbered(tickets: TicketQuerySet, query: Query, user: Any) -> list[Place]:
    """Return the ticket of the number, or the one that it was merged into, for who may see both. One query."""
    if query.number is None:
        return []
    survivor = Ticket.objects.visible_to(user).filter(pk=query.number, merged_into__isnull=False).values("merged_into")
    rows = tickets.filter(Q(pk=query.number) | Q(pk__in=survivor)).values_list("pk", "last_activity_at")
    return [Place(key, None, at) for key, at in rows]


def _newest(tickets: TicketQuerySet, narrowing: Narrowing, limit: int) -> list[Place]:
    """Return the newest tickets where nothing is said of words that they have."""
    if narrowing.after:
        tickets = tickets.filter(last_activity_at__gte=narrowing.after)
    if narrowing.before:
        tickets = tickets.filter(last_activity_at__lt=narrowing.before)
    rows = tickets.order_by("-last_activity_at", "-pk").values_list("pk", "last_activity_at")
    return [Place(key, None, at) for key, at in rows[:limit]]
