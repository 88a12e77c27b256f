"""Run a macro on many tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.automation.macros import macros_for, run_macro
from wagtail_helpdesk.automation.models import MacroQuestion
from wagtail_helpdesk.automation.questions import ask_for, field_for, plain, unanswered
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.answering import answers_of
from wagtail_helpdesk.inbox.bulk.registry import BulkAction, BulkFields, Step, Target, register_action
from wagtail_helpdesk.inbox.widgets import Select


class MacroFields(BulkFields):
    """Which one, and the answers to what it asks for: once for all tickets."""

    macro = forms.ModelChoiceField(
        None, label=gettext_lazy("Macro"), empty_label=gettext_lazy("Macro …"), widget=Select
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Their steps are of no interest here. Looked up once: the choices are drawn from the same list.
        usable = macros_for(self.user).prefetch_related(None)
        macros = list(usable)
        self.fields["macro"].queryset = usable
        self.fields["macro"].choices = [("", self.fields["macro"].empty_label), *((one.pk, str(one)) for one in macros)]
        asked = MacroQuestion.objects.filter(macro__in=[one.pk for one in macros]).select_related("macro")
        self.questions = list(asked) if macros else []
        for question in self.questions:
            field = field_for(question, answers_of(self.user), required=False)
            field.label = f"{question.macro}: {question.label}"
            field.widget.attrs["data-helpdesk-macro"] = question.macro_id
            self.fields[_field_of(question)] = field

    def clean(self) -> dict[str, Any]:
        """Refuse a macro whose questions are not answered."""
        data = super().clean()
        macro = data.get("macro")
        if macro is not None and (labels := unanswered(macro, self._answers(macro.pk))):
            self.add_error(None, ask_for(labels))
        return data

    def plain(self) -> dict[str, Any]:
        """Return the macro's key and the answers to its questions."""
        key = self.cleaned_data["macro"].pk
        return {"macro": key, "answers": self._answers(key)}

    def _answers(self, key: int) -> dict[str, str]:
        asked = [question for question in self.questions if question.macro_id == key]
        return {question.name: plain(self.cleaned_data.get(_field_of(question))) for question in asked}


def _field_of(question: MacroQuestion) -> str:
    return f"ask-{question.macro_id}-{question.name}"


def _run(target: Target, data: Mapping[str, Any], actor: Actor) -> Sequence[Step]:
    macro = macros_for(actor.instance).filter(pk=data["macro"]).first()
    if macro is None:
        raise ActionRefused(_("What was chosen does not exist any more."))
    (result,) = run_macro(macro, [target.ticket], actor, last_seen=data.get("last_seen"), answers=data.get("answers"))
    if result.why:
        raise ActionRefused(result.why)
    return list(result.undo)


def install() -> None:
    """Register it. Called once, from ``pipeline``."""
    register_action(BulkAction("macro", gettext_lazy("Run macro"), "cogs", "change", _run, MacroFields))
