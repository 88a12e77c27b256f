"""Numbers and tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

WARM_UP = 3


@dataclass(frozen=True)
class Times:
    """Some runs of one thing, in milliseconds."""

    p50: float
    p95: float

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {self.p95:.1f}"


def times_of(runs: Mapping[str, Callable[[], object]], repeat: int) -> dict[str, Times]:
    """Run each of them ``repeat`` times, by turns, so that what else the machine does slows all of them alike."""
    for run in runs.values():
        for _ in range(WARM_UP):
            run()
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(repeat):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            taken[name].append((time.perf_counter() - start) * 1000)
    return {name: spread(values) for name, values in taken.items()}


def spread(taken: Sequence[float]) -> Times:
    """Return the median of some milliseconds, and what 19 of 20 stay below."""
    values = sorted(taken)
    return Times(values[len(values) // 2], values[min(len(values) - 1, int(len(values) * 0.95))])


def ratio(one: float, other: float) -> str:
    """Return how many times ``other`` fits into ``one``."""
    return f"{one / other:.2f}" if other else "-"


def print_growth(
    title: str,
    what: str,
    found: Mapping[int, Mapping[str, Times]],
    columns: Mapping[str, Mapping[str, object]],
) -> None:
    """Print times by size of the desk, how they grow, and further ``columns``: {heading: {row: cell}}."""
    sizes = sorted(found)
    smallest, largest = found[sizes[0]], found[sizes[-1]]
    head = [what, *(f"{size:,} tickets" for size in sizes), "large / small", *columns]
    rows = [
        [
            name,
            *(found[size][name] for size in sizes),
            ratio(times.p50, smallest[name].p50),
            *(cells.get(name, "-") for cells in columns.values()),
        ]
        for name, times in largest.items()
    ]
    print_table(f"{title} on {connection.vendor}, p50 / p95 in ms", head, rows)


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table in Markdown, its columns in line."""
    cells = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]

    def line(row: Sequence[str]) -> str:
        words = [
            word.ljust(width) if not place else word.rjust(width)
            for place, (word, width) in enumerate(zip(row, widths, strict=True))
        ]
        return f"| {' | '.join(words)} |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    print(f"\n{title}\n")
    print("\n".join([line(cells[0]), line(rule), *map(line, cells[1:])]), flush=True)
