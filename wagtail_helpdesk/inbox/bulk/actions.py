"""What the inbox itself can do to many tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.utils.dateparse import parse_date
from django.utils.html import escape, linebreaks
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.desk.choices import HIDDEN, Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Priority, Status, Team, TicketType
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.bulk import forms
from wagtail_helpdesk.inbox.bulk.registry import BulkAction, BulkFields, Step, Target, register_action
from wagtail_helpdesk.inbox.changes import FieldChange, change_fields
from wagtail_helpdesk.inbox.models import Mention
from wagtail_helpdesk.inbox.undoing import field_steps, take_back
from wagtail_helpdesk.tickets.actions.beside_status import beside_status, steps_beside_status, takes_along
from wagtail_helpdesk.tickets.actions.follow_ticket import StarTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.custom_fields.values import FIELD_PREFIX
from wagtail_helpdesk.tickets.models import Ticket, TicketReader

Data = Mapping[str, Any]

#: Seconds in which replies to many can be taken back: they are looked at more slowly than one.
UNDO_REPLIES = 60
#: More tickets than these are no one case.
MOST_MERGED = 50


def _set(field: str, value: Any, target: Target, actor: Actor) -> Sequence[Step]:
    ticket, changes = target.ticket, {field: FieldChange(value, target.saw(field))}
    before, beside = {field: getattr(ticket, f"{field}_id")}, beside_status(ticket)
    change_fields(ticket, changes, actor=actor)
    steps = field_steps(ticket, before, changes)
    if field == "status" and steps and takes_along(beside, value.category):
        steps[:0] = steps_beside_status(beside, Ticket.objects.get(pk=ticket.pk))
    return steps


def _row(model: Any, key: Any) -> Any:
    row = model._default_manager.filter(pk=key).first()
    if row is None:
        raise ActionRefused(_("What was chosen does not exist any more."))
    return row


def _assign(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
    person = None if data["assignee"] is None else _row(get_user_model(), data["assignee"])
    return _set("assignee", person, target, actor)


def _move(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
    return _set("team", _row(Team, data["team"]), target, actor)


def _set_status(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
    return _set("status", _row(Status, data["status"]), target, actor)


def _set_priority(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
    return _set("priority", _row(Priority, data["priority"]), target, actor)


def _set_type(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
    chosen = None if data["ticket_type"] is None else _row(TicketType, data["ticket_type"])
    return _set_plain("ticket_type", FieldChange(chosen), target.ticket.ticket_type_id, target.ticket, actor)


def _set_due(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
    day = parse_date(data["due_on"]) if data["due_on"] else None
    return _set_plain("due_on", FieldChange(day), target.ticket.due_on, target.ticket, actor)


def _set_field(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
    field, ticket = _row(TicketField, data["field"]), target.ticket
    boxes = set(field.mailboxes.values_list("pk", flat=True))
    if boxes and ticket.mailbox_id not in boxes:
        raise ActionRefused(_("Tickets of this mailbox do not have this field."))
    change = FieldChange(data["value"], field=field)
    return _set_plain(f"{FIELD_PREFIX}{field.key}", change, ticket.custom_fields.get(field.key), ticket, actor)


def _set_plain(name: str, change: FieldChange, old: Any, ticket: Ticket, actor: Actor) -> Sequence[Step]:
    change_fields(ticket, {name: change}, actor=actor)
    return field_steps(ticket, {name: old}, {name: change})


def _into(category: Category) -> Any:
    def run(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
        if target.ticket.category == category:
            return []
        return _set("status", default_status(category), target, actor)

    return run


def _restore(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
    ticket = target.ticket
    if ticket.category not in HIDDEN:
        raise ActionRefused(_("This ticket is neither spam nor in the trash."))
    return _set("status", ticket.restore_status or default_status(Category.OPEN), target, actor)


def _retag(ticket: Ticket, names: set[str], new: set[str], actor: Actor) -> Sequence[Step]:
    # Both are what this click means to change: tags that others set meanwhile stay.
    changes = {"tags": FieldChange(sorted(new), sorted(names))}
    change_fields(ticket, changes, actor=actor)
    return field_steps(ticket, {"tags": sorted(names)}, changes)


def _add_tags(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
    there = set(target.ticket.tags.names())
    return _retag(target.ticket, there, there | set(data["tags"]), actor)


def _remove_tags(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
    there = set(target.ticket.tags.names())
    return _retag(target.ticket, there, there - set(data["tags"]), actor)


def _star(starred: bool) -> Any:
    def run(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
        return set_star(target.ticket, actor, starred)

    return run


def set_star(ticket: Ticket, actor: Actor, starred: bool) -> Sequence[Step]:
    """Star a ticket for one agent, or take the star away; return what takes that back."""
    if TicketReader.objects.filter(ticket=ticket, user=actor.id, starred=True).exists() == starred:
        return []
    StarTicket(ticket=ticket, starred=starred, actor=actor)()
    return [{"kind": "star", "ticket": ticket.pk, "starred": not starred}]


def _done(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
    gone, _rows = Mention.objects.filter(user=actor.id, ticket=target.ticket).delete()
    return [{"kind": "mention", "ticket": target.ticket.pk}] if gone else []


def _one_case(keys: Sequence[int], data: dict[str, Any]) -> dict[str, Any]:
    """Find the ticket that stays: the one that was named, else the oldest."""
    if len(set(keys)) < 2:
        raise ActionRefused(_("Choose at least two tickets to merge."))
    if data["into"] is not None and data["into"] not in keys:
        raise ActionRefused(_("The ticket to merge into has to be one of the chosen ones."))
    oldest = Ticket.objects.filter(pk__in=keys).order_by("created_at", "pk").values_list("pk", flat=True).first()
    return {"into": data["into"] or oldest}


def _merge(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
    if target.ticket.pk == data["into"]:
        return []
    survivor = Ticket.objects.visible_to(actor.instance).filter(pk=data["into"]).first()
    if survivor is None:
        raise PermissionDenied
    merge = MergeTickets(source=target.ticket, target=survivor, actor=actor)()
    return [{"kind": "merge", "ticket": target.ticket.pk, "merge": merge.pk}]


def _reply(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
    status = _row(Status, data["status"]) if data.get("status") else None
    message = Reply(
        ticket=target.ticket,
        html=linebreaks(escape(data["text"])),
        status=status,
        delay=UNDO_REPLIES,
        last_seen=data.get("last_seen"),
        once=data.get("once", ""),
        actor=actor,
    )()
    return [{"kind": "message", "ticket": target.ticket.pk, "message": message.pk}]


def _undo(target: Target, data: Data, actor: Actor) -> Sequence[Step]:
    take_back(target.ticket, data["steps"][str(target.ticket.pk)], actor)
    return []


def _is_hidden(place: Any) -> bool:
    return place.view.hidden


def _is_not_trash(place: Any) -> bool:
    return place.view.slug != "trash"


def _is_shown(place: Any) -> bool:
    return not place.view.hidden


def _action(name: str, label: Any, icon: str, verb: str, run: Any, form: Any = BulkFields, **more: Any) -> BulkAction:
    return BulkAction(name, label, icon, verb, run, form, **more)


ACTIONS = (
    _action("assign", gettext_lazy("Assign"), "user", "assign", _assign, forms.AssignFields, prominent=True),
    _action("status", gettext_lazy("Status"), "check", "change", _set_status, forms.StatusFields, prominent=True),
    _action("tag", gettext_lazy("Add tags"), "tag", "change", _add_tags, forms.TagFields, prominent=True),
    _action(
        "done",
        pgettext_lazy("a mention", "Done for me"),
        "check",
        "view",
        _done,
        offered=lambda place: place.view.slug == "mentions",
        prominent=True,
    ),
    _action("restore", gettext_lazy("Restore"), "rotate", "change", _restore, offered=_is_hidden, prominent=True),
    _action("team", gettext_lazy("Team"), "group", "assign", _move, forms.TeamFields),
    _action("priority", gettext_lazy("Priority"), "arrow-up", "change", _set_priority, forms.PriorityFields),
    _action("type", gettext_lazy("Type"), "tag", "change", _set_type, forms.TypeFields),
    _action("due", gettext_lazy("Due date"), "date", "change", _set_due, forms.DueFields),
    _action("field", gettext_lazy("Field"), "form", "change", _set_field, forms.ValueFields),
    _action("untag", gettext_lazy("Remove tags"), "tag", "change", _remove_tags, forms.TagFields),
    _action("reply", gettext_lazy("Reply to all"), "mail", "reply", _reply, forms.ReplyFields, offered=_is_shown),
    _action(
        "merge",
        gettext_lazy("Merge"),
        "copy",
        "merge",
        _merge,
        forms.MergeFields,
        prepare=_one_case,
        offered=_is_shown,
        most=MOST_MERGED,
    ),
    _action("star", gettext_lazy("Star"), "helpdesk-star", "view", _star(True)),
    _action("unstar", gettext_lazy("Remove star"), "cross", "view", _star(False)),
    _action("spam", gettext_lazy("Spam"), "warning", "change", _into(Category.SPAM), offered=_is_shown),
    _action("trash", gettext_lazy("Trash"), "bin", "delete", _into(Category.TRASH), offered=_is_not_trash),
    # Offered by the toast alone.
    _action(
        "undo",
        gettext_lazy("Undo"),
        "rotate",
        "view",
        _undo,
        offered=lambda place: False,
        any_ticket=True,
        has_own_screen=True,
    ),
)


def install() -> None:
    """Register them. Called once, from ``pipeline``."""
    for action in ACTIONS:
        register_action(action)
