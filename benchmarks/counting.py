"""Counts what is read from the database and written to it; savepoints and transactions are neither."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from django.db import connection

_READS = ("SELECT", "(SELECT", "WITH")
_WRITES = ("INSERT", "UPDATE", "DELETE")


def queries_of(run: Callable[[], Any]) -> int:
    """Return how often ``run`` reads the database or writes to it."""
    with Counter() as counter:
        run()
    return counter.reads + counter.writes


def span(counts: Sequence[int]) -> str:
    """Return what they all are, else the fewest and the most: the same thing at several sizes."""
    return str(counts[0]) if len(set(counts)) == 1 else f"{min(counts)} - {max(counts)}"


class Counter(ExitStack):
    """Counts within its block."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = self.writes = 0
        self.statements: list[str] = []

    def __enter__(self) -> Counter:
        super().__enter__()
        self.enter_context(connection.execute_wrapper(self._count))
        return self

    def _count(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        statement = str(sql).lstrip().upper()
        self.reads += statement.startswith(_READS)
        self.writes += statement.startswith(_WRITES)
        self.statements.append(statement)
        return execute(sql, params, many, context)
