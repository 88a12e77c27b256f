"""Makes many rows of few, in the database: a desk of a million tickets in minutes. PostgreSQL only.

The rows of a template are copied with new keys; what has to differ from row to row becomes a hash, and each copy is a
minute older than the one before: no hundreds of rows at the same moment, which no desk has. Needs nothing of ours: the
desk of another product is filled in the same way.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence

from django.db import connection, models, transaction


class Template:
    """All rows that the ``tables`` hold now (in the order in which they may be inserted), to be copied.

    ``fresh`` names the columns, as "model.column", whose text is to differ in each copy.
    """

    def __init__(self, tables: Sequence[type[models.Model]], fresh: Collection[str]) -> None:
        self.tables = list(tables)
        self.fresh = {name.lower() for name in fresh}
        self.steps = {table: _highest_key(table) for table in self.tables}

    def copy(self, copies: int) -> None:
        """Append ``copies`` copies of the template to whatever the tables hold by now."""
        starts = {table: _highest_key(table) for table in self.tables}
        with transaction.atomic(), _unchecked(), connection.cursor() as cursor:
            for table in self.tables:
                names = [field.column for field in table._meta.concrete_fields]
                values = [self._value(table, field, starts) for field in table._meta.concrete_fields]
                quoted = ", ".join(map(connection.ops.quote_name, names))
                name = connection.ops.quote_name(table._meta.db_table)
                key = connection.ops.quote_name(table._meta.pk.column)
                cursor.execute(
                    f"INSERT INTO {name} ({quoted}) SELECT {', '.join(values)} FROM {name} t "
                    f"CROSS JOIN generate_series(1, %s) AS copies(k) WHERE t.{key} <= %s",
                    [copies, self.steps[table]],
                )
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max({key}) FROM {name}))",
                    [table._meta.db_table, table._meta.pk.column],
                )
        with connection.cursor() as cursor:
            # What autovacuum does in a server that is left alone for a while.
            cursor.execute("VACUUM ANALYZE")

    def _value(self, table: type[models.Model], field: models.Field, starts: dict[type[models.Model], int]) -> str:
        column = f"t.{connection.ops.quote_name(field.column)}"
        of = table if field.primary_key else field.related_model
        if self.steps.get(of):
            return f"{column} + {starts[of]} + (k - 1) * {self.steps[of]}"
        if f"{table.__name__}.{field.column}".lower() in self.fresh:
            # Without a key of the copy itself two calls would make the same.
            salt = f"'/{starts[table]}/' || k"
            hashed = f"encode(sha256(({column} || {salt})::bytea), 'hex')"
            return f"CASE WHEN {column} = '' THEN '' ELSE left({hashed}, {field.max_length or 64}) END"
        if isinstance(field, models.DateTimeField):
            return f"{column} - k * interval '1 minute'"
        return column


def _highest_key(table: type[models.Model]) -> int:
    return table._default_manager.aggregate(highest=models.Max("pk"))["highest"] or 0


@contextlib.contextmanager
def _unchecked() -> Iterator[None]:
    """Leave out the checks of foreign keys, which hold by the way the keys are made."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")
