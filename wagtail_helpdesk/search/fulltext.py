"""The full text of each database: how it is made after ``migrate``, and how it is asked.

It stands beside the table and follows its column ``words`` by itself, so nothing here writes a row. Django knows
nothing of it: no model and no migration names it, and each statement may be run again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func

from wagtail_helpdesk.search.language import Term
from wagtail_helpdesk.search.models import SearchEntry

_TABLE = SearchEntry._meta.db_table
_INDEX = "helpdesk_search_words"
#: Rows of a word that stands everywhere that PostgreSQL looks at: it takes some at random beyond that.
MAX_READ = 10_000

_POSTGRESQL = (
    f"ALTER TABLE {_TABLE} ADD COLUMN IF NOT EXISTS vector tsvector"
    " GENERATED ALWAYS AS (array_to_tsvector(string_to_array(btrim(words), ' '))) STORED",
    f"CREATE INDEX IF NOT EXISTS {_INDEX} ON {_TABLE} USING gin (vector)",
)
_MYSQL = (f"CREATE FULLTEXT INDEX {_INDEX} ON {_TABLE} (words)",)
# Everything but spaces belongs to a word.
_TOKENS = "unicode61 remove_diacritics 0 categories ''L* M* N* P* S* C*''"
_DELETE = f"INSERT INTO {_INDEX}({_INDEX}, rowid, words) VALUES ('delete', old.id, old.words);"
_INSERT = f"INSERT INTO {_INDEX}(rowid, words) VALUES (new.id, new.words);"
_SQLITE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {_INDEX} USING"
    f" fts5(words, content='{_TABLE}', content_rowid='id', detail=none, tokenize='{_TOKENS}')",
    f"CREATE TRIGGER IF NOT EXISTS {_INDEX}_added AFTER INSERT ON {_TABLE} BEGIN {_INSERT} END",
    f"CREATE TRIGGER IF NOT EXISTS {_INDEX}_gone AFTER DELETE ON {_TABLE} BEGIN {_DELETE} END",
    f"CREATE TRIGGER IF NOT EXISTS {_INDEX}_changed AFTER UPDATE OF words ON {_TABLE} BEGIN {_DELETE} {_INSERT} END",
)


def ensure_fulltext(using: str) -> None:
    """Make what is missing of the full text. Where the table is gone, so is what stood beside it."""
    connection = connections[using]
    tables = connection.introspection.table_names()
    if _TABLE not in tables:
        if connection.vendor == "sqlite":
            _run(using, [f"DROP TABLE IF EXISTS {_INDEX}"])
        return
    if connection.vendor == "sqlite":
        new = _INDEX not in tables
        # Rows that were there before it was.
        _run(using, [*_SQLITE, *([f"INSERT INTO {_INDEX}({_INDEX}) VALUES ('rebuild')"] if new else [])])
    elif not _exists(using):
        _run(using, _POSTGRESQL if connection.vendor == "postgresql" else _MYSQL)


class Has(Func):
    """Whether an entry has the words of a term, side by side: for filters. Read from the row, without an index."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, term: Term) -> None:
        self.term = term
        super().__init__(F("words"))

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        """Look through the words themselves."""
        column, values = compiler.compile(self.get_source_expressions()[0])
        if connection.vendor == "sqlite":
            return f"instr({column}, %s) > 0", [*values, self.term.pattern]
        pattern = connection.ops.prep_for_like_query(self.term.pattern)
        return f"{column} LIKE BINARY %s", [*values, f"%{pattern}%"]

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        """Ask the stored vector, which is quicker; for neighbours the words as well."""
        column, values = compiler.compile(self.get_source_expressions()[0])
        vector = column.removesuffix('"words"') + "vector"
        query = " & ".join(f"'{word}'{':*' if begins else ''}" for word, begins in _each([self.term]))
        if len(self.term.words) == 1:
            return f"{vector} @@ %s::tsquery", [*values, query]
        sql = f"({vector} @@ %s::tsquery AND position(%s in {column}) > 0)"
        return sql, [*values, query, *values, self.term.pattern]


@dataclass(frozen=True)
class Wanted:
    """What a full text is asked for: all of the words, and one of each group of marks."""

    #: Each word, and whether it is a beginning only.
    words: Mapping[str, bool]
    groups: Sequence[Sequence[str]] = ()
    after: datetime | None = None
    before: datetime | None = None


def candidates(wanted: Wanted, limit: int) -> list[int]:
    """Return the keys of the newest ``limit`` entries with what is wanted; whether words are neighbours is not seen."""
    return _ASK[_connection().vendor](wanted, limit) if wanted.words else []


def words_of(terms: Sequence[Term]) -> dict[str, bool]:
    """Return every word that must be there, and whether it is a beginning only."""
    return dict(_each([term for term in terms if not term.negated]))


def _connection() -> BaseDatabaseWrapper:
    return connections[router.db_for_read(SearchEntry)]


def _from_postgresql(wanted: Wanted, limit: int) -> list[int]:
    words = [f"'{word}'{':*' if begins else ''}" for word, begins in wanted.words.items()]
    words += ["(" + " | ".join(f"'{mark}'" for mark in group) + ")" for group in wanted.groups]
    where, values = _between(wanted)
    # Apart, so that the words are looked up in their index whatever the order would suggest.
    sql = (
        f"WITH found AS MATERIALIZED (SELECT id, at FROM {_TABLE} WHERE vector @@ %s::tsquery{where})"
        " SELECT id FROM found ORDER BY at DESC, id DESC LIMIT %s"
    )
    connection = _connection()
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('gin_fuzzy_search_limit', %s, true)", [str(MAX_READ)])
        cursor.execute(sql, [" & ".join(words), *values, limit])
        found = [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT set_config('gin_fuzzy_search_limit', '0', true)")
    return found


def _from_sqlite(wanted: Wanted, limit: int) -> list[int]:
    words = [f'"{word}"{"*" if begins else ""}' for word, begins in wanted.words.items()]
    words += ["(" + " OR ".join(f'"{mark}"' for mark in group) + ")" for group in wanted.groups]
    where, values = _between(wanted)
    # By row first: rows come nearly in the order of time, and the full text has them in that order.
    sql = (
        f"SELECT id FROM {_TABLE} WHERE id IN (SELECT rowid FROM {_INDEX} WHERE {_INDEX} MATCH %s"
        f" ORDER BY rowid DESC LIMIT {MAX_READ}){where} ORDER BY at DESC, id DESC LIMIT %s"
    )
    return _fetch(sql, [" AND ".join(words), *values, limit])


def _from_mysql(wanted: Wanted, limit: int) -> list[int]:
    words = [f"+{word}{'*' if begins else ''}" for word, begins in wanted.words.items()]
    words += ["+(" + " ".join(group) + ")" for group in wanted.groups]
    where, values = _between(wanted)
    sql = (
        f"SELECT id FROM {_TABLE} WHERE MATCH (words) AGAINST (%s IN BOOLEAN MODE){where}"
        " ORDER BY at DESC, id DESC LIMIT %s"
    )
    return _fetch(sql, [" ".join(words), *values, limit])


_ASK = {"postgresql": _from_postgresql, "sqlite": _from_sqlite, "mysql": _from_mysql}


def _each(terms: Sequence[Term]) -> list[tuple[str, bool]]:
    """Return every word once, and whether it is a beginning only."""
    words: dict[str, bool] = {}
    for term in terms:
        for place, word in enumerate(term.words):
            begins = term.is_beginning and place == len(term.words) - 1
            words[word] = words.get(word, True) and begins
    return list(words.items())


def _between(wanted: Wanted) -> tuple[str, list[Any]]:
    adapt = _connection().ops.adapt_datetimefield_value
    limits = ((">=", wanted.after), ("<", wanted.before))
    parts = [(f" AND at {sign} %s", adapt(moment)) for sign, moment in limits if moment]
    return "".join(sql for sql, _value in parts), [value for _sql, value in parts]


def _fetch(sql: str, values: Sequence[Any]) -> list[int]:
    with _connection().cursor() as cursor:
        cursor.execute(sql, values)
        return [key for (key,) in cursor.fetchall()]


def _run(using: str, statements: Sequence[str]) -> None:
    with connections[using].cursor() as cursor:
        for statement in statements:
            # No parameters: a percent sign is one.
            cursor.execute(statement)


def _exists(using: str) -> bool:
    """Tell whether the index is there: to ask is less than to have the table locked with each ``migrate``."""
    connection = connections[using]
    with connection.cursor() as cursor:
        return _INDEX in connection.introspection.get_constraints(cursor, _TABLE)
