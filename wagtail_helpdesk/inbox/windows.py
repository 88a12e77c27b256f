"""Which messages of a long conversation stand in the page. Pure functions of places: 0 is the oldest message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: A longer conversation shows its first message and its newest ones; the rest is fetched when somebody asks.
FOLD_ABOVE = 12
SHOWN_AT_END = 8
#: More unread messages than this do not all stand in the page.
MAX_UNREAD = 40
#: How many messages one step unfolds.
STEP = 40
#: So few are not worth a click.
_TOO_FEW = 2


@dataclass(frozen=True)
class Entry:
    """One message of a conversation as far as its order goes, and its subject."""

    pk: int
    at: datetime
    author: Any
    is_inbound: bool
    subject: str


def shown_at_first(total: int, *, unread: int | None = None, around: int | None = None) -> list[range]:
    """Return the stretches that a page begins with: the first message, those near ``around``, the newest ones.

    ``unread``: the place of the first unread message; from it on all are shown, unless there are very many.
    """
    if total <= FOLD_ABOVE:
        return [range(total)]
    start = total - SHOWN_AT_END
    if unread is not None:
        # One that was read stands above the line.
        start = min(start, max(unread - 1, total - MAX_UNREAD, 0))
    stretches = [range(1), range(start, total)]
    if around is not None:
        stretches.append(_near(around, range(total)))
    return joined(stretches)


def unfolded(gap: range, *, around: int | None = None) -> list[range]:
    """Return what one step shows of ``gap``: the messages near ``around``, else the newest ones."""
    if not gap:
        return []
    stretch = range(max(gap.start, gap.stop - STEP), gap.stop) if around is None else _near(around, gap)
    start = gap.start if stretch.start - gap.start <= _TOO_FEW else stretch.start
    stop = gap.stop if gap.stop - stretch.stop <= _TOO_FEW else stretch.stop
    return [range(start, stop)]


def joined(stretches: Iterable[range]) -> list[range]:
    """Return the stretches in order; those with next to nothing between them become one."""
    result: list[range] = []
    for stretch in sorted(stretches, key=lambda stretch: stretch.start):
        if result and stretch.start - result[-1].stop <= _TOO_FEW:
            result[-1] = range(result[-1].start, max(result[-1].stop, stretch.stop))
        elif stretch:
            result.append(stretch)
    return result


def _near(place: int, within: range) -> range:
    start = max(within.start, min(place - STEP // 2, within.stop - STEP))
    return range(start, min(within.stop, start + STEP))
