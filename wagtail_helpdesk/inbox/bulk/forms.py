"""The fields of the actions on many tickets. What can be chosen is looked up once a page (``inbox.choices``)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk.desk.choices import HIDDEN
from wagtail_helpdesk.inbox.bulk.registry import BulkFields
from wagtail_helpdesk.inbox.choices import choices_for
from wagtail_helpdesk.inbox.numbers import ticket_number
from wagtail_helpdesk.inbox.widgets import Select
from wagtail_helpdesk.tickets.conditions.ticket_fields import ME, MINE, NOBODY
from wagtail_helpdesk.tickets.custom_fields.kinds import MAX_TEXT, FieldKind, ValueRefused
from wagtail_helpdesk.tickets.permissions import may

MAX_TAGS = 20


class ChoiceFields(BulkFields):
    """One field with the choices of a field of tickets."""

    #: Its name, and what the empty choice says.
    chosen: tuple[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, empty = self.chosen
        left_out = self.left_out()
        choices = [pair for pair in choices_for(self.user).of(name) if pair[0] not in left_out]
        self.fields[name].choices = [("", empty), *choices]

    def left_out(self) -> set[str]:
        """Return the choices that are for looking for tickets, not for changing them."""
        return set()


class AssignFields(ChoiceFields):
    """To whom."""

    chosen = ("assignee", _("Assign to …"))
    assignee = forms.ChoiceField(label=_("Assign to"), widget=Select)

    def plain(self) -> dict[str, Any]:
        """Return the key of a user, None for nobody."""
        chosen = self.cleaned_data["assignee"]
        return {"assignee": None if chosen == NOBODY else str(self.user.pk) if chosen == ME else chosen}


class TeamFields(ChoiceFields):
    """Which team."""

    chosen = ("team", _("Team …"))
    team = forms.ChoiceField(label=_("Team"), widget=Select)

    def left_out(self) -> set[str]:
        """A ticket goes to one team."""
        return {MINE}


class StatusFields(ChoiceFields):
    """Which status."""

    chosen = ("status", _("Status …"))
    status = forms.ChoiceField(label=_("Status"), widget=Select)

    def left_out(self) -> set[str]:
        """Spam and trash have actions of their own, with permissions of their own."""
        return {str(status.pk) for status in choices_for(self.user).statuses if status.category in HIDDEN}


class PriorityFields(ChoiceFields):
    """Which priority."""

    chosen = ("priority", _("Priority …"))
    priority = forms.ChoiceField(label=_("Priority"), widget=Select)


class TypeFields(ChoiceFields):
    """Which type, or none."""

    chosen = ("ticket_type", _("Type …"))
    ticket_type = forms.ChoiceField(label=_("Type"), widget=Select)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ticket_type"].choices += [(NOBODY, _("None"))]

    @property
    def has_choice(self) -> bool:
        """Whether there are types."""
        return len(self.fields["ticket_type"].choices) > 2

    def plain(self) -> dict[str, Any]:
        """Return the key of a type, None for none."""
        chosen = self.cleaned_data["ticket_type"]
        return {"ticket_type": None if chosen == NOBODY else int(chosen)}


class DueFields(BulkFields):
    """By which day, or by none."""

    due_on = forms.DateField(
        label=_("Due by"),
        required=False,
        help_text=_("Empty: by no day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def plain(self) -> dict[str, Any]:
        """Return the day in ISO form, None for none."""
        day = self.cleaned_data["due_on"]
        return {"due_on": day.isoformat() if day else None}


class ValueFields(BulkFields):
    """What is to stand in which of the fields that an administrator added."""

    field = forms.ChoiceField(label=_("Field"), widget=Select)
    value = forms.CharField(
        label=_("Value"),
        max_length=MAX_TEXT,
        required=False,
        help_text=_("As it reads; a date as 2026-12-31. Empty: the field is emptied."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = choices_for(self.user).ticket_fields
        # A file is one ticket's.
        self._rows = {str(field.pk): field for field in known if field.kind != FieldKind.FILE}
        self.fields["field"].choices = [("", _("Field …")), *((key, row.name) for key, row in self._rows.items())]

    @property
    def has_choice(self) -> bool:
        """Whether there are fields."""
        return bool(self._rows)

    def clean(self) -> dict[str, Any]:
        """Read the value as the field's kind wants it, options without regard to small and capital letters."""
        data = super().clean()
        row = self._rows.get(data.get("field", ""))
        if row is not None and "value" in data:
            try:
                data["value"] = row.read_value(data["value"])
            except ValueRefused as error:
                self.add_error("value", str(error))
        return data


class TagFields(BulkFields):
    """Names of tags, with commas between them."""

    tags = forms.CharField(label=_("Tags, with commas between them"), max_length=500)

    def clean_tags(self) -> list[str]:
        """Return the names."""
        names = {name.strip()[:100] for name in self.cleaned_data["tags"].split(",")} - {""}
        if not names:
            raise forms.ValidationError(_("Write at least one tag."))
        return sorted(names)[:MAX_TAGS]


class MergeFields(BulkFields):
    """Into which of them."""

    into = forms.CharField(
        label=_("Into ticket number"),
        required=False,
        max_length=20,
        help_text=_("Empty: into the oldest of them."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def clean_into(self) -> int | None:
        """Return the key of the ticket that stays."""
        text = self.cleaned_data["into"].strip()
        if not text:
            return None
        number = ticket_number(text)
        if number is None:
            raise forms.ValidationError(_("Write the number of a ticket."))
        return number


class ReplyFields(StatusFields):
    """What to write to each of them."""

    chosen = ("status", _("As it is"))
    text = forms.CharField(
        label=_("Reply to each of them"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6, "cols": 40})
    )
    status = forms.ChoiceField(label=pgettext_lazy("after sending", "Then set"), required=False, widget=Select)

    field_order = ["text", "status"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may(self.user, "change"):
            del self.fields["status"]
