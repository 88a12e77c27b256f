"""What a macro asks for before it is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from wagtail_helpdesk.automation.answers import ChoicesOf, Chosen, choices_for_answer, is_chosen
from wagtail_helpdesk.automation.choices import AskKind
from wagtail_helpdesk.automation.models import Macro, MacroQuestion
from wagtail_helpdesk.automation.variables import ASKED
from wagtail_helpdesk.mail.compose.own_texts import MAX_VALUE

#: The name before those of the fields.
PREFIX = "ask"


def field_for(question: MacroQuestion, of: ChoicesOf, *, required: bool | None = None) -> forms.Field:
    """Return the field of one question. ``of``: what can be answered. ``required``: instead of what it says."""
    fields: dict[str, Any] = {"label": question.label, "required": question.required if required is None else required}
    if question.kind == AskKind.CHOICE:
        return forms.ChoiceField(choices=[("", "—"), *((one, one) for one in question.choices)], **fields)
    if is_chosen(question.kind):
        return forms.ChoiceField(choices=[("", "—"), *choices_for_answer(question, of)], **fields)
    if question.kind == AskKind.DATE:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        return forms.DateField(input_formats=["%Y-%m-%d"], widget=widget, **fields)
    return forms.CharField(max_length=MAX_VALUE, **fields)


def plain(value: Any) -> str:
    """Return an answer as it is kept: a date in its ISO form."""
    return value.isoformat() if isinstance(value, date) else str(value or "")


class AnswersForm(forms.Form):
    """The questions of one macro. ``detached``: the fields belong to no form, as they stand inside of another one.

    ``of`` as in :func:`field_for`.
    """

    def __init__(self, macro: Macro, *args: Any, of: ChoicesOf, detached: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, prefix=PREFIX, auto_id=f"macro-{macro.pk}-%s", **kwargs)
        for question in macro.questions.all():
            self.fields[question.name] = field_for(question, of)
            if detached:
                self.fields[question.name].widget.attrs["form"] = "helpdesk-none"

    @property
    def answers(self) -> dict[str, str]:
        """What was answered, as far as it makes sense."""
        self.is_valid()
        return {name: plain(value) for name, value in self.cleaned_data.items()}


def unanswered(macro: Macro, answers: Mapping[str, str]) -> list[str]:
    """Return the questions that have to be answered and are not."""
    return [str(one) for one in macro.questions.all() if one.required and not answers.get(one.name)]


def ask_for(labels: list[str]) -> str:
    """Return the sentence that says what is to be answered first."""
    return _("Answer first: %(questions)s.") % {"questions": ", ".join(labels)}


def variables_of(
    questions: Sequence[MacroQuestion],
    answers: Mapping[str, str],
    chosen: Mapping[str, Chosen | None],
    *,
    language: str = "",
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the variables of a macro's texts, with dates as ``language`` writes them, and those of its values.

    ``chosen``: what :func:`chosen_in` found, which stands there by its name.
    """
    words, values = {}, {}
    for question in questions:
        name, value = f"{ASKED}{question.name}", answers.get(question.name, "")
        if answered := chosen.get(question.name):
            value = answered.label
        words[name] = values[name] = value
        if value and question.kind == AskKind.DATE:
            with override(language or get_language()):
                words[name] = date_format(date.fromisoformat(value), "DATE_FORMAT")
    return words, values
