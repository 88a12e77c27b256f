"""Runs functions in processes that are killed at a chosen step; the tests talk to it through its pipes.

Django is loaded once. Each order, a line of JSON, is then carried out by a fork, which may die without harm to the
next.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from importlib import import_module
from typing import Any

import django
from django.db.backends.base.base import BaseDatabaseWrapper


class Killer:
    """Kills this process at one of its steps, which are the moments before and after each SQL statement and commit.

    All else that a process does, with files and mails, lies between two of these moments.
    """

    def __init__(self, step: int) -> None:
        self._step = step
        self._now = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        """Execute, as Django's execute_wrapper() has it."""
        from django.db import connection

        self._tick()
        result = execute(*arguments)
        # Inside a transaction the moment after a statement leaves behind what the moment before it does: nothing.
        if not connection.in_atomic_block:
            self._tick()
        return result

    @contextmanager
    def watching(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        """Count the steps of all that is done on ``connection`` in the block."""
        commit = connection._commit
        connection._commit = lambda: self(commit)
        with connection.execute_wrapper(self):
            yield

    def _tick(self) -> None:
        if self._now == self._step:
            os.kill(os.getpid(), signal.SIGKILL)
        self._now += 1


def carry_out(order: dict[str, Any]) -> int:
    """Run the order in a fork; return its exit code, negative the number of the signal that killed it."""
    import_module(order["function"].rpartition(".")[0])  # here: each fork would do it again
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    try:
        run(order)
        code = 0
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


def run(order: dict[str, Any]) -> None:
    """Call the ordered function, under a Killer where the order has a step. What it mails goes where the order says."""
    from django.conf import settings
    from django.db import connection

    settings.EMAIL_FILE_PATH = order["outbox"]
    module, _, name = order["function"].rpartition(".")
    function = getattr(import_module(module), name)
    step = order["step"]
    with nullcontext() if step is None else Killer(step).watching(connection):
        function(*order["arguments"])
    connection.close()


def load_what_forks_need() -> None:
    """Load what Django loads when it is first used: half the time of a fork went there."""
    from django.db import connections
    from django.urls import reverse

    reverse("wagtailadmin_home")
    connections.close_all()


def main() -> None:
    """Carry out orders from standard input until it is closed, and answer each with the exit code."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever is printed is no answer
    django.setup()
    load_what_forks_need()
    for line in sys.stdin:
        answers.write(f"{carry_out(json.loads(line))}\n")
        answers.flush()


if __name__ == "__main__":
    main()
