"""Which ticket comes next, and whether one is done with. Pure functions of plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wagtail_helpdesk.desk.choices import FINISHED, HIDDEN

_FAR = float("inf")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ticket that may come next."""

    pk: int
    #: The level of its priority: 0 is ordinary, higher goes first.
    level: int = 0
    #: By when it has to be done, where that presses.
    deadline: datetime | None = None
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where a ticket stands, as far as it matters here."""

    category: str
    asleep: bool
    assignee: Any


def play_order(
    candidates: Iterable[Candidate],
    *,
    done: Mapping[int, datetime] = {},
    skipped: Collection[int] = (),
) -> list[Candidate]:
    """Return the candidates in the order in which they come; ``candidates`` stand in the order of their view.

    What is more urgent than ordinary comes first, then the nearest deadline, then the view's own order; so that what is
    less urgent than ordinary is not left to the end for ever. Skipped tickets do not come back, those that were done
    only where the customer has written since.
    """
    left = [one for one in candidates if one.pk not in skipped and not _is_done(one, done.get(one.pk))]
    return sorted(left, key=lambda one: (-max(one.level, 0), one.deadline.timestamp() if one.deadline else _FAR))


def _is_done(one: Candidate, at: datetime | None) -> bool:
    return at is not None and (one.waiting_since is None or one.waiting_since <= at)


def is_over(before: State, after: State | None, user: Any) -> bool:
    """Tell whether ``user`` is done with a ticket by what changed: resolved, snoozed, put away, given to somebody else.

    ``after``: None where the user does not see it any more.
    """
    if after is None:
        return True
    if after.category in (*FINISHED, *HIDDEN) and after.category != before.category:
        return True
    if after.asleep and not before.asleep:
        return True
    return after.assignee is not None and after.assignee not in (user, before.assignee)
