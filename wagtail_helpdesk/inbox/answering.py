"""What an agent may answer to a macro that asks for something a ticket can have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wagtail_helpdesk.automation.answers import ChoicesOf
from wagtail_helpdesk.desk.choices import HIDDEN
from wagtail_helpdesk.inbox.choices import choices_for
from wagtail_helpdesk.tickets.models import Ticket


def answers_of(user: Any, ticket: Ticket | None = None) -> ChoicesOf:
    """Return the choices of each field for ``user``: of the statuses those to which ``ticket`` may go, where one is."""
    known = choices_for(user)

    def of(name: str) -> Sequence[tuple[str, Any]]:
        if name != "status":
            return known.of(name)
        statuses = known.statuses_after(ticket.status) if ticket else known.statuses
        # Spam and trash have permissions of their own.
        return [(str(status.pk), str(status)) for status in statuses if status.category not in HIDDEN]

    return of
