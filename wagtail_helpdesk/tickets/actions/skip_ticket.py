"""An agent who works through a view leaves a ticket out, and says why."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind, SkipReason
from wagtail_helpdesk.tickets.timeline import write_event

MAX_WORDS = 200


class SkipTicket(TicketAction):
    """Note on the timeline that the ticket was left out. ``reason`` is a SkipReason, ``words`` say more.

    Nothing about the ticket changes; whoever may see it may say why it was left.
    """

    verb = "view"

    def __init__(self, *, reason: str, words: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.reason, self.words = reason, " ".join(words.split())[:MAX_WORDS]

    def check(self) -> None:
        """As the base; ActionRefused without a reason, and for "another reason" without words."""
        super().check()
        if self.reason not in SkipReason.values:
            raise ActionRefused(_("Choose why you skip it."))
        if self.reason == SkipReason.OTHER and not self.words:
            raise ActionRefused(_("Write down why you skip it."))

    def execute(self) -> None:
        """Write the line; one that is back from snooze stays so, since nobody did anything."""
        write_event(self.ticket, EventKind.SKIPPED, actor=self.actor, reason=str(self.reason), words=self.words)
