"""Puts back what migrations had written, after a test that commits.

Django's own way (TRUNCATE of every table, then the rows out of JSON, one by one) takes some three seconds a test, and
most tests that commit need less. Here the rows are kept in tables beside, and come back within the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

#: The table beside, by the table whose rows it keeps.
_kept: dict[str, str] = {}


def keep() -> None:
    """Keep the rows of every table, as they are now, and have tests that commit put them back when they end."""
    _kept.clear()
    with connection.cursor() as cursor:
        for number, table in enumerate(_tables()):
            cursor.execute(f"SELECT 1 FROM {_quoted(table)} LIMIT 1")
            if cursor.fetchone():
                _kept[table] = f"kept_{number}"
                cursor.execute(f"DROP TABLE IF EXISTS {_quoted(_kept[table])}")
                cursor.execute(f"CREATE TABLE {_quoted(_kept[table])} AS SELECT * FROM {_quoted(table)}")
    TransactionTestCase._fixture_teardown = _restore


def _restore(test: Any) -> None:
    empty = [f"DELETE FROM {_quoted(table)}" for table in _tables()]
    fill = [f"INSERT INTO {_quoted(table)} SELECT * FROM {_quoted(kept)}" for table, kept in _kept.items()]
    # Said before the transaction begins: SQLite does not take it within one.
    with connection.constraint_checks_disabled(), transaction.atomic():
        _run([*empty, *fill])


def _run(statements: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # In one go; constraints are looked at when all is done.
            cursor.execute("; ".join(statements))
            return
        for statement in statements:
            cursor.execute(statement)


def _tables() -> list[str]:
    return sorted(connection.introspection.django_table_names(only_existing=True, include_views=False))


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)
