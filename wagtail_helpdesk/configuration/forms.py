"""What an administrator sets up: the forms for teams, statuses and priorities."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.utils import get_user_display_name

from wagtail_helpdesk.configuration.languages import named_languages, site_languages
from wagtail_helpdesk.desk.choices import HIDDEN
from wagtail_helpdesk.desk.models import Priority, Status, StatusLabel, Team
from wagtail_helpdesk.tickets.actions.checklist import MOST_ITEMS
from wagtail_helpdesk.tickets.models import ChecklistItem, ChecklistTemplate, Ticket
from wagtail_helpdesk.tickets.permissions import users_who_may

_LABEL_PREFIX = "label_"


class TeamForm(WagtailAdminModelForm):
    """A team; its members are chosen among those who may see tickets."""

    class Meta:
        model = Team
        fields = ("name", "members", "takes_back", "is_default")
        widgets = {"members": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = self.fields["members"]
        members.label_from_instance = get_user_display_name
        members.queryset = users_who_may("view")
        if self.instance.pk:
            # Somebody whose rights were taken away is shown, so that saving does not drop him unawares.
            members.queryset = (members.queryset | self.instance.members.all()).distinct()
        members.help_text = gettext_lazy(
            "People see the tickets of their teams. What they may do is said by their groups."
        )


class StatusForm(WagtailAdminModelForm):
    """A status with what customers read, in each language of the site."""

    class Meta:
        model = Status
        fields = ("name", "category", "sort_order", "is_default", "next_statuses")
        widgets = {"next_statuses": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Spam and trash are always open, and what is there goes back to where it was.
        others = Status.objects.exclude(category__in=HIDDEN)
        self.fields["next_statuses"].queryset = others.exclude(pk=self.instance.pk) if self.instance.pk else others
        stored = {row.language: row.label for row in self.instance.labels.all()} if self.instance.pk else {}
        languages = site_languages() | named_languages(list(stored))
        self.label_fields = {f"{_LABEL_PREFIX}{code}": code for code in languages}
        for name, code in self.label_fields.items():
            self.fields[name] = forms.CharField(
                label=_("Label for customers (%(language)s)") % {"language": languages[code]},
                max_length=StatusLabel._meta.get_field("label").max_length,
                required=False,
                help_text=_("Empty for the category's own name."),
            )
            self.initial.setdefault(name, stored.get(code, ""))

    def clean_category(self) -> str:
        """Refuse to move the tickets that have this status to another category behind everybody's back."""
        category = self.cleaned_data["category"]
        if (
            self.instance.pk
            and category != self.initial["category"]
            and Ticket.objects.filter(status=self.instance.pk).exists()
        ):
            raise forms.ValidationError(
                _("There are tickets with this status. Add another status for the other category instead.")
            )
        return category

    def save(self, commit: bool = True) -> Status:
        """Save the status and its labels."""
        status = super().save(commit)
        for name, code in self.label_fields.items():
            label = self.cleaned_data[name].strip()
            if label:
                StatusLabel.objects.update_or_create(status=status, language=code, defaults={"label": label})
            else:
                StatusLabel.objects.filter(status=status, language=code).delete()
        return status


class ChecklistTemplateForm(WagtailAdminModelForm):
    """A checklist that can be put on tickets."""

    class Meta:
        model = ChecklistTemplate
        fields = ("name", "team", "items")
        widgets = {"items": forms.Textarea(attrs={"rows": 8})}
        help_texts = {
            "team": gettext_lazy("Empty: for the tickets of all teams."),
            "items": gettext_lazy("One to a line."),
        }

    def clean_items(self) -> str:
        """Refuse a list that a ticket could not take."""
        lines = [line.strip() for line in self.cleaned_data["items"].splitlines() if line.strip()]
        longest = ChecklistItem._meta.get_field("text").max_length
        if not lines or len(lines) > MOST_ITEMS:
            raise forms.ValidationError(_("Write from 1 to %(count)s things.") % {"count": MOST_ITEMS})
        if any(len(line) > longest for line in lines):
            raise forms.ValidationError(_("A line may hold at most %(count)s characters.") % {"count": longest})
        return "\n".join(lines)


class PriorityForm(WagtailAdminModelForm):
    """A priority."""

    class Meta:
        model = Priority
        fields = ("name", "level", "is_default")
