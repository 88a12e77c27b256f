"""Selects that each have a limit, joined into one: for lists that no single index has in their order."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Func, QuerySet, Subquery


class Rows(Subquery):
    """The keys of a limited queryset, in a form that stands in a union on every database."""

    template = "SELECT * FROM (%(subquery)s) helpdesk_part"

    def __init__(self, rows: QuerySet, limit: int) -> None:
        super().__init__(rows.values("pk")[:limit])


class Keys(Subquery):
    """A queryset of one column, in a form that stands in a union on every database."""

    template = Rows.template


class Union(Func):
    """Several selects joined, for ``pk__in``. Parts that cannot have rows are left out."""

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
