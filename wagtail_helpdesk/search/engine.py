"""Looks for words among the entries, within bounds.

First the newest entries are looked through, which finds what stands everywhere. What does not turn up among them is
rare, and the full text knows where it stands: it is asked for the last months, then for all. Where a common word is
looked for among few tickets, their entries are looked through instead. Each of these has its bound, and the number of
queries does not depend on how much there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.querysets import stands_in_for, team_ids_of
from wagtail_helpdesk.search import backends, fulltext
from wagtail_helpdesk.search.entries import assignee_mark, month_mark, team_mark
from wagtail_helpdesk.search.fulltext import Has, Wanted
from wagtail_helpdesk.search.language import Query, Term
from wagtail_helpdesk.search.models import SearchEntry
from wagtail_helpdesk.search.operators import Narrowing
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
CANDIDATES = 2000
#: The months that it is asked for first.
MONTHS = 4
#: The newest of few tickets that are looked through for a common word.
FEW = 1000
#: A word is common that stands in so many of the newest entries.
COMMON = 30
#: Tickets whose visibility is asked first: those that are shown are among them, as a rule.
FIRST = 200


class Place(NamedTuple):
    """Where something was found: the ticket and the newest of its entries."""

    ticket_id: int
    #: None for the ticket itself.
    message_id: int | None
    at: datetime


class Search:
    """One search for words in ``tickets``, the ones that ``user`` may see and the operators leave."""

    def __init__(
        self,
        user: Any,
        query: Query,
        narrowing: Narrowing,
        tickets: TicketQuerySet,
        limit: int,
        *,
        tickets_only: bool = False,
    ) -> None:
        self.user, self.query, self.narrowing = user, query, narrowing
        self.tickets, self.limit = tickets, limit
        self.sees_all = user.has_perm(VIEW_ALL_PERMISSION)
        self.teams = [] if self.sees_all else list(team_ids_of(user))
        #: Whose tickets are seen as the own ones.
        self.assignees = [] if self.sees_all else [user.pk, *stands_in_for(user)]
        self.words = Q()
        for term in query.terms:
            # What must not be there must not be anywhere in the ticket: ``tickets`` knows.
            if not term.negated:
                self.words &= Q(Has(term))
        if tickets_only:
            self.words &= Q(key__lt=0)

    def places(self) -> list[Place]:
        """Return where the words stand, the newest first, each ticket once."""
        if backends.backend() is not None:
            return self._from_server()
        newest = self._read(self._newest_entries())
        places = self._visible(newest)
        if len(places) >= self.limit:
            return places
        if self.narrowing.is_narrow and len(newest) >= COMMON:
            return merged(places, self._of_few())
        words = self._telling_words()
        for months in self._windows():
            groups = [group for group in (self._marks(), months) if group]
            wanted = Wanted(words, groups, self.narrowing.after, self.narrowing.before)
            places = merged(places, self._visible(self._entries(fulltext.candidates(wanted, CANDIDATES))))
            if len(places) >= self.limit:
                break
        return places

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
        return entries.filter(pk__in=Union(*rows, Rows(self._elsewhere().order_by("-at", "-pk"), NEWEST)))

    def _elsewhere(self) -> QuerySet[SearchEntry]:
        """The entries of the newest tickets that are the user's own or shared, and of other teams."""
        newest = ("-last_activity_at", "-pk")
        shared = Ticket.objects.shared_with(self.user).exclude(team__in=self.teams).order_by(*newest)
        own = Ticket.objects.filter(assignee__in=self.assignees).exclude(team__in=self.teams).order_by(*newest)
        each = [Rows(own.filter(category=category), ELSEWHERE) for category in Category]
        return self._in_time(SearchEntry.objects.filter(ticket__in=Union(Rows(shared, ELSEWHERE), *each)))

    def _of_few(self) -> list[Place]:
        """Look through the newest of the tickets that the operators leave. Two queries."""
        keys = list(self.tickets.order_by("-last_activity_at", "-pk").values_list("pk", flat=True)[:FEW])
        return _each_once(self._read(self._in_time(SearchEntry.objects.filter(ticket__in=keys))))

    def _telling_words(self) -> dict[str, bool]:
        """Return the words to ask the full text for.

        A beginning that stands everywhere is left out where there are other words: to gather all that begins so takes
        long. One query, where there is such a question.
        """
        words = fulltext.words_of(self.query.terms)
        beginnings = [word for word, begins in words.items() if begins]
        if not beginnings or len(words) == 1:
            return words
        term = Term((beginnings[0],), is_beginning=True)
        newest = SearchEntry.objects.order_by("-at", "-pk")
        sample = SearchEntry.objects.filter(pk__in=Union(Rows(newest, NEWEST_OF_TEAM)))
        if sample.aggregate(found=Count("pk", filter=Q(Has(term))))["found"] > COMMON:
            del words[beginnings[0]]
        return words

    def _windows(self) -> list[list[str]]:
        """Return the months that are looked through, by their marks: some, then all of them ([])."""
        # The marks are those of UTC: there, the first of a month may still be the last of the one before.
        end = (self.narrowing.before or timezone.now()).astimezone(UTC)
        first = end.year * 12 + end.month - 1
        months = [
            end.replace(year=(first - back) // 12, month=(first - back) % 12 + 1, day=1) for back in range(MONTHS)
        ]
        return [[month_mark(month) for month in months], []]

    def _marks(self) -> list[str]:
        if self.sees_all:
            return []
        return [*map(team_mark, self.teams), *map(assignee_mark, self.assignees)]

    def _from_server(self) -> list[Place]:
        scope = Q() if self.sees_all else Q(team_id__in=self.teams)
        narrowing = self.narrowing
        found = backends.candidates(
            fulltext.words_of(self.query.terms), scope, CANDIDATES, after=narrowing.after, before=narrowing.before
        )
        places = self._entries(found)
        if not self.sees_all:
            places = merged(places, self._read(self._elsewhere()))
        return self._visible(places)

    def _entries(self, keys: Sequence[int]) -> list[Place]:
        return self._read(SearchEntry.objects.filter(pk__in=keys)) if keys else []

    def _in_time(self, entries: QuerySet[SearchEntry]) -> QuerySet[SearchEntry]:
        if self.narrowing.after:
            entries = entries.filter(at__gte=self.narrowing.after)
        if self.narrowing.before:
            entries = entries.filter(at__lt=self.narrowing.before)
        return entries

    def _visible(self, places: Sequence[Place]) -> list[Place]:
        """Return the places in tickets that may be shown, each ticket once. Two queries at most."""
        places = _each_once(places)
        shown: list[Place] = []
        for part in (places[:FIRST], places[FIRST:]):
            if part and len(shown) < self.limit:
                keys = [place.ticket_id for place in part]
                visible = set(self.tickets.filter(pk__in=keys).values_list("pk", flat=True))
                shown += [place for place in part if place.ticket_id in visible]
        return shown


def merged(*places: Iterable[Place]) -> list[Place]:
    """Return places together, the newest first, each ticket once."""
    return _each_once(sorted((place for some in places for place in some), key=_newest_first))


def _each_once(places: Iterable[Place]) -> list[Place]:
    seen: dict[int, Place] = {}
    for place in places:
        seen.setdefault(place.ticket_id, place)
    return list(seen.values())


def _newest_first(place: Place) -> tuple[float, int]:
    return -place.at.timestamp(), -place.ticket_id
