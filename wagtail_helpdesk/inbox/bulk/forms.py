"""The fields of the actions on many tickets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk.desk.choices import HIDDEN
from wagtail_helpdesk.desk.models import Priority, Status, Team
from wagtail_helpdesk.inbox.bulk.registry import BulkFields
from wagtail_helpdesk.inbox.forms import NOBODY, assignee_choices
from wagtail_helpdesk.inbox.numbers import ticket_number
from wagtail_helpdesk.tickets.permissions import may

MAX_TAGS = 20


class AssignFields(BulkFields):
    """To whom."""

    assignee = forms.ChoiceField(label=_("Assign to"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].choices = [("", _("Assign to …")), *assignee_choices(self.user)]

    def plain(self) -> dict[str, Any]:
        """Return the key of a user, None for nobody."""
        chosen = self.cleaned_data["assignee"]
        return {"assignee": None if chosen == NOBODY else chosen}


class TeamFields(BulkFields):
    """Which team."""

    team = forms.ModelChoiceField(Team.objects.all(), label=_("Team"), empty_label=_("Team …"))


class StatusFields(BulkFields):
    """Which status. Spam and trash have actions of their own."""

    status = forms.ModelChoiceField(
        Status.objects.exclude(category__in=HIDDEN), label=_("Status"), empty_label=_("Status …")
    )


class PriorityFields(BulkFields):
    """Which priority."""

    priority = forms.ModelChoiceField(Priority.objects.all(), label=_("Priority"), empty_label=_("Priority …"))


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


class ReplyFields(BulkFields):
    """What to write to each of them."""

    text = forms.CharField(
        label=_("Reply to each of them"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 6, "cols": 40})
    )
    status = forms.ModelChoiceField(
        Status.objects.exclude(category__in=HIDDEN),
        label=pgettext_lazy("after sending", "Then set"),
        required=False,
        empty_label=_("As it is"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may(self.user, "change"):
            del self.fields["status"]
