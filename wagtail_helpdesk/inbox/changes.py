"""Carry out what a person changed on a ticket's fields, each with what that person had seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import Action, ActionRefused
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.base import UNSEEN
from wagtail_helpdesk.tickets.actions.change_due import ChangeDue
from wagtail_helpdesk.tickets.actions.change_field import ChangeField
from wagtail_helpdesk.tickets.actions.change_priority import ChangePriority
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.change_subject import ChangeSubject
from wagtail_helpdesk.tickets.actions.change_type import ChangeType
from wagtail_helpdesk.tickets.actions.move_ticket import MoveTicket
from wagtail_helpdesk.tickets.actions.tag_ticket import TagTicket
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.models import Ticket


@dataclass(frozen=True)
class FieldChange:
    """A new value for one field, and the value that stood there when the person chose it."""

    value: Any
    seen: Any = UNSEEN
    #: The person was told what is not done yet, and resolves the ticket all the same.
    anyway: bool = False
    #: Whose value it is, where it is that of a field which an administrator added.
    field: TicketField | None = None
    #: The person takes back what he did.
    back: bool = False


def _tags(ticket: Ticket, change: FieldChange, **kwargs: Any) -> TagTicket:
    seen = set() if change.seen is UNSEEN else set(change.seen)
    return TagTicket(ticket=ticket, add=set(change.value) - seen, remove=seen - set(change.value), **kwargs)


#: One action a field. The team comes last: who gives a ticket away may lose sight of it.
_ACTIONS: dict[str, Callable[..., Action]] = {
    "status": lambda ticket, change, **kw: ChangeStatus(
        ticket=ticket, status=change.value, seen=change.seen, anyway=change.anyway, back=change.back, **kw
    ),
    "priority": lambda ticket, change, **kw: ChangePriority(
        ticket=ticket, priority=change.value, seen=change.seen, **kw
    ),
    "subject": lambda ticket, change, **kw: ChangeSubject(ticket=ticket, subject=change.value, seen=change.seen, **kw),
    "ticket_type": lambda ticket, change, **kw: ChangeType(
        ticket=ticket, ticket_type=change.value, seen=change.seen, **kw
    ),
    "due_on": lambda ticket, change, **kw: ChangeDue(ticket=ticket, due_on=change.value, seen=change.seen, **kw),
    "tags": _tags,
    "assignee": lambda ticket, change, **kw: AssignTicket(
        ticket=ticket, assignee=change.value, seen=change.seen, back=change.back, **kw
    ),
    "team": lambda ticket, change, **kw: MoveTicket(
        ticket=ticket, team=change.value, seen=change.seen, back=change.back, **kw
    ),
}


#: Those that can take the ticket out of one's sight.
_LAST = ("assignee", "team")


def _change_field(ticket: Ticket, change: FieldChange, **kwargs: Any) -> ChangeField:
    return ChangeField(ticket=ticket, field=change.field, value=change.value, seen=change.seen, **kwargs)


def _in_order(changes: Mapping[str, FieldChange]) -> Iterator[tuple[str, Callable[..., Action]]]:
    """Yield the names of the changes, each with its action."""
    yield from ((name, make) for name, make in _ACTIONS.items() if name in changes and name not in _LAST)
    yield from ((name, _change_field) for name, change in changes.items() if change.field is not None)
    yield from ((name, _ACTIONS[name]) for name in _LAST if name in changes)


def apply_by_field(ticket: Ticket, changes: Mapping[str, FieldChange], *, actor: Actor) -> dict[str, ActionRefused]:
    """Change each field that can be changed; return the refusal of each that could not, by field.

    PermissionDenied for a change that the actor may not make: nothing is changed then.
    """
    refused: dict[str, ActionRefused] = {}
    with events.unit_of_work():
        for name, make in _in_order(changes):
            try:
                make(ticket, changes[name], actor=actor)()
            except ActionRefused as error:
                refused[name] = error
    return refused


def change_fields(ticket: Ticket, changes: Mapping[str, FieldChange], *, actor: Actor) -> None:
    """Make all changes. Raises what the first action that refuses raises: nothing is changed then."""
    with events.unit_of_work():
        for name, make in _in_order(changes):
            make(ticket, changes[name], actor=actor)()


def apply_all_or_nothing(ticket: Ticket, changes: Mapping[str, FieldChange], *, actor: Actor) -> str:
    """Make all changes, or none; return "" or the sentence that says why not."""
    try:
        change_fields(ticket, changes, actor=actor)
    except ActionRefused as error:
        return str(error)
    except PermissionDenied:
        return _("You may not do this.")
    return ""
