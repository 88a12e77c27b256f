"""Draws lists and counts from the parts of a view, each of which an index has in order.

A view joins categories, teams, assigned and shared tickets: no index has all of them in one order, so a database would
read and sort the tickets of many years to show 25. Each part is asked for its first rows instead, in one query.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Func, IntegerField, QuerySet, Subquery

from wagtail_helpdesk.inbox.ordering import Key, Ordering

#: A view of more parts is read as a whole: SQLite joins no more than 500 selects.
MAX_PARTS = 100


class _Rows(Subquery):
    """The keys of a limited queryset, in a form that stands in a union on every database."""

    template = "SELECT * FROM (%(subquery)s) helpdesk_part"

    def __init__(self, rows: QuerySet, limit: int) -> None:
        super().__init__(rows.values("pk")[:limit])


class _Union(Func):
    """Several selects joined. Parts that cannot have rows are left out."""

    joiner = " UNION ALL "
    frame = "(%s)"

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        """Return the SQL. EmptyResultSet when no part can have rows."""
        selects, params = [], []
        for part in self.get_source_expressions():
            try:
                sql, values = compiler.compile(part)
            except EmptyResultSet:
                continue
            selects.append(sql)
            params.extend(values)
        if not selects:
            raise EmptyResultSet
        return self.frame % self.joiner.join(selects), params


class CappedCount(_Union):
    """The number of rows of several parts together, each row once. No part is counted further than ``limit``."""

    joiner = " UNION "
    frame = "(SELECT COUNT(*) FROM (%s) helpdesk_counted)"
    output_field = IntegerField()
    empty_result_set_value = 0

    def __init__(self, parts: Sequence[QuerySet], limit: int) -> None:
        super().__init__(*(_Rows(part.order_by(), limit) for part in parts))


def first_keys(
    parts: Sequence[QuerySet], ordering: Ordering, size: int, *, key: Key | None = None, reverse: bool = False
) -> _Union:
    """Return, for ``pk__in``, the keys of the first ``size`` rows of each part beyond ``key``."""
    return _Union(*(_Rows(run, size) for part in parts for run in ordering.runs(part, key, reverse=reverse)))
