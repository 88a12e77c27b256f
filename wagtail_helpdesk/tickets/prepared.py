"""Statements that take longer to build than to run: built once, and run again and again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from django.db.models import QuerySet

#: More than these are not kept: then all are built anew.
MAX_KEPT = 1000

_kept: dict[Hashable, tuple[str, tuple[Any, ...]]] = {}


def statement(key: Hashable, build: Callable[[], QuerySet]) -> tuple[str, tuple[Any, ...]]:
    """Return the SQL and the parameters of what ``build`` returns; it is called once for each ``key``.

    The key has to name everything that the statement depends on. Nothing in it may depend on the time. EmptyResultSet
    where Django sees that there can be no rows.
    """
    known = _kept.get(key)
    if known is None:
        rows = build()
        sql, params = rows.query.get_compiler(using=rows.db).as_sql()
        known = sql, tuple(params)
        # Not read again below: another thread may clear it at any moment.
        if len(_kept) >= MAX_KEPT:
            _kept.clear()
        _kept[key] = known
    return known
