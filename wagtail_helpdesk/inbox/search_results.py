"""What the list shows of a search: hits instead of rows in order, the people, and what was understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import get_language

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.inbox.ordering import Key, Ordering
from wagtail_helpdesk.inbox.paging import PAGE_SIZE, KeyPage, key_page
from wagtail_helpdesk.knowledge_base.suggesting import ArticleHit, find_articles
from wagtail_helpdesk.search.finding import Found, search, understand
from wagtail_helpdesk.search.hits import hits_of
from wagtail_helpdesk.search.language import Part, Query
from wagtail_helpdesk.search.operators import HELP
from wagtail_helpdesk.search.people import Person, find_people
from wagtail_helpdesk.tickets.querysets import TicketQuerySet

#: Whoever wants to see more has to say more.
MAX_PAGES = 8
MAX_ARTICLES = 4
#: Letters without which no articles are looked for.
LEAST_FOR_ARTICLES = 3


@dataclass(frozen=True)
class Chip:
    """An operator that was understood, and the search without it."""

    part: Part
    #: What follows the question mark.
    without: str


class SearchResults:
    """The results of one search: among ``among``, tickets that the user may see, or among all of those.

    ``inside``: of this category only. ``page``: the number of the page, as it stands in the address. ``ordering``:
    another order than that of the finds; its pages go by key.
    """

    def __init__(
        self,
        user: Any,
        text: str,
        *,
        among: TicketQuerySet | None,
        inside: Category | None,
        page: str,
        ordering: Ordering | None,
    ) -> None:
        self.user, self.among, self.inside, self.ordering = user, among, inside, ordering
        self.query: Query = understand(text)
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 3 else 1
        self.number = max(1, min(number, MAX_PAGES))

    @cached_property
    def found(self) -> Found:
        """What was found, up to the end of this page; for another order, all."""
        return self._search(PAGE_SIZE * (MAX_PAGES if self.ordering else self.number))

    def _search(self, limit: int) -> Found:
        return search(self.user, self.query, limit=limit, inside=self.inside, among=self.among)

    def page(self, rows: TicketQuerySet, after: Key | None, before: Key | None) -> KeyPage:
        """Return the page of ``rows``, each with what was found in it as ``hit``."""
        if self.ordering:
            return self._sorted_page(rows, self.ordering, after, before)
        places = self.found.places[PAGE_SIZE * (self.number - 1) :]
        tickets = rows.in_bulk([place.ticket_id for place in places])
        shown = [(tickets[place.ticket_id], place) for place in places if place.ticket_id in tickets]
        return self._with_hits(shown, None, None)

    def _sorted_page(self, rows: TicketQuerySet, ordering: Ordering, after: Key | None, before: Key | None) -> KeyPage:
        places = {place.ticket_id: place for place in self.found.places}
        page = key_page(rows.filter(pk__in=list(places)), ordering, after=after, before=before)
        return self._with_hits([(ticket, places[ticket.pk]) for ticket in page.rows], page.before, page.after)

    @cached_property
    def keys(self) -> list[int]:
        """The keys of all tickets that the pages show."""
        return [place.ticket_id for place in self._search(PAGE_SIZE * MAX_PAGES).places]

    @property
    def previous(self) -> int | None:
        """The number of the page before, None for the first."""
        return self.number - 1 if self.number > 1 and not self.ordering else None

    @property
    def next(self) -> int | None:
        """The number of the page after, None where there is none."""
        there_is = self.found.more and self.number < MAX_PAGES and not self.ordering
        return self.number + 1 if there_is else None

    @property
    def is_cut(self) -> bool:
        """Whether there is more than is shown on all pages."""
        return self.found.more and (self.number == MAX_PAGES or self.ordering is not None)

    @cached_property
    def people(self) -> list[Person]:
        """The people who are called so, on the first page."""
        return find_people(self.user, self.query) if self.number == 1 and self.inside is None else []

    @cached_property
    def articles(self) -> list[ArticleHit]:
        """The articles with all words of the search, on the first page; none for a search with operators."""
        words = self.query.plain
        if self.number != 1 or self.query.operators or self.query.is_number or len(words) < LEAST_FOR_ARTICLES:
            return []
        return find_articles(words, language=get_language() or "", limit=MAX_ARTICLES, operator="and")

    def chips(self, asked: QueryDict) -> list[Chip]:
        """Return the operators that were understood, each with the address without it."""
        chips = []
        for part in self.query.operators:
            if part.value:
                rest = asked.copy()
                for name in ("p", "after", "before", "_w_filter_fragment"):
                    rest.pop(name, None)
                rest["q"] = self.query.without(part)
                chips.append(Chip(part, rest.urlencode()))
        return chips

    def _with_hits(self, shown: list[Any], before: Key | None, after: Key | None) -> KeyPage:
        for (ticket, _place), hit in zip(shown, hits_of(shown, self.query), strict=True):
            ticket.hit = hit
        return KeyPage([ticket for ticket, _place in shown], before, after)


#: What the help beneath the box says.
OPERATOR_HELP = HELP.items()
