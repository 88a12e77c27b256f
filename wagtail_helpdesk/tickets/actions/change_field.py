"""Fill in one of the fields that an administrator added."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.events import Actor, Change
from wagtail_helpdesk.tickets.actions.base import UNSEEN, Conflict, TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.custom_fields.kinds import ValueRefused
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.custom_fields.values import index_values
from wagtail_helpdesk.tickets.models import Ticket


class ChangeField(TicketAction):
    """Set the value of ``field``, None for none. ``seen`` is the value the person saw."""

    def __init__(
        self, *, ticket: Ticket, field: TicketField, value: Any, actor: Actor, seen: Any = UNSEEN, depth: int = 0
    ) -> None:
        super().__init__(ticket=ticket, actor=actor, depth=depth)
        self.field = field
        self.value = value
        self.seen = seen

    def check(self) -> None:
        """As the base; ActionRefused for a value that cannot stand there, Conflict for a change made meanwhile."""
        super().check()
        current = self.ticket.custom_fields.get(self.field.key)
        try:
            self.value = self.field.clean_value(self.value, kept=current)
        except ValueRefused as error:
            raise ActionRefused(str(error)) from None
        if self.seen is not UNSEEN and self.seen != current and self.value != current:
            raise Conflict(_("Somebody else changed “%(name)s” meanwhile.") % {"name": self.field.name})

    def execute(self) -> Ticket:
        """Return the ticket; nothing is written when this stands there already."""
        ticket, field = self.ticket, self.field
        old = ticket.custom_fields.get(field.key)
        if old == self.value:
            return ticket
        others = {key: value for key, value in ticket.custom_fields.items() if key != field.key}
        ticket.custom_fields = others if self.value is None else {**others, field.key: self.value}
        ticket.save(update_fields=["custom_fields"])
        index_values(ticket, [field])
        self.record(EventKind.FIELD, name=field.name, old=field.show(old), new=field.show(self.value))
        changes = (Change(f"field:{field.key}", old, self.value),)
        self.publish(events.TicketUpdated, ticket_id=ticket.pk, changes=changes)
        return ticket
