"""How a ticket's clock fields follow its status: pure functions over plain values."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from wagtail_helpdesk.desk.choices import ACTIVE, FINISHED, HIDDEN, Category

#: The columns of a ticket that nobody snoozed.
AWAKE = {"asleep": False, "snoozed_until": None, "woke_at": None}
#: The columns of a ticket that does not close by itself.
STAYS_OPEN = {"silent_since": None, "close_warned_at": None, "close_on": None}


def fields_for_category(
    *, old: str, new: str, now: datetime, resolved_at: datetime | None, old_status_id: int | None
) -> dict[str, Any]:
    """Return the ticket fields that change when the category goes from ``old`` to ``new`` at ``now``."""
    fields: dict[str, Any] = dict(AWAKE) if new in (*FINISHED, *HIDDEN) else {}
    if new == Category.PENDING:
        fields.update(silence_from(now))
    elif old == Category.PENDING:
        fields.update(STAYS_OPEN)
    if new in HIDDEN:
        fields["hidden_at"] = now
        if old not in HIDDEN:
            fields["restore_status_id"] = old_status_id
        return fields
    if old in HIDDEN:
        fields.update(restore_status_id=None, hidden_at=None)
    if new in FINISHED:
        fields["customer_waiting_since"] = None
        if new == Category.RESOLVED:
            # Back from the trash, it was resolved when it was resolved: the days to reopen go on from there.
            since = resolved_at if old in HIDDEN and resolved_at else now
            fields.update(resolved_at=since, closed_at=None)
        else:
            fields.update(resolved_at=resolved_at, closed_at=now)
    elif old in (*FINISHED, *HIDDEN):
        fields.update(resolved_at=None, closed_at=None)
    return fields


def silence_from(now: datetime) -> dict[str, Any]:
    """Return the ticket fields of one that waits for its customer when somebody wrote at ``now``: a new silence."""
    return {"silent_since": now, "close_warned_at": None}


def fields_on_waking(*, asleep: bool, sleeps_through: bool, now: datetime) -> dict[str, Any]:
    """Return the ticket fields that change when somebody outside writes: a snoozed ticket is back."""
    return {**AWAKE, "woke_at": now} if asleep and not sleeps_through else {}


def may_still_reopen(
    *, category: str, resolved_at: datetime | None, closed_at: datetime | None, reopen_days: int, now: datetime
) -> bool:
    """Tell whether an answer now goes on with the ticket (True) or opens a new one (False).

    The days count from the resolution, else from the closing. An open ticket always goes on.
    """
    if category not in FINISHED:
        return True
    since = resolved_at or closed_at
    return since is None or now - since <= timedelta(days=reopen_days)


def category_after_inbound(category: str, *, may_reopen: bool) -> str:
    """Return the category after a customer's message: new stays new, spam and trash stay, the rest opens."""
    if category in HIDDEN or category in ACTIVE or not may_reopen:
        return category
    return Category.OPEN


def category_after_reply(category: str) -> str:
    """Return the category after an agent's reply that names no status: what was new is now open."""
    return Category.OPEN if category == Category.NEW else category
