"""Runs one reader over the collection: ``python -m benchmarks.corpus.answer KIND READER < cases > answers``.

In whatever environment has the reader. Cases come as JSON lines of arguments, answers leave as JSON lines: ``answer``
or ``error`` (its kind), and ``seconds``.
"""

from __future__ import annotations

import base64
import importlib
import json
import signal
import sys
import time
import warnings
from typing import Any

#: Who needs longer for one mail is stopped; it counts as a crash.
SECONDS = 20


class TooSlow(BaseException):
    """The reader was stopped: not an Exception, so that no reader catches it."""


def main(kind: str, name: str) -> None:
    """Answer each line of standard input."""
    warnings.simplefilter("ignore")
    reader = importlib.import_module(f"benchmarks.corpus.{kind}_readers").READERS[name]
    signal.signal(signal.SIGALRM, _stop)
    out, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        arguments = [base64.b64decode(one["base64"]) if isinstance(one, dict) else one for one in json.loads(line)]
        out.write(json.dumps(_try(reader, arguments)) + "\n")


def _stop(signum: int, frame: Any) -> None:
    raise TooSlow


def _try(reader: Any, arguments: list[Any]) -> dict[str, Any]:
    started = time.perf_counter()
    signal.alarm(SECONDS)
    try:
        result = {"answer": reader(*arguments)}
        json.dumps(result)
    except (Exception, TooSlow) as error:  # noqa: BLE001 - counting them is what this is for
        result = {"error": type(error).__name__}
    finally:
        signal.alarm(0)
    return result | {"seconds": time.perf_counter() - started}


if __name__ == "__main__":
    main(*sys.argv[1:])
