"""The admin's forms for saved replies, macros and templates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from wagtail_helpdesk.automation import action_kinds, files
from wagtail_helpdesk.automation.choices import AskKind, Assign
from wagtail_helpdesk.automation.variables import asked_in, has_broken_variable, unknown_variables
from wagtail_helpdesk.contact_forms.uploads import FilesField
from wagtail_helpdesk.desk.choices import HIDDEN, Category
from wagtail_helpdesk.desk.models import Status
from wagtail_helpdesk.tickets.choices import Channel
from wagtail_helpdesk.tickets.custom_fields.kinds import FieldKind, ValueRefused
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.permissions import users_who_may

#: How an agent comes to open a ticket.
AGENT_CHANNELS = (
    (Channel.PHONE, Channel.PHONE.label),
    (Channel.IN_PERSON, Channel.IN_PERSON.label),
    (Channel.AGENT, gettext_lazy("On the customer's behalf")),
)


def variable_errors(text: str, *, asks: bool = False) -> list[str]:
    """Return a sentence for each thing in ``text`` that looks like a variable and is none. ``asks``: of a macro."""
    errors = [_("There is no variable “%(name)s”.") % {"name": name} for name in unknown_variables(text, asks=asks)]
    if has_broken_variable(text):
        errors.append(_("A variable looks like {{ customer.name }}, all of it in the same style."))
    return errors


class ScopedForm(WagtailAdminModelForm):
    """What they have in common: who makes something owns it, and its words name known variables only."""

    def clean(self) -> dict[str, Any]:
        """Refuse unknown variables."""
        data = super().clean()
        for field in ("body", "subject"):
            for error in variable_errors(data.get(field) or ""):
                self.add_error(field, error)
        return data

    def save(self, commit: bool = True) -> Any:
        """Save; a new row is its maker's."""
        if self.instance.pk is None and self.instance.owner_id is None:
            self.instance.owner = self.for_user
        return super().save(commit=commit)


def without_hidden(field: forms.Field) -> None:
    """Offer only statuses with which a ticket stays in sight."""
    field.queryset = Status.objects.exclude(category__in=HIDDEN)


def agents_only(field: forms.Field) -> None:
    """Offer only those to whom a ticket can be given."""
    field.queryset = users_who_may("reply")


class SavedReplyForm(ScopedForm):
    """A saved reply with its files."""

    kept_files = forms.ModelMultipleChoiceField(
        queryset=None,
        label=gettext_lazy("Files"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("What is not ticked is removed."),
    )
    new_files = FilesField(label=gettext_lazy("Add files"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "status" in self.fields:
            without_hidden(self.fields["status"])
        if "kept_files" in self.fields:
            mine = files.files_of(self.instance)
            self.fields["kept_files"].queryset = mine
            self.initial["kept_files"] = [file.pk for file in mine]
            if not mine:
                del self.fields["kept_files"]

    def save(self, commit: bool = True) -> Any:
        """Save, then keep and remove files."""
        reply = super().save(commit=commit)
        if commit:
            if "kept_files" in self.cleaned_data:
                files.keep_only(reply, self.cleaned_data["kept_files"])
            files.add_files(reply, self.cleaned_data.get("new_files") or [])
        return reply


class MacroStepForm(WagtailAdminModelForm):
    """One action of a macro."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = self.fields["kind"].label
        self.fields["kind"] = forms.ChoiceField(label=label, choices=action_kinds.choices())
        agents_only(self.fields["assignee"])
        # A file is one ticket's.
        self.fields["ticket_field"].queryset = TicketField.objects.exclude(kind=FieldKind.FILE)
        self.fields["status"].queryset = Status.objects.exclude(category=Category.TRASH)

    def clean(self) -> dict[str, Any]:
        """Refuse an action without what it needs."""
        data = super().clean()
        kind = action_kinds.ACTION_KINDS.get(data.get("kind", ""))
        if kind is not None:
            # What an action of another kind had is none of this one's.
            if "answer_to" not in kind.fields or (kind.key == "assign" and data.get("assign") != Assign.ANSWER):
                data["answer_to"] = ""
            for field, error in kind.errors(data).items():
                self.add_error(field, error)
            value = data.get("value") or ""
            # What a variable stands for is known when the macro is run.
            if data.get("ticket_field") and "ticket_field" in kind.fields and "{{" not in value:
                self._check_value(data["ticket_field"], value)
            for field in {"body", "value"} & set(kind.fields):
                for error in variable_errors(data.get(field) or "", asks=True):
                    self.add_error(field, error)
        return data

    def _check_value(self, field: TicketField, value: str) -> None:
        try:
            field.read_value(value)
        except ValueRefused as error:
            self.add_error("value", str(error))


class MacroQuestionForm(WagtailAdminModelForm):
    """Something that a macro asks for."""

    def clean(self) -> dict[str, Any]:
        """Refuse a choice of nothing."""
        data = super().clean()
        if data.get("kind") == AskKind.CHOICE and not (data.get("options") or "").strip():
            self.add_error("options", _("Write what can be chosen, one in each line."))
        return data


class MacroForm(ScopedForm):
    """A macro; its actions and its questions are rows of their own."""

    def is_valid(self) -> bool:
        """Refuse, beside what is wrong by itself, names that two questions have or that no question has."""
        valid = super().is_valid()
        if not valid or not {"steps", "questions"} <= set(self.formsets):
            return valid
        names = [row["name"] for row in self._rows("questions")]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.add_error(None, _("Two questions are called “%(name)s”.") % {"name": name})
        used = [name for row in self._rows("steps") for name in asked_in(f"{row.get('body')} {row.get('value')}")]
        for name in dict.fromkeys(used):
            if name not in names:
                self.add_error(None, _("An action names “%(name)s”, which is not asked for.") % {"name": f"ask.{name}"})
        self._check_answers()
        return not self.errors

    def _check_answers(self) -> None:
        """Refuse actions that set what was answered to a question that is none, or that asks for something else."""
        asked = {row["name"]: row["kind"] for row in self._rows("questions")}
        for row in self._rows("steps"):
            name, kind = row.get("answer_to"), action_kinds.ACTION_KINDS.get(row.get("kind", ""))
            if not name or kind is None:
                continue
            words = {"action": kind.label, "name": name}
            if name not in asked:
                self.add_error(None, _("“%(action)s” names “%(name)s”, which is not asked for.") % words)
            elif asked[name] != kind.asks:
                words["kind"] = AskKind(kind.asks).label
                self.add_error(None, _("“%(action)s” needs a question for: %(kind)s. “%(name)s” is none.") % words)

    def _rows(self, name: str) -> list[dict[str, Any]]:
        rows = [form.cleaned_data for form in self.formsets[name].forms]
        return [row for row in rows if row and not row.get("DELETE")]


class TicketTemplateForm(ScopedForm):
    """What a new ticket begins with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "channel" in self.fields:
            self.fields["channel"].choices = [("", "---------"), *AGENT_CHANNELS]
        if "assignee" in self.fields:
            agents_only(self.fields["assignee"])
        if "status" in self.fields:
            without_hidden(self.fields["status"])
