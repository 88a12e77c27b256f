"""Where somebody works: a view with what narrows and orders it, written into the addresses of its tickets.

So previous and next, the slim list and "all that match" mean the very list that one looks at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlencode

from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from wagtail_helpdesk.inbox.grouping.kinds import Grouping, grouping_called, is_grouping_name
from wagtail_helpdesk.inbox.ordering import ORDERINGS, Ordering
from wagtail_helpdesk.inbox.saved.lists import find_saved_view
from wagtail_helpdesk.inbox.search_results import SearchResults
from wagtail_helpdesk.inbox.standing_views import (
    BY_SLUG,
    STANDING_IN,
    Scopes,
    find_team_view,
    standing_in_views,
    visible_tickets,
)
from wagtail_helpdesk.tickets.conditions.fields import Context
from wagtail_helpdesk.tickets.conditions.language import (
    MAX_TEXT,
    MAX_VALUES,
    Conditions,
    make_condition,
)
from wagtail_helpdesk.tickets.conditions.ticket_fields import MINE
from wagtail_helpdesk.tickets.querysets import TicketQuerySet

#: What the address of a list can be narrowed by: fields of ``tickets.conditions``.
FILTERS = ("status", "priority", "ticket_type", "team", "assignee", "tag", "channel", "mailbox")
SEARCH, SORT, GROUP, MAILBOX = "q", "sort", "group", "mailbox"
#: Everything that the address of a list can say of what it shows.
_NAMES = (*FILTERS, SEARCH, SORT, GROUP)
#: Stands in a place's token, and in no address of a list: the tickets opened from it belong to a focus session.
FOCUS = "focus"
#: Filters whose values are keys of rows, with the words that they take beside.
_KEYED = {"status": (), "priority": (), "ticket_type": (), "team": (MINE,), "tag": (), "mailbox": ()}


class View(Protocol):
    """A standing view or a saved one."""

    slug: str
    label: Any
    icon: str
    ordering: Ordering
    grouping: str
    empty: Any
    hidden: bool
    columns: frozenset[str] | None
    parent: str
    categories: tuple[Any, ...]
    #: Whether it reads no more than so many tickets, grouped or not.
    is_bounded: bool

    def tickets_for(self, user: Any) -> TicketQuerySet: ...

    def parts_for(self, user: Any, scopes: Scopes) -> list[TicketQuerySet]: ...

    def counted_for(self, user: Any, scopes: Scopes) -> list[TicketQuerySet]: ...


def find_view(slug: str, user: Any) -> View | None:
    """Return the view of that name, None where there is none for this user."""
    if slug in BY_SLUG:
        return BY_SLUG[slug]
    if slug == STANDING_IN.slug:
        return next(iter(standing_in_views(user)), None)
    kind, _dash, key = slug.partition("-")
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return None
    if kind == "team":
        return find_team_view(int(key), user)
    return find_saved_view(int(key), user) if kind == "saved" else None


@dataclass(frozen=True)
class Place:
    """A view, and pairs of name and value that narrow, search or order it."""

    view: View
    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of_query(cls, view: View, query: QueryDict) -> Place:
        """Return the place that the query of a list's address asks for."""
        pairs = ((name, value) for name in _NAMES for value in query.getlist(name)[:MAX_VALUES])
        return cls(view, tuple(_clean(pairs)))

    @classmethod
    def parse(cls, text: str, user: Any) -> Place | None:
        """Return the place that :attr:`token` or :attr:`slug` wrote, None for any other text."""
        slug, *rest = text.split(";")
        view = find_view(slug, user)
        if view is None:
            return None
        pairs = (tuple(map(unquote, entry.partition("=")[::2])) for entry in rest[:MAX_VALUES])
        return cls(view, tuple(_clean(pair for pair in pairs if pair[0] in (*_NAMES, FOCUS))))

    @property
    def slug(self) -> str:
        """The place in one word, as it stands in an address: "all", "all;status=3;sort=newest"."""
        return ";".join([self.view.slug, *(f"{name}={quote(value, safe='')}" for name, value in self.pairs)])

    @property
    def query_string(self) -> str:
        """What follows the view's own address."""
        return urlencode(self.out_of_focus.pairs)

    @property
    def is_in_focus(self) -> bool:
        """Whether it is worked through, one ticket after another."""
        return bool(self.value(FOCUS))

    @property
    def in_focus(self) -> Place:
        """The same place, worked through."""
        return self if self.is_in_focus else replace(self, pairs=(*self.pairs, (FOCUS, "1")))

    @property
    def out_of_focus(self) -> Place:
        """The same place as a list."""
        return replace(self, pairs=tuple(pair for pair in self.pairs if pair[0] != FOCUS))

    @property
    def label(self) -> Any:
        """The view's name."""
        return self.view.label

    @property
    def icon(self) -> str:
        """The view's icon."""
        return self.view.icon

    @property
    def hidden(self) -> bool:
        """Whether searches look into it only from inside."""
        return self.view.hidden

    @property
    def empty(self) -> Any:
        """What an empty list says."""
        return self.view.empty

    def value(self, name: str) -> str:
        """Return the first value of a name, "" for none."""
        return next((value for key, value in self.pairs if key == name), "")

    @property
    def mailbox(self) -> int | None:
        """The mailbox that the place is kept to; None for all, and for several."""
        chosen = [value for name, value in self.pairs if name == MAILBOX]
        return int(chosen[0]) if len(chosen) == 1 else None

    @cached_property
    def ordering(self) -> Ordering:
        """The order asked for, else the view's own; found tickets come newest first."""
        chosen = ORDERINGS.get(self.value(SORT))
        return chosen or (ORDERINGS["newest"] if self.value(SEARCH) else self.view.ordering)

    @cached_property
    def grouping(self) -> Grouping | None:
        """By what the list is grouped: as asked for, else as the view is. What a search found has an order of its own.

        One query where that is a field that an administrator added.
        """
        return None if self.value(SEARCH) else grouping_called(self.value(GROUP) or self.view.grouping)

    @cached_property
    def conditions(self) -> Conditions:
        """What the filters ask."""
        found = []
        for field in FILTERS:
            values = [value for name, value in self.pairs if name == field]
            if values:
                found.append(make_condition(field, "is", values))
        return Conditions(all=tuple(found))

    @property
    def all_conditions(self) -> list[Conditions]:
        """What the filters ask, and what the view itself asks where it is a saved one."""
        own = getattr(self.view, "conditions", None)
        return [self.conditions, own] if own else [self.conditions]

    @property
    def is_plain(self) -> bool:
        """Whether it shows the whole view, of all mailboxes or of one: so that its parts serve."""
        return not any(name not in (SORT, GROUP, MAILBOX, FOCUS) for name, _value in self.pairs) and (
            self.mailbox is not None or not self.value(MAILBOX)
        )

    def tickets_for(self, user: Any) -> TicketQuerySet:
        """Return the tickets of this place that ``user`` may see."""
        results = self.results_for(user)
        if results is not None:
            return visible_tickets(user).filter(pk__in=results.keys)
        tickets = self.view.tickets_for(user)
        return tickets.filter(self._narrowing(user)) if self.conditions else tickets

    def parts_for(self, user: Any, scopes: Scopes) -> list[TicketQuerySet]:
        """Return the same tickets in parts that an index has in order; none where filters show less than the view."""
        if not self.is_plain:
            return []
        parts = self.view.parts_for(user, scopes)
        return [part.filter(mailbox=self.mailbox) for part in parts] if self.mailbox is not None else parts

    def results_for(self, user: Any, page: str = "") -> SearchResults | None:
        """Return what the search of this place finds, None where it has none.

        In all views, spam and trash only from inside.
        """
        words = self.value(SEARCH)
        if not words:
            return None
        return SearchResults(
            user,
            words,
            among=visible_tickets(user).filter(self._narrowing(user)) if self.conditions else None,
            inside=self.view.categories[0] if self.view.hidden else None,
            page=page,
            ordering=ORDERINGS.get(self.value(SORT)),
        )

    def _narrowing(self, user: Any) -> Q:
        return self.conditions.to_query(Context(user, timezone.now()))


def _clean(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for name, value in pairs:
        # The semicolon parts the pairs of a token.
        value = value.replace("\x00", "").replace(";", " ").strip()
        if name in FILTERS:
            value = value[:MAX_TEXT]
            is_key = value.isascii() and value.isdigit() and len(value) < 19
            if not value or (name in _KEYED and not is_key and value not in _KEYED[name]):
                continue
        if name == GROUP and not is_grouping_name(value):
            continue
        if value and (name != SORT or value in ORDERINGS) and (name != FOCUS or value == "1"):
            yield name, value
