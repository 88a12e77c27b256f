"""Numbers and tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

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
    return {name: _times(sorted(values)) for name, values in taken.items()}


def _times(values: Sequence[float]) -> Times:
    return Times(values[len(values) // 2], values[min(len(values) - 1, int(len(values) * 0.95))])


def ratio(one: float, other: float) -> str:
    """Return how many times ``other`` fits into ``one``."""
    return f"{one / other:.2f}" if other else "-"


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
