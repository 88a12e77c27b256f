"""Finds tickets: newest first, as many as were asked for, only what the user may see.

How, with any number of tickets: first the newest entries are looked through, which finds what stands everywhere. What
does not turn up among them is rare, and the full text knows where it stands. Where a common word is looked for among
few tickets, their entries are looked through instead. Each of the three has its bound, and the number of queries does not
depend on how much there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from wagtail_helpdesk import conf
from wagtail_helpdesk.desk.choices import HIDDEN, Category
from wagtail_helpdesk.desk.querysets import team_ids_of
from wagtail_helpdesk.search import backends, fulltext
from wagtail_helpdesk.search.entries import assignee_mark, team_mark
from wagtail_helpdesk.search.language import Query, parse
from wagtail_helpdesk.search.models import SearchEntry
from wagtail_helpdesk.search.operators import Narrowing, narrow
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.querysets import VIEW_ALL_PERMISSION, TicketQuerySet
from wagtail_helpdesk.tickets.unions import Rows, Union

#: The newest entries that are looked through.
NEWEST = 3000
#: Of each team at least, where somebody is in several.
NEWEST_OF_TEAM = 500
#: Somebody in more teams than this has their entries looked up together.
MAX_TEAMS = 30
#: Of each category, the tickets that are somebody's own or were shared, whoever's team they are.
ELSEWHERE = 200
#: What the full text is asked for.
CANDIDATES = 5000
#: The newest of few tickets that are looked through for a common word.
FEW = 2000
#: A word is common that stands in so many of the newest entries.
COMMON = 30


class Place(NamedTuple):
    """Where something was found: the ticket and the newest of its entries."""

    ticket_id: int
    #: None for the ticket itself.
    message_id: int | None
    at: datetime


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


def search(user: Any, query: Query, *, limit: int, inside: Category | None = None, now: datetime | None = None) -> Found:
    """Return the ``limit`` tickets in which ``query`` was found last. ``inside``: only of this category, spam or trash.

    Nine queries at most, and one for each operator that names something.
    """
    narrowing = narrow(query, user, now=now)
    found = Found(query, hints=narrowing.hints)
    tickets = _tickets(user, query, narrowing, inside)
    numbered = _numbered(tickets, query)
    if query.is_number:
        places = numbered
    elif any(not term.negated for term in query.terms):
        places = _Search(user, query, narrowing, tickets, limit + 1).places()
    elif query.parts:
        places = _newest(tickets, narrowing, query, limit + 1)
    else:
        places = []
    places = _each_once([*numbered, *places])
    found.places, found.more = places[:limit], len(places) > limit
    return found


def _tickets(user: Any, query: Query, narrowing: Narrowing, inside: Category | None) -> TicketQuerySet:
    """Return the tickets among which is searched."""
    tickets = Ticket.objects.visible_to(user).current().filter(narrowing.condition)
    if inside is not None:
        return tickets.filter(category=inside)
    if query.is_number:
        return tickets
    return tickets.exclude(category__in=[category for category in HIDDEN if category not in narrowing.hidden])


def _numbered(tickets: TicketQuerySet, query: Query) -> list[Place]:
    """Return the ticket of the number, or the one that it was merged into. One query."""
    if query.number is None:
        return []
    survivor = Ticket.objects.filter(pk=query.number, merged_into__isnull=False).values("merged_into")
    rows = tickets.filter(Q(pk=query.number) | Q(pk__in=survivor)).values_list("pk", "last_activity_at")
    return [Place(key, None, at) for key, at in rows]


def _newest(tickets: TicketQuerySet, narrowing: Narrowing, query: Query, limit: int) -> list[Place]:
    """Return the newest tickets of operators alone."""
    if narrowing.after:
        tickets = tickets.filter(last_activity_at__gte=narrowing.after)
    if narrowing.before:
        tickets = tickets.filter(last_activity_at__lt=narrowing.before)
    without = [term.pattern for term in query.terms]
    if without:
        entries = SearchEntry.objects.filter(_any(without))
        tickets = tickets.exclude(pk__in=entries.values("ticket"))
    rows = tickets.order_by("-last_activity_at", "-pk").values_list("pk", "last_activity_at")
    return [Place(key, None, at) for key, at in rows[:limit]]


class _Search:
    """One search for words."""

    def __init__(self, user: Any, query: Query, narrowing: Narrowing, tickets: TicketQuerySet, limit: int) -> None:
        self.user, self.query, self.narrowing = user, query, narrowing
        self.tickets, self.limit = tickets, limit
        self.sees_all = user.has_perm(VIEW_ALL_PERMISSION)
        self.teams = [] if self.sees_all else list(team_ids_of(user))
        self.words = _all_of(query)

    def places(self) -> list[Place]:
        """Return where the words stand, the newest first, each ticket once."""
        if backends.backend() is not None:
            return self._visible(self._entries(self._from_server()))
        newest = self._read(self._newest_entries())
        places = self._visible(newest)
        if len(places) >= self.limit:
            return places
        if self.narrowing.is_narrow and len(newest) >= COMMON:
            return _each_once(sorted([*places, *self._of_few()], key=_newest_first))
        older = self._entries(
            fulltext.candidates(
                self.query.terms,
                self._marks(),
                limit=CANDIDATES,
                after=self.narrowing.after,
                before=self.narrowing.before,
            )
        )
        return _each_once(sorted([*places, *self._visible(older)], key=_newest_first))

    def _read(self, entries: QuerySet[SearchEntry]) -> list[Place]:
        """Return what of ``entries`` has the words."""
        rows = entries.filter(self.words).order_by("-at", "-pk").values_list("ticket", "key", "at")
        return [Place(ticket, key if key > 0 else None, at) for ticket, key, at in rows]

    def _newest_entries(self) -> QuerySet[SearchEntry]:
        entries = self._in_time(SearchEntry.objects.all())
        if self.sees_all:
            return entries.filter(pk__in=Union(Rows(entries.order_by("-at", "-pk"), NEWEST)))
        parts = [entries.filter(team=team) for team in self.teams]
        if len(parts) > MAX_TEAMS:
            parts = [entries.filter(team__in=self.teams)]
        each = max(NEWEST_OF_TEAM, NEWEST // max(1, len(parts)))
        rows = [Rows(part.order_by("-at", "-pk"), each) for part in parts]
        elsewhere = entries.filter(ticket__in=self._elsewhere()).exclude(team__in=self.teams)
        return entries.filter(pk__in=Union(*rows, Rows(elsewhere.order_by("-at", "-pk"), NEWEST)))

    def _elsewhere(self) -> Union:
        """The newest tickets that are the user's own or shared, for ``ticket__in``."""
        shared = Ticket.objects.shared_with(self.user).order_by("-last_activity_at", "-pk")
        own = Ticket.objects.filter(assignee=self.user).order_by("-last_activity_at", "-pk")
        return Union(
            Rows(shared, ELSEWHERE), *(Rows(own.filter(category=category), ELSEWHERE) for category in Category)
        )

    def _of_few(self) -> list[Place]:
        """Look through the newest of the tickets that the operators leave. Two queries."""
        keys = list(self.tickets.order_by("-last_activity_at", "-pk").values_list("pk", flat=True)[:FEW])
        return self._read(self._in_time(SearchEntry.objects.filter(ticket__in=keys)))

    def _marks(self) -> list[str]:
        if self.sees_all:
            return []
        return [*map(team_mark, self.teams), assignee_mark(self.user.pk)]

    def _from_server(self) -> list[int]:
        scope = Q() if self.sees_all else Q(team_id__in=self.teams)
        return backends.candidates(
            self.query.terms,
            scope,
            limit=CANDIDATES,
            after=self.narrowing.after,
            before=self.narrowing.before,
        )

    def _entries(self, keys: Sequence[int]) -> list[Place]:
        return self._read(SearchEntry.objects.filter(pk__in=keys)) if keys else []

    def _in_time(self, entries: QuerySet[SearchEntry]) -> QuerySet[SearchEntry]:
        if self.narrowing.after:
            entries = entries.filter(at__gte=self.narrowing.after)
        if self.narrowing.before:
            entries = entries.filter(at__lt=self.narrowing.before)
        return entries

    def _visible(self, places: Sequence[Place]) -> list[Place]:
        """Return the places in tickets that may be shown, each ticket once. One query, none for no places."""
        places = _each_once(places)
        if not places:
            return []
        keys = [place.ticket_id for place in places]
        shown = set(self.tickets.filter(pk__in=keys).values_list("pk", flat=True))
        return [place for place in places if place.ticket_id in shown]


def _all_of(query: Query) -> Q:
    wanted = Q()
    for term in query.terms:
        has = Q(words__contains=term.pattern)
        wanted &= ~has if term.negated else has
    return wanted


def _any(patterns: Iterable[str]) -> Q:
    wanted = Q()
    for pattern in patterns:
        wanted |= Q(words__contains=pattern)
    return wanted


def _each_once(places: Iterable[Place]) -> list[Place]:
    seen: dict[int, Place] = {}
    for place in places:
        seen.setdefault(place.ticket_id, place)
    return list(seen.values())


def _newest_first(place: Place) -> tuple[float, int]:
    return -place.at.timestamp(), -place.ticket_id
