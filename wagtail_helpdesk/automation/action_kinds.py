"""What a macro can do to a ticket: one :class:`ActionKind` each.

The extension point: ``register(ActionKind(...))`` from ``apps.ready()``, or a line in ``_BUILT_IN``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.utils import parse_tags
from wagtail.rich_text import get_text_for_indexing

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.automation.choices import AskKind, Assign
from wagtail_helpdesk.automation.runs import Line, Run
from wagtail_helpdesk.automation.variables import ASKED, FIELD, missing_in
from wagtail_helpdesk.conversations.actions.add_note import AddNote
from wagtail_helpdesk.conversations.actions.publish_message import refuse_where_hidden
from wagtail_helpdesk.conversations.actions.reply import Reply, refuse_without_reader
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.editor_html import to_message_html
from wagtail_helpdesk.conversations.placeholders import empty_placeholders, refuse_gaps
from wagtail_helpdesk.desk.models import Status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_due import ChangeDue
from wagtail_helpdesk.tickets.actions.change_field import ChangeField
from wagtail_helpdesk.tickets.actions.change_priority import ChangePriority
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.change_type import ChangeType
from wagtail_helpdesk.tickets.actions.follow_ticket import WatchTicket
from wagtail_helpdesk.tickets.actions.move_ticket import MoveTicket
from wagtail_helpdesk.tickets.actions.snooze_ticket import SnoozeTicket, refuse_to_sleep, snooze_state, snooze_step
from wagtail_helpdesk.tickets.actions.tag_ticket import TagTicket
from wagtail_helpdesk.tickets.blocking import refuse_while_open
from wagtail_helpdesk.tickets.choices import Watch
from wagtail_helpdesk.tickets.custom_fields.kinds import ValueRefused
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.snooze_phrases import UnknownPhrase, parse_snooze
from wagtail_helpdesk.tickets.transitions import refuse_other_ways

if TYPE_CHECKING:
    from wagtail_helpdesk.automation.answers import Chosen
    from wagtail_helpdesk.automation.models import MacroStep


@dataclass(frozen=True)
class ActionKind:
    """One thing that can be done.

    ``fields`` are the columns of MacroStep that it uses, ``needed`` those that must be filled, ``verb`` the permission
    on the ticket. ``do`` raises ActionRefused or PermissionDenied. ``is_last``: done after all others. ``asks``: of
    which kind a question is whose answer can be set instead of what is needed, "" where there is none.
    """

    key: str
    label: Promise
    fields: tuple[str, ...]
    needed: tuple[str, ...]
    verb: str
    preview: Callable[[MacroStep, Run], Line]
    do: Callable[[MacroStep, Run], None]
    is_last: bool = False
    asks: str = ""

    def errors(self, data: Mapping[str, Any]) -> dict[str, str]:
        """Return what is missing in a form's ``data``, or says two things, by field."""
        if self.key == "assign":
            return self._assign_errors(data)
        if self.asks and data.get("answer_to"):
            twice = any(_is_filled(name, data.get(name)) for name in self.needed)
            return {"answer_to": _("Choose what to set, or name a question: not both.")} if twice else {}
        return {name: _("This action needs it.") for name in self.needed if not _is_filled(name, data.get(name))}

    def _assign_errors(self, data: Mapping[str, Any]) -> dict[str, str]:
        wanted = {Assign.AGENT: "assignee", Assign.ANSWER: "answer_to"}.get(data.get("assign"), "assign")
        return {} if data.get(wanted) else {wanted: _("This action needs it.")}


def _is_filled(name: str, value: Any) -> bool:
    return bool(get_text_for_indexing(value or "").strip() if name == "body" else value)


ACTION_KINDS: dict[str, ActionKind] = {}


def register(kind: ActionKind) -> None:
    """Let macros do something more. ValueError for a key that is taken."""
    if kind.key in ACTION_KINDS:
        raise ValueError(f"there is an action {kind.key!r} already")
    ACTION_KINDS[kind.key] = kind


def choices() -> list[tuple[str, Promise]]:
    """Return the kinds for a form."""
    return [(kind.key, kind.label) for kind in ACTION_KINDS.values()]


def _gone() -> ActionRefused:
    return ActionRefused(_("What this macro sets does not exist any more: its actions have to be looked at."))


def _names(step: MacroStep, run: Run) -> list[str]:
    return parse_tags(run.value_of(step))


def _answer(step: MacroStep, run: Run) -> Chosen | None:
    """Return what was answered to the question that the step names, None for nothing. ActionRefused for what is gone.

    A question that is gone, or that asks for something else by now, is refused too.
    """
    if step.answer_to not in run.chosen:
        raise _gone()
    chosen = run.chosen[step.answer_to]
    if chosen is not None and chosen.is_gone:
        raise ActionRefused(_("What was chosen does not exist any more."))
    return chosen


def _not_answered(label: str, old: str) -> Line:
    return Line(label, old, _("(what is answered)"))


def _row_to_set(step: MacroStep, run: Run, name: str) -> Any:
    """Return the row that the step names, or that was answered to its question: None where nothing was."""
    if not step.answer_to:
        row = getattr(step, name)
        if row is None:
            raise _gone()
        return row
    answered = _answer(step, run)
    if answered is not None and not isinstance(answered.row, Ticket._meta.get_field(name).related_model):
        raise _gone()
    return None if answered is None else answered.row


def _field(name: str, label: Promise, verb: str, action: Any, *, is_last: bool = False, asks: str = "") -> ActionKind:
    """Return the kind that sets one field."""

    def preview(step: MacroStep, run: Run) -> Line:
        old = str(getattr(run.ticket, name) or "")
        try:
            row = _row_to_set(step, run, name)
        except ActionRefused as refused:
            return Line(str(label), old, problem=str(refused))
        if row is None:
            return _not_answered(str(label), old)
        return Line(str(label), old, str(row), problem=_way_problem(run, row))

    def do(step: MacroStep, run: Run) -> None:
        row = _row_to_set(step, run, name)
        if row is not None:
            action(ticket=run.ticket, actor=run.actor, **{name: row})()

    return ActionKind(name, label, (name, "answer_to"), (name,), verb, preview, do, is_last, asks)


def _day_of(step: MacroStep, run: Run) -> date | None:
    """Return the day that a step sets: so many days from now, or what its value says, such as an answer; None: none."""
    if step.days is not None:
        return timezone.localdate() + timedelta(days=step.days)
    text = run.value_of(step)
    try:
        day = parse_date(text) if text else None
    except ValueError:
        day = None
    if text and day is None:
        raise ActionRefused(_("“%(words)s” is no date.") % {"words": text})
    return day


def _preview_due(step: MacroStep, run: Run) -> Line:
    old = date_format(run.ticket.due_on, "DATE_FORMAT") if run.ticket.due_on else ""
    try:
        day = _day_of(step, run)
    except ActionRefused as refused:
        return Line(_("Due"), old, problem=str(refused))
    return Line(_("Due"), old, date_format(day, "DATE_FORMAT") if day else _("None"))


def _due(step: MacroStep, run: Run) -> None:
    ChangeDue(ticket=run.ticket, due_on=_day_of(step, run), actor=run.actor)()


def _value_of(step: MacroStep, run: Run) -> Any:
    """Return what is to stand in the step's field. ActionRefused where it cannot stand there any more."""
    field = step.ticket_field
    if field is None:
        raise _gone()
    boxes = {mailbox.pk for mailbox in field.mailboxes.all()}
    if boxes and run.ticket.mailbox_id not in boxes:
        raise ActionRefused(_("Tickets of this mailbox do not have this field."))
    try:
        value = field.read_value(run.value_of(step))
    except ValueRefused as error:
        raise ActionRefused(str(error)) from None
    if not field.is_staff_only:
        run.set_before[f"{FIELD}{field.key}"] = field.show(value)
    return value


def _preview_value(step: MacroStep, run: Run) -> Line:
    field = step.ticket_field
    if field is None:
        return Line(_("Field"), problem=str(_gone()))
    old = field.show(run.ticket.custom_fields.get(field.key))
    try:
        return Line(field.name, old, field.show(_value_of(step, run)) or _("None"))
    except ActionRefused as refused:
        return Line(field.name, old, problem=str(refused))


def _set_value(step: MacroStep, run: Run) -> None:
    value = _value_of(step, run)
    ChangeField(ticket=run.ticket, field=step.ticket_field, value=value, actor=run.actor)()


def _way_problem(run: Run, value: Any) -> str:
    """Return why people may not take the ticket to the status ``value``, "" for any other value.

    From here on, the preview goes by that status.
    """
    if not isinstance(value, Status):
        return ""
    try:
        refuse_other_ways(run.status_then or run.ticket.status, value)
        refuse_while_open(run.ticket, value.category, run.user)
    except ActionRefused as refusal:
        return str(refusal)
    finally:
        run.status_then = value
    return ""


def _to_whom(step: MacroStep, run: Run) -> tuple[Any] | None:
    """Return to whom, which may be nobody; None where nothing was answered."""
    if step.assign == Assign.ANSWER:
        answered = _answer(step, run)
        if answered is None:
            return None
        if answered.row is not None and not isinstance(answered.row, get_user_model()):
            raise _gone()
        return (answered.row,)
    if step.assign == Assign.AGENT and step.assignee is None:
        raise _gone()
    return ({Assign.ME: run.user, Assign.NOBODY: None}.get(step.assign, step.assignee),)


def _preview_assign(step: MacroStep, run: Run) -> Line:
    old = Actor.of_user(run.ticket.assignee).name if run.ticket.assignee else _("Nobody")
    try:
        whom = _to_whom(step, run)
    except ActionRefused as refused:
        return Line(_("Assignee"), old, problem=str(refused))
    if whom is None:
        return _not_answered(_("Assignee"), old)
    (person,) = whom
    return Line(_("Assignee"), old, Actor.of_user(person).name if person else _("Nobody"))


def _assign(step: MacroStep, run: Run) -> None:
    whom = _to_whom(step, run)
    if whom is not None:
        AssignTicket(ticket=run.ticket, assignee=whom[0], actor=run.actor)()


def _preview_tags(step: MacroStep, run: Run, *, adds: bool) -> Line:
    old = set(run.ticket.tags.names())
    new = old | set(_names(step, run)) if adds else old - set(_names(step, run))
    return Line(_("Tags"), ", ".join(sorted(old)), ", ".join(sorted(new)))


def _tag(step: MacroStep, run: Run, *, adds: bool) -> None:
    names = _names(step, run)
    TagTicket(ticket=run.ticket, actor=run.actor, add=names if adds else (), remove=() if adds else names)()


def _preview_text(step: MacroStep, run: Run, *, may_miss: bool = False) -> Line:
    html = run.text_of(step)
    missing = [] if may_miss else [name for name in missing_in(html) if not name.startswith(ASKED)]
    return Line(str(ACTION_KINDS[step.kind].label), html=html, problem=_still_empty(missing) if missing else "")


def _preview_reply(step: MacroStep, run: Run) -> Line:
    """As any text, and what else would hold it back."""
    line = _preview_text(step, run)
    try:
        refuse_where_hidden(run.ticket)
        refuse_gaps([name for name in empty_placeholders(line.html) if not name.startswith(ASKED)])
        refuse_without_reader(run.ticket)
    except ActionRefused as refusal:
        return replace(line, problem=line.problem or str(refusal))
    return line


def _still_empty(missing: list[str]) -> str:
    return _("Nobody knows %(names)s of this ticket.") % {"names": ", ".join(f"[[{name}]]" for name in missing)}


def _html_to_send(step: MacroStep, run: Run) -> str:
    html = run.text_of(step)
    if missing := missing_in(html):
        raise ActionRefused(_still_empty(missing))
    return to_message_html(html, site=run.ticket.site)


def _note(step: MacroStep, run: Run) -> None:
    run.message = AddNote(ticket=run.ticket, html=_html_to_send(step, run), actor=run.actor)().pk


def _reply(step: MacroStep, run: Run) -> None:
    message = Reply(ticket=run.ticket, html=_html_to_send(step, run), actor=run.actor)()
    run.message = message.pk
    if message.state == MessageState.SCHEDULED:
        run.undo.append({"kind": "message", "ticket": run.ticket.pk, "message": message.pk})


def _preview_draft(step: MacroStep, run: Run) -> Line:
    line = _preview_text(step, run, may_miss=True)
    return line if run.has_composer else Line(line.label, html=line.html, problem=_only_one())


def _only_one() -> str:
    return _("This macro puts a text into the answer that one writes: run it on one ticket, from its page.")


def _draft(step: MacroStep, run: Run) -> None:
    if not run.has_composer:
        raise ActionRefused(_only_one())
    run.draft += run.text_of(step)


def _until(step: MacroStep, run: Run) -> datetime | None:
    """Return until when a ticket is to sleep: the words mean what they mean now."""
    words = run.value_of(step)
    try:
        return parse_snooze(words, timezone.localtime())
    except UnknownPhrase:
        raise ActionRefused(_("“%(words)s” is no time to come.") % {"words": words}) from None


def _preview_snooze(step: MacroStep, run: Run) -> Line:
    try:
        until = _until(step, run)
        refuse_to_sleep((run.status_then or run.ticket.status).category)
    except ActionRefused as refused:
        return Line(_("Snooze"), problem=str(refused))
    when = date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT") if until else _("When they reply")
    return Line(_("Snooze"), new=when)


def _snooze(step: MacroStep, run: Run) -> None:
    before = snooze_state(run.ticket)
    ticket = SnoozeTicket(ticket=run.ticket, until=_until(step, run), words=run.value_of(step), actor=run.actor)()
    run.undo.append(snooze_step(before, ticket))


def _watch(step: MacroStep, run: Run) -> None:
    WatchTicket(ticket=run.ticket, watch=Watch.WATCHING, actor=run.actor)()


_BUILT_IN = (
    _field("status", gettext_lazy("Set the status"), "change", ChangeStatus, asks=AskKind.STATUS),
    _field("priority", gettext_lazy("Set the priority"), "change", ChangePriority, asks=AskKind.PRIORITY),
    ActionKind(
        "assign",
        gettext_lazy("Assign"),
        ("assign", "assignee", "answer_to"),
        ("assign",),
        "assign",
        _preview_assign,
        _assign,
        asks=AskKind.ASSIGNEE,
    ),
    _field("ticket_type", gettext_lazy("Set the type"), "change", ChangeType, asks=AskKind.TYPE),
    ActionKind("due", gettext_lazy("Set the due date"), ("days", "value"), (), "change", _preview_due, _due),
    ActionKind(
        "field",
        gettext_lazy("Fill in a field"),
        ("ticket_field", "value"),
        ("ticket_field",),
        "change",
        _preview_value,
        _set_value,
    ),
    ActionKind(
        "add_tags",
        gettext_lazy("Add tags"),
        ("value",),
        ("value",),
        "change",
        lambda step, run: _preview_tags(step, run, adds=True),
        lambda step, run: _tag(step, run, adds=True),
    ),
    ActionKind(
        "remove_tags",
        gettext_lazy("Remove tags"),
        ("value",),
        ("value",),
        "change",
        lambda step, run: _preview_tags(step, run, adds=False),
        lambda step, run: _tag(step, run, adds=False),
    ),
    ActionKind("note", gettext_lazy("Add a note"), ("body",), ("body",), "note", _preview_text, _note),
    ActionKind("reply", gettext_lazy("Send a reply"), ("body",), ("body",), "reply", _preview_reply, _reply),
    ActionKind("draft", gettext_lazy("Write into the answer"), ("body",), ("body",), "reply", _preview_draft, _draft),
    ActionKind("snooze", gettext_lazy("Snooze"), ("value",), ("value",), "change", _preview_snooze, _snooze),
    ActionKind(
        "watch", gettext_lazy("Watch"), (), (), "view", lambda step, run: Line(_("Watch"), new=_("Yes")), _watch
    ),
    # Who gives a ticket away may lose sight of it.
    _field("team", gettext_lazy("Move to a team"), "assign", MoveTicket, is_last=True, asks=AskKind.TEAM),
)
for _kind in _BUILT_IN:
    register(_kind)
