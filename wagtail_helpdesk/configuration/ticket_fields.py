"""The forms for the types of tickets, and for the fields that they have beside the usual ones."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.text import format_lazy, slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from wagtail_helpdesk.desk.models import TicketType
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.custom_fields.references import targets


class TicketTypeForm(WagtailAdminModelForm):
    """A type of tickets."""

    class Meta:
        model = TicketType
        fields = ("name", "sort_order")


class TicketFieldForm(WagtailAdminModelForm):
    """A field of tickets. What it is called in texts and what stands in it stay as they were made."""

    class Meta:
        model = TicketField
        fields = (
            "name",
            "key",
            "kind",
            "options_text",
            "target",
            "help_text",
            "is_staff_only",
            "mailboxes",
            "sort_order",
            "is_active",
        )
        widgets = {"mailboxes": forms.CheckboxSelectMultiple, "options_text": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].required = False
        target = self.fields["target"]
        choices = [("", "—"), *targets()]
        if self.instance.target and self.instance.target not in dict(choices):
            choices.append((self.instance.target, self.instance.target))
        self.fields["target"] = forms.ChoiceField(
            label=target.label, help_text=target.help_text, required=False, choices=choices
        )
        if self.instance.pk:
            self.fields["key"].disabled = self.fields["kind"].disabled = True
            self.fields["kind"].help_text = _("It stays as it is: there are tickets in which something stands.")
        else:
            self.fields["key"].help_text = format_lazy(
                "{} {}", self.fields["key"].help_text, _("Empty: made of the name.")
            )

    def clean(self) -> dict[str, Any]:
        """Make a key of the name where none was given."""
        data = super().clean()
        if not self.instance.pk and not data.get("key") and "key" not in self.errors and data.get("name"):
            data["key"] = self.instance.key = free_key(data["name"])
        return data


def free_key(name: str) -> str:
    """Return a key made of ``name`` that no field has."""
    words = re.sub(r"[^a-z0-9_]+", "_", slugify(name).lower()).strip("_")
    key = words if words[:1].isalpha() else f"field_{words}".rstrip("_")
    key = key[:40]
    taken = set(TicketField.objects.filter(key__startswith=key).values_list("key", flat=True))
    numbered = (f"{key}_{number}" for number in range(2, len(taken) + 3))
    return key if key not in taken else next(one for one in numbered if one not in taken)
