"""The measurements themselves: ``python -m benchmarks.measure [PART ...] [options]``; ``--help`` lists the parts.

``benchmarks/run.py`` prepares what this needs and hands over.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import sys
from importlib.metadata import version
from pathlib import Path

import django

from tests import databases

#: What needs a database and what does not.
ON_A_DESK = (
    *("queries", "lists", "intake", "hostile", "faults", "search"),
    *("conversations", "bulk", "beside", "triage", "paint", "weight", "idle"),
)
#: What fills the desk with keys of its own.
ALONE = ("search", "beside")
BY_DEFAULT = ("queries", "lists", "intake")
PARTS = (*ON_A_DESK, "corpus")


def main(arguments: list[str]) -> None:
    """Measure what was asked for."""
    options = parse(arguments)
    if not options.parts.isdisjoint(ON_A_DESK):
        _on_a_desk(options, arguments)
    if "corpus" in options.parts:
        from benchmarks.corpus.measure import measure_corpus

        measure_corpus(options.corpus, show_missed=options.show_missed)


def _on_a_desk(options: argparse.Namespace, arguments: list[str]) -> None:
    """Measure on a database that is made for this run and removed after it."""
    if options.database:
        os.environ["DATABASE_URL"] = databases.local_address(options.database)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    django.setup()
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        _say_what_and_where(arguments)
        _measure(options)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description="Measure queries, times and intake.")
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=(
            f"what to measure: {', '.join(BY_DEFAULT)} (these by default); "
            f"{', '.join(part for part in ON_A_DESK if part not in BY_DEFAULT)}, corpus PATH"
        ),
    )
    parser.add_argument(
        "--database",
        choices=("sqlite", "postgres"),
        help="default: what DATABASE_URL names, else sqlite; postgres is this machine's own server",
    )
    parser.add_argument(
        "--tickets", type=int, nargs="+", default=[10_000, 100_000], help="sizes of the desk for what grows with it"
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[0, 10_000, 100_000], help="sizes for the intake")
    parser.add_argument("--mails", type=int, default=100, help="mails of each kind for the intake")
    parser.add_argument("--kills", type=int, default=200, help="workers to kill for the faults")
    parser.add_argument("--seed", type=int, default=1, help="decides when they are killed")
    parser.add_argument("--show-missed", action="store_true", help="corpus: name the cases that were not ours")
    parser.add_argument("--repeat", type=int, default=30, help="runs of each screen")
    options = parser.parse_args(arguments)
    if "corpus" in options.parts:
        options.corpus = Path(options.parts.pop(options.parts.index("corpus") + 1))
        if not options.corpus.is_dir():
            parser.error("corpus needs the path of the collection")
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    options.parts = set(options.parts or BY_DEFAULT)
    if len(options.parts) > 1 and not options.parts.isdisjoint(ALONE):
        parser.error(f"each of {', '.join(ALONE)} needs a run of its own")
    return options


def _measure(options: argparse.Namespace) -> None:
    """Measure the parts that were asked for: the smallest desk first."""
    from django.test.utils import setup_test_environment

    from benchmarks.beside import measure_beside
    from benchmarks.bulk import measure_bulk
    from benchmarks.conversations import measure_conversations
    from benchmarks.faults.measure import measure_faults
    from benchmarks.fill import BusyDesk
    from benchmarks.hostile import measure_hostile
    from benchmarks.idle import measure_idle
    from benchmarks.intake import measure_intake
    from benchmarks.lists import measure_lists
    from benchmarks.paint import measure_paint
    from benchmarks.queries import measure_queries
    from benchmarks.search import measure_search
    from benchmarks.triage import measure_triage
    from benchmarks.weight import measure_weight

    setup_test_environment()
    desk, sizes, repeat = BusyDesk.make(), options.tickets, options.repeat
    measures = {
        "weight": lambda: measure_weight(desk),
        "triage": measure_triage,
        "paint": lambda: measure_paint(desk, repeat),
        "queries": lambda: measure_queries(desk),
        "idle": lambda: measure_idle(desk),
        "intake": lambda: measure_intake(desk, options.sizes, options.mails),
        "hostile": lambda: measure_hostile(desk.mailbox.pk),
        "faults": lambda: measure_faults(desk, options.kills, options.seed),
        "lists": lambda: measure_lists(desk, sizes, repeat),
        "conversations": lambda: measure_conversations(desk, sizes, repeat),
        "bulk": lambda: measure_bulk(desk, sizes),
        "search": lambda: measure_search(desk, sizes, repeat),
        "beside": lambda: measure_beside(desk, sizes, repeat),
    }
    for part, measure in measures.items():
        if part in options.parts:
            measure()


def _say_what_and_where(arguments: list[str]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        database = f"{connection.vendor} {cursor.fetchone()[0]}"
    print("Command:", shlex.join(["python3", "benchmarks/run.py", *arguments]))
    print(
        f"Python {platform.python_version()}, Django {version('Django')}, Wagtail {version('wagtail')}, {database}, "
        f"{os.cpu_count()} processors",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
