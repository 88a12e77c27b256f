"""Answers that are something a ticket can have: a status, a priority, a team, an agent, a type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model
from django.utils.translation import gettext as _

from wagtail_helpdesk.automation.choices import AskKind
from wagtail_helpdesk.automation.models import MacroQuestion
from wagtail_helpdesk.desk.models import Priority, Status, Team, TicketType
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.remembering import remembered
from wagtail_helpdesk.tickets.conditions.ticket_fields import ME, MINE, NOBODY

#: What conditions call the field that each kind chooses from.
_FIELDS: Mapping[str, str] = {
    AskKind.STATUS: "status",
    AskKind.PRIORITY: "priority",
    AskKind.TEAM: "team",
    AskKind.ASSIGNEE: "assignee",
    AskKind.TYPE: "ticket_type",
}
#: Returns, for a field of tickets, pairs of key and label of what a person may set it to.
ChoicesOf = Callable[[str], Sequence[tuple[str, Any]]]


@dataclass(frozen=True)
class Chosen:
    """What was answered: a row, None for nobody and for one that is gone."""

    row: Any = None
    label: str = ""
    is_gone: bool = False


def is_chosen(kind: str) -> bool:
    """Tell whether questions of this kind are answered by something that a ticket can have."""
    return kind in _FIELDS


def choices_for_answer(question: MacroQuestion, of: ChoicesOf) -> list[tuple[str, Any]]:
    """Return pairs of key and label of what can be answered."""
    return [(key, label) for key, label in of(_FIELDS[question.kind]) if key != MINE]


def chosen_in(questions: Sequence[MacroQuestion], answers: Mapping[str, str], user: Any) -> dict[str, Chosen | None]:
    """Return what was answered to each question for something that a ticket can have; None where nothing was."""
    return {
        question.name: _chosen(question.kind, answers[question.name], user) if answers.get(question.name) else None
        for question in questions
        if is_chosen(question.kind)
    }


def _chosen(kind: str, text: str, user: Any) -> Chosen:
    if kind == AskKind.ASSIGNEE and text == NOBODY:
        return Chosen(label=_("Nobody"))
    row = user if kind == AskKind.ASSIGNEE and text == ME else _row(kind, text)
    if row is None:
        return Chosen(label=text, is_gone=True)
    return Chosen(row, Actor.of_user(row).name if kind == AskKind.ASSIGNEE else str(row))


@remembered
def _row(kind: str, text: str) -> Model | None:
    """One query."""
    rows = {
        AskKind.STATUS: Status.objects,
        AskKind.PRIORITY: Priority.objects,
        AskKind.TEAM: Team.objects,
        AskKind.TYPE: TicketType.objects,
        AskKind.ASSIGNEE: get_user_model()._default_manager,
    }[AskKind(kind)]
    try:
        return rows.filter(pk=text).first()
    except (TypeError, ValueError, OverflowError):
        return None
