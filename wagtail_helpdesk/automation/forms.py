"""The admin's forms for saved replies, macros and templates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm

from wagtail_helpdesk.automation import action_kinds, files
from wagtail_helpdesk.automation.variables import has_broken_variable, unknown_variables
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


def variable_errors(text: str) -> list[str]:
    """Return a sentence for each thing in ``text`` that looks like a variable and is none."""
    errors = [_("There is no variable “%(name)s”.") % {"name": name} for name in unknown_variables(text)]
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
            for field, error in kind.errors(data).items():
                self.add_error(field, error)
            if data.get("ticket_field") and "ticket_field" in kind.fields:
                self._check_value(data["ticket_field"], data.get("value") or "")
            for error in variable_errors(data.get("body") or "") if "body" in kind.fields else ():
                self.add_error("body", error)
        return data

    def _check_value(self, field: TicketField, value: str) -> None:
        try:
            field.read_value(value)
        except ValueRefused as error:
            self.add_error("value", str(error))


class MacroForm(ScopedForm):
    """A macro; its actions are rows of their own."""


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
