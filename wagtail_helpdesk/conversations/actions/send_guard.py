"""Nobody answers past a message he has not seen."""

from __future__ import annotations

from django.utils.translation import ngettext

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.tickets.models import Ticket


class NewerMessages(ActionRefused):
    """Messages arrived since the person looked; ``messages`` holds them, oldest first."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__(
            ngettext(
                "%(count)d message arrived while you were writing. Read it, then send again.",
                "%(count)d messages arrived while you were writing. Read them, then send again.",
                len(messages),
            )
            % {"count": len(messages)}
        )
        self.messages = messages


def refuse_if_unseen(ticket: Ticket, last_seen: int | None) -> None:
    """Raise NewerMessages when the ticket has messages newer than the key ``last_seen``; None asks for no check."""
    if last_seen is None:
        return
    newer = list(ticket.messages.for_agents().filter(pk__gt=last_seen).order_by("pk"))
    if newer:
        raise NewerMessages(newer)
