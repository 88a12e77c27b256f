"""Processes of ours that work on the database and the files of this run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def environ() -> dict[str, str]:
    """Return the variables with which a child finds the run's database and files."""
    from django.conf import settings
    from django.db import connection

    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "TESTS_SCRATCH": str(settings.SCRATCH),
        "TESTS_DATABASE": str(connection.settings_dict["NAME"]),
    }


@contextmanager
def talking(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run ``module`` with its standard input and output on pipes; its input ends with the block."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        env=environ(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.stdin.close()
