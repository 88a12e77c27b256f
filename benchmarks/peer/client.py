"""django-helpdesk, run in its own environment on a database of its own beside ours."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks import environments
from example_site.bootstrap import clean_environ

DATABASE = "benchmark_peer"
PROJECT = Path(__file__).resolve().parent.parent.parent


class Peer:
    """Takes the same orders as ``serve`` and waits for the answer."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.version = self._order("migrate")["version"]

    def fill(self, tickets: int, messages: int) -> None:
        """Bring its number of tickets to ``tickets``, with ``messages`` for each ten of them."""
        self._order("fill", tickets=tickets, messages=messages)

    def take(self, mails: Sequence[bytes]) -> list[float]:
        """Take ``mails`` in; return the seconds that each took."""
        return self._order("take", mails=_packed(mails))["seconds"]

    def count_queries(self, mails: Sequence[bytes]) -> list[tuple[int, int]]:
        """Take ``mails`` in; return the reads and writes of each."""
        return self._order("count_queries", mails=_packed(mails))["queries"]

    def screens(self, repeat: int, lengths: Sequence[int]) -> tuple[dict[str, list[float]], dict[str, int]]:
        """Return the seconds of ``repeat`` runs of each of its screens, and how often each reads its database."""
        found = self._order("screens", repeat=repeat, lengths=list(lengths))
        return found["seconds"], found["queries"]

    def counts(self) -> tuple[int, int]:
        """Return how many tickets and messages it has."""
        found = self._order("take", mails=[])
        return found["tickets"], found["messages"]

    def _order(self, what: str, **values: Any) -> dict[str, Any]:
        self._process.stdin.write(json.dumps({"do": what, **values}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(f"django-helpdesk failed at: {what}")
        return json.loads(answer)


@contextmanager
def django_helpdesk() -> Iterator[Peer]:
    """Start it on a fresh database of this server (PostgreSQL); remove both with the block."""
    python = environments.django_helpdesk()
    settings = connection.settings_dict
    _run_sql(f"DROP DATABASE IF EXISTS {DATABASE}", f"CREATE DATABASE {DATABASE}")
    with tempfile.TemporaryDirectory(prefix="benchmark_peer_") as scratch:
        environ = clean_environ(
            DJANGO_SETTINGS_MODULE="benchmarks.peer.settings",
            PEER_SCRATCH=scratch,
            PEER_DATABASE=DATABASE,
            **{f"PEER_{key}": str(settings[key] or "") for key in ("USER", "PASSWORD", "HOST", "PORT")},
        )
        try:
            with subprocess.Popen(
                [python, "-m", "benchmarks.peer.serve"],
                cwd=PROJECT,
                env=environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            ) as process:
                yield Peer(process)
                process.stdin.close()
        finally:
            _run_sql(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def _packed(mails: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(raw).decode() for raw in mails]


def _run_sql(*statements: str) -> None:
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
