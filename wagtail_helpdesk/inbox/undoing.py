"""Takes back what an agent did with one click, step by step, and says for each ticket what became of it.

Whoever offers a reversible action hands the steps of what was done to :func:`remember`; the address of the record goes
into the answer (``inbox.answers``). A step is a plain dict with ``kind`` (a key of ``REVERSERS``), ``ticket`` and what
that kind needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.cancel_message import CancelMessage
from wagtail_helpdesk.conversations.drafts import recover_draft
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.models import Priority, Status, Team, TicketType
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox import reversers
from wagtail_helpdesk.inbox.changes import FieldChange, change_fields
from wagtail_helpdesk.inbox.models import UndoRecord
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.custom_fields.values import FIELD_PREFIX
from wagtail_helpdesk.tickets.models import Ticket

#: How long the way back is open.
PATIENCE = timedelta(minutes=30)

Step = dict[str, Any]
Reverser = Callable[[Ticket, Mapping[str, Any], Actor], None]

_MODELS = {"status": Status, "priority": Priority, "team": Team, "ticket_type": TicketType}


def _put_field_back(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    field, old, new = step["field"], step["old"], step["new"]
    ticket_field = None
    if field in _MODELS:
        key, old = old, _MODELS[field].objects.filter(pk=old).first()
        if old is None and key is not None:
            raise ActionRefused(_("The value that was there before does not exist any more."))
    elif field == "due_on":
        old, new = (parse_date(day) if day else None for day in (old, new))
    elif field.startswith(FIELD_PREFIX):
        ticket_field = TicketField.objects.filter(key=field.removeprefix(FIELD_PREFIX)).first()
        if ticket_field is None:
            raise ActionRefused(_("This field does not exist any more."))
    elif field == "assignee":
        users = get_user_model()
        old = None if old is None else users._default_manager.filter(pk=old).first()
        new = None if new is None else users._meta.pk.to_python(new)
    change_fields(ticket, {field: FieldChange(old, new, field=ticket_field, back=True)}, actor=actor)


def taken_back_words(messages: Iterable[Message], user: Any) -> str:
    """Return what to say to ``user`` of ``messages`` that were taken back: in whose draft their text is."""
    if all(message.author_user_id == user.pk for message in messages):
        return _("It was taken back, and nobody got it. Its text is in your draft.")
    return _("It was taken back, and nobody got it. Its text is in the author's draft.")


def _take_message_back(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    message = Message.objects.filter(pk=step["message"], ticket=ticket).select_related("ticket").first()
    if message is None:
        raise ActionRefused(_("This message does not exist any more."))
    CancelMessage(message=message, actor=actor)()


def _bring_draft_back(ticket: Ticket, step: Mapping[str, Any], actor: Actor) -> None:
    recover_draft(user=actor.instance, pk=step["draft"])


#: What takes a step back, by its kind. Raises ActionRefused where it cannot be done any more.
REVERSERS: dict[str, Reverser] = {
    "field": _put_field_back,
    "message": _take_message_back,
    **reversers.REVERSERS,
    "draft": _bring_draft_back,
}


def field_steps(ticket: Ticket, before: Mapping[str, Any], changes: Mapping[str, FieldChange]) -> list[Step]:
    """Return the steps that take ``changes`` of a ticket back. ``before``: its values by field (tags as names)."""
    steps = []
    for field, change in changes.items():
        is_plain = field in ("subject", "tags", "due_on") or change.field is not None
        new = change.value if is_plain else getattr(change.value, "pk", None)
        old = before[field]
        if field == "tags":
            old, new = sorted(old), sorted(new)
        if old != new:
            steps.append({"kind": "field", "ticket": ticket.pk, "field": field, "old": _plain(old), "new": _plain(new)})
    return steps


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str | list | bool | dict) else str(value)


def remember(user: Any, steps: Iterable[Step]) -> UndoRecord | None:
    """Write down what ``user`` did; None where there is nothing to take back."""
    kept = list(steps)
    return UndoRecord.objects.create(user=user, steps=kept) if kept else None


def undo(record: UndoRecord) -> dict[int, str]:
    """Take ``record`` back, each ticket wholly or not at all; return for each ticket "" or the sentence why not.

    ActionRefused when it was taken back before, or is too old. Steps of one ticket go back in the reverse order.
    """
    claim(record)
    actor = Actor.of_user(record.user)
    by_ticket = steps_by_ticket(record)
    tickets = Ticket.objects.in_bulk(by_ticket)
    return {pk: _undo_ticket(tickets.get(pk), steps, actor) for pk, steps in by_ticket.items()}


def claim(record: UndoRecord) -> None:
    """Let nobody else take ``record`` back. ActionRefused when it was taken back before, or is too old."""
    claimed = UndoRecord.objects.filter(
        pk=record.pk, undone_at__isnull=True, created_at__gt=timezone.now() - PATIENCE
    ).update(undone_at=timezone.now())
    if not claimed:
        raise ActionRefused(_("This cannot be undone any more."))


def steps_by_ticket(record: UndoRecord) -> dict[int, list[Step]]:
    """Return what was done to each ticket, in the order in which it was done."""
    by_ticket: dict[int, list[Step]] = {}
    for step in record.steps:
        by_ticket.setdefault(step["ticket"], []).append(step)
    return by_ticket


def take_back(ticket: Ticket, steps: Iterable[Mapping[str, Any]], actor: Actor) -> None:
    """Take the steps of one ticket back, the last one first. Raises what the first that cannot be done raises."""
    for step in reversed(list(steps)):
        REVERSERS[step["kind"]](ticket, step, actor)


def _undo_ticket(ticket: Ticket | None, steps: list[Step], actor: Actor) -> str:
    if ticket is None:
        return _("This ticket does not exist any more.")
    try:
        with events.unit_of_work():
            take_back(ticket, steps, actor)
    except ActionRefused as error:
        return str(error)
    except PermissionDenied:
        return _("You may not do this.")
    return ""


def forget_old() -> int:
    """Remove the records whose time is over; return how many."""
    return UndoRecord.objects.filter(created_at__lt=timezone.now() - 2 * PATIENCE).delete()[0]
