"""A management command that is killed at a named point: ``python -m tests.faults.victim POINT COMMAND ARGUMENT...``.

POINT is "-" or ``module:attribute:before|after:n``: the process ends by SIGKILL at the n-th call of that callable.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def kill_at(point: str) -> None:
    """Replace the callable of ``point`` by one that ends this process."""
    module_name, path, when, number = point.split(":")
    owner: Any = import_module(module_name)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    original: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def replacement(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == int(number) and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if calls == int(number):
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, replacement)


def main(point: str, *command: str) -> None:
    """Set Django up, arm the point, run the command."""
    import django

    django.setup()
    if point != "-":
        kill_at(point)
    from django.core.management import call_command

    call_command(*command)


if __name__ == "__main__":
    main(*sys.argv[1:])
