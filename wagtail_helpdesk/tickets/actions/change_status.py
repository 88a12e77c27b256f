"""Set a ticket's status, with all that follows from its category."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.desk.choices import HIDDEN, Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Status
from wagtail_helpdesk.events import Actor, Change
from wagtail_helpdesk.tickets.actions.base import UNSEEN, Conflict, TicketAction
from wagtail_helpdesk.tickets.blocking import refuse_while_open
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may
from wagtail_helpdesk.tickets.state import fields_for_category
from wagtail_helpdesk.tickets.transitions import refuse_other_ways


class ChangeStatus(TicketAction):
    """Set ``status``. ``seen`` is the key of the status the person saw: another one by now raises Conflict.

    ``anyway``: the person was told that the checklist is not done, and resolves the ticket all the same. ``back``: the
    person takes back what he did, whatever way leads there.
    """

    def __init__(
        self,
        *,
        ticket: Ticket,
        status: Status,
        actor: Actor,
        seen: Any = UNSEEN,
        anyway: bool = False,
        back: bool = False,
        depth: int = 0,
    ) -> None:
        super().__init__(ticket=ticket, actor=actor, depth=depth)
        self.status = status
        self.seen, self.anyway, self.back = seen, anyway, back

    def check(self) -> None:
        """As the base; to and from trash only with the right to delete. NotNext where people may not go there from
        here, ActionRefused while a blocker is open, ItemsOpen while the checklist is not done."""
        super().check()
        trash = Category.TRASH in (self.status.category, self.ticket.category)
        if trash and self.actor.kind == "user" and not may(self.user, "delete", self.ticket):
            raise PermissionDenied
        if self.seen is not UNSEEN and self.seen != self.ticket.status_id and self.status.pk != self.ticket.status_id:
            raise Conflict(
                _("Somebody else set the status to “%(status)s” meanwhile.") % {"status": self.ticket.status}
            )
        if self.actor.kind == "user" and not self.back:
            refuse_other_ways(self.ticket.status, self.status)
        # What was over before it was put away, or before somebody took it up by mistake, is so again.
        is_restored = self.ticket.category in HIDDEN and self.status.pk == self.ticket.restore_status_id
        if not self.back and not is_restored:
            refuse_while_open(self.ticket, self.status.category, self.user, anyway=self.anyway)

    def execute(self) -> Ticket:
        """Return the ticket; nothing is written when it has this status already."""
        ticket, new = self.ticket, self.status
        if ticket.status_id == new.pk:
            return ticket
        old = ticket.status
        changed = fields_for_category(
            old=ticket.category,
            new=new.category,
            now=timezone.now(),
            resolved_at=ticket.resolved_at,
            old_status_id=old.pk,
        )
        for field, value in changed.items():
            setattr(ticket, field, value)
        ticket.status, ticket.category = new, new.category
        ticket.save(update_fields=["status", "category", *changed])
        self.record(EventKind.STATUS, old=old.name, new=new.name, was=old.category, category=new.category)
        changes = (Change("status", old.pk, new.pk), Change("category", old.category, new.category))
        self.publish(events.TicketUpdated, ticket_id=ticket.pk, changes=changes)
        return ticket


class TrashTicket(ChangeStatus):
    """Put a ticket into the trash. It can be restored until it is erased."""

    def __init__(self, *, ticket: Ticket, actor: Actor, depth: int = 0) -> None:
        super().__init__(ticket=ticket, status=default_status(Category.TRASH), actor=actor, depth=depth)


class RestoreTicket(ChangeStatus):
    """Bring a ticket back from trash or spam to the status it had, else to open."""

    def __init__(self, *, ticket: Ticket, actor: Actor, depth: int = 0) -> None:
        status = ticket.restore_status or default_status(Category.OPEN)
        super().__init__(ticket=ticket, status=status, actor=actor, depth=depth)
