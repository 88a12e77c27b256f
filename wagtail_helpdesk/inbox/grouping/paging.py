"""Pages of a grouped list by key: by group first, within each group in the order of the list.

The groups that a page can reach are known beforehand, so that the database sorts no more than theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, When
from django.db.models import Value as Constant

from wagtail_helpdesk.inbox.grouping.groups import COLUMN, Group, groups_of, key_in, with_group
from wagtail_helpdesk.inbox.grouping.kinds import Grouping, Value
from wagtail_helpdesk.inbox.ordering import Key, Ordering


@dataclass(frozen=True)
class Section:
    """The rows of one group on one page."""

    group: Group
    rows: list[Any]
    #: Whether it began on the page before, and whether it goes on on the next one.
    continues: bool
    goes_on: bool


@dataclass(frozen=True)
class GroupedPage:
    """Rows in order, and the same under their headings; otherwise as a ``KeyPage``."""

    rows: list[Any]
    before: Key | None
    after: Key | None
    sections: list[Section] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)


class GroupedRows:
    """The rows of a list by group. ``tickets`` are bounded; ``shown`` the same, fetched as rows want it; ``known`` all
    that the user may see."""

    def __init__(
        self, tickets: QuerySet, shown: QuerySet, ordering: Ordering, grouping: Grouping, known: QuerySet
    ) -> None:
        self.tickets, self.shown, self.ordering, self.grouping = tickets, shown, ordering, grouping
        self.known = known
        self.groups: list[Group] = []

    def page(self, *, after: Key | None, before: Key | None, size: int) -> GroupedPage:
        """Return the page after ``after``, or before ``before``, else the first one. Three queries, and those of rows.

        One more where the way back does not fill a page: then the first page is shown.
        """
        after, before = (key if key and key.group is not None else None for key in (after, before))
        key = after or before
        self._look(key)
        after, before = (one if one and self._place_of(one) is not None else None for one in (after, before))
        if before is not None and after is None:
            found = list(self._stretch(size + 1, before, reverse=True))
            if len(found) > size:
                return self._page(found[:size][::-1], previous=self._key(found[size]), following=before)
        found = list(self._stretch(size + 1, after))
        following = self._key(found[size]) if len(found) > size else None
        return self._page(found[:size], previous=after, following=following)

    def around(self, row: Any, size: int) -> tuple[list[Any], list[Any]]:
        """Return up to ``size`` rows before ``row`` and after it, in order. It need not be among them. Four queries."""
        key = self._key(row)
        self._look(key)
        if self._place_of(key) is None:
            return [], list(self._stretch(size, None))
        before, after = (list(self._stretch(size, key, reverse=reverse)) for reverse in (True, False))
        return before[::-1], after

    def _look(self, key: Key | None) -> None:
        """Find out which groups there are, and where that of ``key`` stands, which may be empty by now."""
        at = self.grouping.read(key.group) if key and key.group else None
        self.groups = groups_of(self.tickets, self.grouping, at=at, known=self.known)
        if key and key.group == "" and all(group.value is not None for group in self.groups):
            self.groups.append(Group(None, str(self.grouping.nothing), 0))

    def _place_of(self, key: Key) -> int | None:
        return next((number for number, group in enumerate(self.groups) if group.key == key.group), None)

    def _key(self, row: Any) -> Key:
        return key_in(row, self.ordering, self.grouping)

    def _stretch(self, size: int, key: Key | None, *, reverse: bool = False) -> QuerySet:
        """Return up to ``size`` rows beyond ``key``, with ``reverse`` those before it, the nearest first."""
        groups = self.groups[::-1] if reverse else self.groups
        place = 0 if key is None else next(number for number, group in enumerate(groups) if group.key == key.group)
        # Each that follows has a ticket at least.
        reached = [group.value for group in groups[place : place + size + 1]]
        if key is None:
            wanted = _in_groups(reached)
        else:
            wanted = _in_groups(reached[:1]) & self.ordering.beyond(key, reverse=reverse) | _in_groups(reached[1:])
        rank = Case(
            *(When(_in_groups([value]), then=Constant(number)) for number, value in enumerate(reached)),
            default=Constant(len(reached)),
            output_field=IntegerField(),
        )
        rows = with_group(self.shown, self.grouping).filter(wanted)
        return rows.order_by(rank, *self.ordering.columns(reverse=reverse))[:size]

    def _page(self, rows: list[Any], *, previous: Key | None, following: Key | None) -> GroupedPage:
        """``previous`` and ``following``: where the rows stand that come right before and after these."""
        named = {group.value: group for group in self.groups}
        parts = [(value, list(some)) for value, some in groupby(rows, key=self.grouping.value_of)]
        sections = []
        for number, (value, some) in enumerate(parts):
            # Who was moved between the queries has a group that nobody counted.
            group = named.get(value) or Group(value, str(value or self.grouping.nothing), len(some))
            first, last = number == 0, number == len(parts) - 1
            sections.append(
                Section(
                    group,
                    some,
                    continues=first and previous is not None and previous.group == group.key,
                    goes_on=last and following is not None and following.group == group.key,
                )
            )
        return GroupedPage(
            rows,
            before=(self._key(rows[0]) if rows else previous) if previous is not None else None,
            after=self._key(rows[-1]) if rows and following is not None else None,
            sections=sections,
            groups=[group for group in self.groups if group.count],
        )


def _in_groups(values: Sequence[Value]) -> Q:
    found = Q(**{f"{COLUMN}__in": [value for value in values if value is not None]})
    return found | Q(**{f"{COLUMN}__isnull": True}) if None in values else found
