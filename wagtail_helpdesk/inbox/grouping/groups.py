"""The groups that a list has now, in order, each with its number of tickets."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet

from wagtail_helpdesk.inbox.grouping.kinds import Grouping, Value
from wagtail_helpdesk.inbox.ordering import Key, Ordering

#: What queries call the value of a row.
COLUMN = "helpdesk_group"


@dataclass(frozen=True)
class Group:
    """Tickets that have the same value."""

    value: Value
    label: str
    #: Tickets in the list, whichever page they stand on.
    count: int

    @property
    def key(self) -> str:
        """The value as it stands in addresses and in pages; "" for tickets without one."""
        return "" if self.value is None else str(self.value)

    @property
    def element(self) -> str:
        """What its heading is called in a page."""
        return f"group-{zlib.crc32(self.key.encode()):x}"


def with_group(tickets: QuerySet, grouping: Grouping) -> QuerySet:
    """Return ``tickets`` with the value of each as COLUMN."""
    column = F(grouping.column) if isinstance(grouping.column, str) else grouping.column
    return tickets.alias(**{COLUMN: column})


def groups_of(tickets: QuerySet, grouping: Grouping, *, at: Value = None, known: QuerySet | None = None) -> list[Group]:
    """Return the groups of ``tickets`` in order. Two queries at most, one more for an ``at`` that is none of them.

    ``at``: the value of a group that is named even when no ticket is in it any more; left out where it is no value, and
    where no ticket of ``known``, all that the user may see, has it: its place would tell of a name that is nobody's
    business.
    """
    column = F(grouping.column) if isinstance(grouping.column, str) else grouping.column
    rows = tickets.order_by().values(**{COLUMN: column}).annotate(helpdesk_count=Count("pk"))
    counts: dict[Any, int] = {}
    for value, count in rows.values_list(COLUMN, "helpdesk_count"):
        # Empty words are none.
        counts[value or None] = counts.get(value or None, 0) + count
    if at is not None and at not in counts and _has(known, grouping, at):
        counts[at] = 0
    named = grouping.named([value for value in counts if value is not None]) if counts else {}
    known = sorted((value for value in counts if value in named), key=lambda value: (named[value][0], str(value)))
    groups = [Group(value, named[value][1], counts[value]) for value in known]
    return [*groups, Group(None, str(grouping.nothing), counts[None])] if None in counts else groups


def _has(known: QuerySet | None, grouping: Grouping, value: Value) -> bool:
    return known is not None and with_group(known, grouping).filter(**{COLUMN: value}).exists()


def group_of(row: Any, grouping: Grouping) -> str:
    """Return the group of ``row`` as it stands in addresses and in pages; "" for a row without a value."""
    value = grouping.value_of(row)
    return "" if value is None else str(value)


def key_in(row: Any, ordering: Ordering, grouping: Grouping) -> Key:
    """Return where ``row`` stands in a grouped list."""
    key = ordering.key_of(row)
    return Key(key.value, key.id, group_of(row, grouping))
