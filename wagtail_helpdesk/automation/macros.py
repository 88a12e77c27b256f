"""Run macros, and say beforehand what they would do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.automation.action_kinds import ACTION_KINDS
from wagtail_helpdesk.automation.answers import chosen_in
from wagtail_helpdesk.automation.models import Macro, MacroStep
from wagtail_helpdesk.automation.querysets import ScopedQuerySet
from wagtail_helpdesk.automation.questions import ask_for, unanswered, variables_of
from wagtail_helpdesk.automation.runs import Line, Run
from wagtail_helpdesk.conversations.actions.send_guard import refuse_if_unseen
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.base import lock_ticket
from wagtail_helpdesk.tickets.actions.beside_status import beside_status, steps_beside_status
from wagtail_helpdesk.tickets.custom_fields.values import FIELD_PREFIX
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may

#: What a macro can change that is taken back field by field.
_FIELDS = ("status", "priority", "ticket_type", "assignee", "team")


@dataclass(frozen=True)
class MacroResult:
    """What became of one ticket: everything was done, or nothing and ``why`` says the reason."""

    ticket: int
    why: str = ""
    #: What takes it back, for ``inbox.undoing.remember``.
    undo: tuple[dict[str, Any], ...] = ()
    #: Text for the composer, as the editor stores it.
    draft: str = ""
    #: The message that was written last.
    message: int | None = None
    changed: tuple[str, ...] = field(default=())


def macros_for(user: Any, ticket: Ticket | None = None) -> ScopedQuerySet:
    """Return the macros that ``user`` may run (on ``ticket``), by name, with their steps."""
    macros = Macro.objects.usable_by(user, ticket=ticket).filter(is_active=True)
    named = ("status", "priority", "team", "assignee", "ticket_type", "ticket_field__mailboxes")
    return macros.prefetch_related("questions", *(f"steps__{name}" for name in named))


def steps_in_order(macro: Macro) -> list[MacroStep]:
    """Return the steps as they are done. A kind that nobody registers any more has no part in it."""
    known = [step for step in macro.steps.all() if step.kind in ACTION_KINDS]
    return sorted(known, key=lambda step: ACTION_KINDS[step.kind].is_last)


def preview_macro(
    macro: Macro,
    ticket: Ticket,
    user: Any,
    *,
    has_composer: bool = True,
    answers: Mapping[str, str] | None = None,
) -> list[Line]:
    """Return what ``macro`` would change on ``ticket``, line by line; nothing is written. ``answers``: so far."""
    run = _run_of(macro, ticket, Actor.of_user(user), user, answers or {}, has_composer=has_composer)
    lines = []
    for step in steps_in_order(macro):
        kind = ACTION_KINDS[step.kind]
        line = kind.preview(step, run)
        if not may(user, kind.verb, ticket):
            line = replace(line, problem=_("You may not do this."))
        lines.append(line)
    return lines


def run_macro(
    macro: Macro,
    tickets: Iterable[Ticket],
    actor: Actor,
    *,
    last_seen: int | None = None,
    has_composer: bool = False,
    answers: Mapping[str, str] | None = None,
) -> list[MacroResult]:
    """Run ``macro`` on each of ``tickets``, each wholly or not at all; return what became of each, in their order.

    ``actor`` is a user, who sees the tickets. ``last_seen`` is the newest message that the person saw of the one
    ticket; ``has_composer`` says that the person looks at it and can take up a text. ``answers`` are those to its
    questions, by name, a date in its ISO form, what a ticket can have by its key. The timeline names the macro.
    """
    actor = replace(actor, cause=f"macro:{macro.name}"[:100])
    given = answers or {}
    results = [_run_on(macro, ticket, actor, given, last_seen, has_composer=has_composer) for ticket in tickets]
    done = sum(not result.why for result in results)
    if done:
        Macro.objects.filter(pk=macro.pk).update_use(done)
    return results


def _run_of(
    macro: Macro,
    ticket: Ticket,
    actor: Actor,
    user: Any,
    answers: Mapping[str, str],
    *,
    has_composer: bool,
) -> Run:
    questions = list(macro.questions.all())
    chosen = chosen_in(questions, answers, user)
    asked, as_they_are = variables_of(questions, answers, chosen, language=ticket.language)
    return Run(ticket, user, actor, has_composer=has_composer, asked=asked, asked_plain=as_they_are, chosen=chosen)


def _run_on(
    macro: Macro,
    ticket: Ticket,
    actor: Actor,
    answers: Mapping[str, str],
    last_seen: int | None,
    *,
    has_composer: bool,
) -> MacroResult:
    user = actor.instance
    if labels := unanswered(macro, answers):
        return MacroResult(ticket.pk, ask_for(labels))
    if not macro.is_active or not Macro.objects.filter(pk=macro.pk).usable_by(user, ticket=ticket).exists():
        return MacroResult(ticket.pk, _("This macro is not for this ticket."))
    run = _run_of(macro, ticket, actor, user, answers, has_composer=has_composer)
    try:
        with events.unit_of_work():
            # As it is now: what others changed since it was fetched is nothing that the macro did.
            locked = lock_ticket(ticket.pk)
            before, beside = _values(locked), beside_status(locked)
            steps = steps_in_order(macro)
            if any(step.kind == "reply" for step in steps):
                # Before the first step: what the macro itself writes is nothing that the person has not seen.
                refuse_if_unseen(locked, last_seen)
            for step in steps:
                ACTION_KINDS[step.kind].do(step, run)
            done = Ticket.objects.get(pk=ticket.pk)
            after = _values(done)
    except ActionRefused as error:
        return MacroResult(ticket.pk, str(error))
    except PermissionDenied:
        return MacroResult(ticket.pk, _("You may not do this."))
    names = dict.fromkeys([*before, *after])
    changed = tuple(name for name in names if before.get(name) != after.get(name))
    fields = {
        name: {"kind": "field", "ticket": ticket.pk, "field": name, "old": before.get(name), "new": after.get(name)}
        for name in changed
    }
    # Steps go back from the last to the first: what gave the ticket out of one's sight is taken back before all else.
    last = [fields.pop(name) for name in ("assignee", "team") if name in fields]
    undo = (*steps_beside_status(beside, done), *fields.values(), *run.undo, *last)
    return MacroResult(ticket.pk, undo=undo, draft=run.draft, message=run.message, changed=changed)


def _values(ticket: Ticket) -> dict[str, Any]:
    """Return the values of a ticket as steps of an undo record hold them."""
    values = {name: _plain(getattr(ticket, f"{name}_id")) for name in _FIELDS}
    values |= {f"{FIELD_PREFIX}{key}": value for key, value in ticket.custom_fields.items()}
    due = ticket.due_on.isoformat() if ticket.due_on else None
    return {**values, "due_on": due, "tags": sorted(ticket.tags.names())}


def _plain(key: Any) -> Any:
    return key if key is None or isinstance(key, int) else str(key)
