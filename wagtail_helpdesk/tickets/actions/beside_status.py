"""What a change of the status takes along, and brings back: sleep, the day on which it closes, the customer's wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wagtail_helpdesk.desk.choices import FINISHED, HIDDEN, Category
from wagtail_helpdesk.tickets.actions.close_on import closing_state, closing_step
from wagtail_helpdesk.tickets.actions.snooze_ticket import snooze_state, snooze_step
from wagtail_helpdesk.tickets.models import Ticket

Step = dict[str, Any]


def beside_status(ticket: Ticket) -> Step:
    """Return, as plain values, what a change of the status may take from ``ticket``."""
    waits = ticket.customer_waiting_since
    return {
        "snooze": snooze_state(ticket),
        "close_on": closing_state(ticket),
        "waits": waits.isoformat() if waits else None,
    }


def takes_along(before: Mapping[str, Any], category: str) -> bool:
    """Tell whether a status of this ``category`` takes anything from a ticket that was so ``before``."""
    is_over = category in FINISHED and before["waits"]
    wakes = category in (*FINISHED, *HIDDEN) and before["snooze"]["asleep"]
    stays_open = category != Category.PENDING and before["close_on"]["close_on"]
    return bool(is_over or wakes or stays_open)


def steps_beside_status(before: Mapping[str, Any], ticket: Ticket) -> list[Step]:
    """Return the steps that bring back what ``ticket``, as it is now, has lost.

    They belong before the step of the status: steps go back from the last to the first.
    """
    steps = []
    if before["waits"] and ticket.customer_waiting_since is None:
        steps.append({"kind": "wait", "ticket": ticket.pk, "since": before["waits"]})
    if before["snooze"]["asleep"] and not ticket.asleep:
        steps.append(snooze_step(before["snooze"], ticket))
    if before["close_on"]["close_on"] and ticket.close_on is None:
        steps.append(closing_step(before["close_on"], ticket))
    return steps
