"""The orders of a list, each with what paging by key needs: ``(sort value, id)`` of a row, and who comes after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OrderBy, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Key:
    """Where a row stands in its order: the sort value, None for a row without one, and the id.

    In a list by groups the group comes first: "" for rows without a value, None in all other lists.
    """

    value: datetime | None
    id: int
    group: str | None = None

    def __str__(self) -> str:
        """Return the key as it stands in an address."""
        key = f"{self.value.isoformat() if self.value else _NOTHING}~{self.id}"
        return key if self.group is None else f"{key}~{self.group}"

    @classmethod
    def parse(cls, text: str) -> Key | None:
        """Return the key that ``text`` writes, None for anything else."""
        value_text, _tilde, rest = text.partition("~")
        id_text, tilde, group = rest.partition("~")
        if not (id_text.isascii() and id_text.isdigit() and len(id_text) < 19):
            return None
        if value_text == _NOTHING:
            return cls(None, int(id_text), group.replace("\x00", "") if tilde else None)
        try:
            value = parse_datetime(value_text)
        except ValueError:
            return None
        if value is None or value.tzinfo is None:
            return None
        return cls(value, int(id_text), group.replace("\x00", "") if tilde else None)


@dataclass(frozen=True)
class Ordering:
    """An order by one time column and the id. Rows without a time stand last."""

    name: str
    label: Promise
    field: str
    descending: bool
    #: What the links to the pages before and after are called.
    before_label: Promise
    after_label: Promise
    #: Whether the column can be empty.
    nullable: bool = False

    def columns(self, *, reverse: bool = False) -> list[OrderBy]:
        """Return what to give to ``order_by``; with ``reverse`` from the last row to the first."""
        descending = self.descending != reverse
        nulls = {("nulls_first" if reverse else "nulls_last"): True} if self.nullable else {}
        time, pk = F(self.field), F("pk")
        return [
            time.desc(**nulls) if descending else time.asc(**nulls),
            pk.desc() if descending else pk.asc(),
        ]

    def beyond(self, key: Key, *, reverse: bool = False) -> Q:
        """Return the condition for the rows after ``key``, with ``reverse`` before it."""
        word = "lt" if self.descending != reverse else "gt"
        further = Q(**{f"pk__{word}": key.id})
        empty = Q(**{f"{self.field}__isnull": True})
        if key.value is None:
            within = empty & further
            return within | ~empty if reverse else within
        beyond = Q(**{f"{self.field}__{word}": key.value}) | Q(**{self.field: key.value}) & further
        return beyond if reverse or not self.nullable else beyond | empty

    def runs(self, rows: QuerySet, key: Key | None = None, *, reverse: bool = False) -> list[QuerySet]:
        """Return the rows beyond ``key`` (all of them for None) in order, apart by whether they have a time.

        So each run stands in an index as it is, wherever a database puts empty values.
        """
        if key is not None:
            rows = rows.filter(self.beyond(key, reverse=reverse))
        descending = self.descending != reverse
        sign = "-" if descending else ""
        timed = rows.order_by(f"{sign}{self.field}", f"{sign}pk")
        if key is not None and key.value is not None:
            # Says nothing new, but it is a range, to which an index leads.
            timed = timed.filter(**{f"{self.field}__{'lte' if descending else 'gte'}": key.value})
        if not self.nullable:
            return [timed]
        runs = []
        if key is None or key.value is not None or reverse:
            runs.append(timed.filter(**{f"{self.field}__isnull": False}))
        if key is None or key.value is None or not reverse:
            # By the empty column too: else PostgreSQL may walk the primary key through all tickets there ever were.
            runs.append(rows.filter(**{f"{self.field}__isnull": True}).order_by(f"{sign}{self.field}", f"{sign}pk"))
        return runs

    def key_of(self, row: object) -> Key:
        """Return where ``row`` stands."""
        return Key(getattr(row, self.field), row.pk)


NEWEST = Ordering(
    "newest", _("Newest activity"), "last_activity_at", True, before_label=_("Newer"), after_label=_("Older")
)
WAITING = Ordering(
    "waiting",
    _("Longest waiting"),
    "customer_waiting_since",
    False,
    before_label=_("Longer waiting"),
    after_label=_("Shorter waiting"),
    nullable=True,
)
OLDEST = Ordering(
    "oldest", _("Oldest activity"), "last_activity_at", False, before_label=_("Older"), after_label=_("Newer")
)
WAKING = Ordering(
    "waking",
    _("Wakes first"),
    "snoozed_until",
    False,
    before_label=_("Wakes earlier"),
    after_label=_("Wakes later"),
    nullable=True,
)
#: What every list can be put into.
ORDERINGS = {ordering.name: ordering for ordering in (WAITING, NEWEST, OLDEST)}
