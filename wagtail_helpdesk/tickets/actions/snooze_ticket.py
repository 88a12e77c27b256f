"""A ticket sleeps until its time has come, or until somebody writes; then it is back, and says so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.desk.choices import FINISHED, HIDDEN, Category
from wagtail_helpdesk.events import Actor, Change
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.state import AWAKE, silence_from

#: Tickets that one round of the worker wakes.
BATCH = 200
_COLUMNS = ("asleep", "snoozed_until", "sleeps_through", "snooze_reason", "snooze_words", "woke_at")


def refuse_to_sleep(category: str) -> None:
    """Raise ActionRefused for a ticket of a category in which nothing waits."""
    if category in (*FINISHED, *HIDDEN):
        raise ActionRefused(_("Only an open ticket can be snoozed."))


class SnoozeTicket(TicketAction):
    """Put a ticket to sleep ``until`` a time; None: until somebody outside writes.

    ``through_replies``: what somebody writes does not wake it. ``words`` is how the time was chosen, such as
    "tomorrow 9:00": what "snooze again" means.
    """

    def __init__(
        self,
        *,
        until: datetime | None,
        through_replies: bool = False,
        reason: str = "",
        words: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.until, self.through_replies = until, through_replies
        self.reason, self.words = " ".join(reason.split())[:200], words[:100]

    def check(self) -> None:
        """As the base; ActionRefused for what is over, for a time that is over, and for a sleep without end."""
        super().check()
        refuse_to_sleep(self.ticket.category)
        if self.until is None and self.through_replies:
            raise ActionRefused(_("Choose a time: nothing else would wake this ticket."))
        if self.until is not None and self.until <= timezone.now():
            raise ActionRefused(_("This time is over."))

    def execute(self) -> Ticket:
        """Return the ticket."""
        ticket, was_asleep = self.ticket, self.ticket.asleep
        ticket.asleep, ticket.snoozed_until, ticket.sleeps_through = True, self.until, self.through_replies
        ticket.snooze_reason, ticket.snooze_words, ticket.woke_at = self.reason, self.words, None
        ticket.save(update_fields=_COLUMNS)
        until = self.until.isoformat() if self.until else ""
        self.record(EventKind.SNOOZED, until=until, reason=self.reason, through=self.through_replies)
        changes = (Change("asleep", was_asleep, True),)
        self.publish(events.TicketUpdated, ticket_id=ticket.pk, changes=changes)
        return ticket


class WakeTicket(TicketAction):
    """Wake a snoozed ticket. ``due``: only where its time has come, and then it is marked as back."""

    def __init__(self, *, due: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.due = due

    def execute(self) -> Ticket | None:
        """Return the ticket; None where it is awake, or its time has not come."""
        ticket, now = self.ticket, timezone.now()
        if not ticket.asleep or (self.due and (ticket.snoozed_until is None or ticket.snoozed_until > now)):
            return None
        # While it slept nobody was asked for anything: the silence of one that waits begins now.
        fields = AWAKE | (silence_from(now) if ticket.category == Category.PENDING else {})
        for column, value in fields.items():
            setattr(ticket, column, value)
        if self.due:
            ticket.woke_at = now
        ticket.save(update_fields=list(fields))
        self.record(EventKind.WOKE, what="time" if self.due else "hand")
        self.publish(events.TicketUpdated, ticket_id=ticket.pk, changes=(Change("asleep", True, False),))
        return ticket


def snooze_state(ticket: Ticket) -> dict[str, Any]:
    """Return how a ticket sleeps, as plain values."""
    return {
        "asleep": ticket.asleep,
        "until": ticket.snoozed_until.isoformat() if ticket.snoozed_until else None,
        "through": ticket.sleeps_through,
        "words": ticket.snooze_words,
        "reason": ticket.snooze_reason,
    }


def snooze_step(before: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    """Return the step that lets ``ticket`` sleep (or be awake) as it did ``before``: what undo takes."""
    return {"kind": "snooze", "ticket": ticket.pk, "old": before, "new": snooze_state(ticket)}


def wake_due() -> int:
    """Wake the tickets whose time has come; return how many (at most BATCH)."""
    over = Ticket.objects.current().asleep().filter(snoozed_until__lte=timezone.now()).order_by("snoozed_until", "pk")
    woken = 0
    for ticket in over[:BATCH]:
        try:
            woken += WakeTicket(ticket=ticket, due=True, actor=Actor.system())() is not None
        except ActionRefused:
            # Merged or erased at this very moment: it has nothing to come back to.
            continue
    return woken
