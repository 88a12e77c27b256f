"""The base of actions on one ticket: permission, row lock, timeline."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import Action, ActionRefused
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may
from wagtail_helpdesk.tickets.timeline import write_event


class Conflict(ActionRefused):
    """Somebody else changed the same thing meanwhile."""


#: "The caller did not look before": no check for changes made meanwhile.
UNSEEN: Any = object()


class TicketAction(Action):
    """Subclasses name the permission they need and work on ``self.ticket``, which is locked and fresh."""

    #: One of ``permissions.VERBS``.
    verb: ClassVar[str] = "change"

    def __init__(self, *, ticket: Ticket, actor: Actor, depth: int = 0) -> None:
        super().__init__(actor=actor, depth=depth)
        self.ticket = ticket

    def check(self) -> None:
        """Lock the ticket, then: PermissionDenied without the right, ActionRefused for an erased or merged one."""
        self.ticket = lock_ticket(self.ticket.pk)
        if self.actor.kind == "user" and not self.is_allowed():
            raise PermissionDenied
        if self.ticket.erased_at:
            raise ActionRefused(_("This ticket was erased."))
        if self.ticket.merged_into_id:
            raise ActionRefused(_("This ticket was merged into another one."))

    def is_allowed(self) -> bool:
        """Return whether the user may do this to the ticket, as it is now."""
        return may(self.user, self.verb, self.ticket)

    def record(self, what: str, /, **values: Any) -> None:
        """Write one line of the ticket's timeline. What is back from snooze is so until somebody did something."""
        write_event(self.ticket, what, actor=self.actor, **values)
        if self.ticket.woke_at and self.actor.kind == "user":
            self.ticket.woke_at = None
            Ticket.objects.filter(pk=self.ticket.pk).update(woke_at=None)


def lock_ticket(pk: int) -> Ticket:
    """Return the ticket with its row locked (where the database has row locks). Raises Ticket.DoesNotExist.

    Without a join: a transaction that waited here and finds the status changed would not find the row, since
    PostgreSQL checks the condition of the join again on the new row with the old status (READ COMMITTED).
    """
    return Ticket.objects.select_for_update().get(pk=pk)
