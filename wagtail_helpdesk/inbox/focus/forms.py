"""Why a ticket is skipped."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.tickets.actions.skip_ticket import MAX_WORDS
from wagtail_helpdesk.tickets.choices import SkipReason


class SkipForm(forms.Form):
    """One of a few reasons, and what else there is to say."""

    reason = forms.ChoiceField(
        label=_("Why you skip it"),
        choices=SkipReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why you skip it.")},
    )
    words = forms.CharField(label=_("In your own words"), max_length=MAX_WORDS, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="skip-%s", **kwargs)

    def clean(self) -> dict[str, Any]:
        """Refuse "another reason" that says none."""
        data = super().clean()
        if data.get("reason") == SkipReason.OTHER and not data.get("words", "").strip():
            self.add_error("words", _("Write down why you skip it."))
        return data
