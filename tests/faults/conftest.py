"""Processes that are killed while they work on the test's own database."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

MAX_STEPS = 2000


class Victim:
    """Runs functions in other processes. They are given as "module.function", with arguments that JSON can carry."""

    def __init__(self, process: subprocess.Popen[str], outbox: Path) -> None:
        self._process = process
        #: A file for each mail that a process sent.
        self.outbox = outbox

    def run(self, function: str, *arguments: Any, step: int | None = None) -> bool:
        """Return True when the function ran to its end, False when it was killed at ``step`` before."""
        order = {"function": function, "arguments": arguments, "step": step, "outbox": str(self.outbox)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline() or 1)
        assert code in (0, -signal.SIGKILL), f"{function} failed in its process, see the captured standard error"
        return code == 0

    def kill_at_each_step(self, prepare: Callable[[], tuple[str, list[Any]]]) -> Iterator[int]:
        """Yield after each kill, to let the test start again and look: first at step 0, then 1, ... until none is left.

        ``prepare`` sets up a fresh case and returns the function and its arguments. What happens when nothing is killed
        is yielded too, as the last.
        """
        for step in itertools.count():
            assert step < MAX_STEPS, "this never ends"
            function, arguments = prepare()
            finished = self.run(function, *arguments, step=step)
            yield step
            if finished:
                return


@pytest.fixture
def victim(transactional_db: None, first_process: subprocess.Popen[str], tmp_path: Path) -> Victim:
    """Processes on the test's own database and files; what they mail ends in ``victim.outbox``."""
    return Victim(first_process, tmp_path / "outbox")


@pytest.fixture
def second_victim(transactional_db: None, second_process: subprocess.Popen[str], tmp_path: Path) -> Victim:
    """Further processes, to run beside those of ``victim``."""
    return Victim(second_process, tmp_path / "second_outbox")


@pytest.fixture(scope="session")
def first_process(django_db_setup: None) -> Iterator[subprocess.Popen[str]]:
    """What forks for each order, once for all tests: to load Django takes longer than most of them."""
    with start_process() as started:
        yield started


@pytest.fixture(scope="session")
def second_process(django_db_setup: None) -> Iterator[subprocess.Popen[str]]:
    """A second one."""
    with start_process() as started:
        yield started


@contextmanager
def start_process() -> Iterator[subprocess.Popen[str]]:
    """Start the process that forks for each order; end it with the block."""
    from django.db import connection

    environ = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TESTS_SCRATCH": str(settings.SCRATCH),
        "TESTS_DATABASE": str(connection.settings_dict["NAME"]),
        # Each order names its own.
        "TESTS_OUTBOX": os.devnull,
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.victim"],
        cwd=Path(__file__).resolve().parents[2],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.stdin.close()
