"""The field of a form for a field of tickets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.tickets.custom_fields.kinds import MAX_LINES, MAX_TEXT, FieldKind, ValueRefused
from wagtail_helpdesk.tickets.custom_fields.models import TicketField

#: What stands in a list for "nothing chosen".
NOTHING = "—"
_SET_IN = "\u00a0\u00a0\u00a0"


class ValueField(forms.Field):
    """Takes what a person put in; its clean value is what is stored (``kinds``)."""

    def __init__(self, field: TicketField, *, kept: Any = None, select: Any = forms.Select, **kwargs: Any) -> None:
        """``kept`` is the value that stands there now; ``select`` the widget for a list of which one is taken."""
        self.ticket_field = field
        self.kept = kept
        kwargs = {"label": field.name, "help_text": field.help_text, "required": False, **kwargs}
        super().__init__(widget=_widget(field, kept, select), **kwargs)

    def clean(self, value: Any) -> Any:
        """Return what is stored, None for nothing. ValidationError for what cannot be."""
        try:
            cleaned = self.ticket_field.clean_value(value, kept=self.kept)
        except ValueRefused as error:
            raise ValidationError(str(error), code="invalid") from None
        if cleaned is None and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        return cleaned

    def prepare_value(self, value: Any) -> Any:
        """Return a value as the widget shows it."""
        if self.ticket_field.kind == FieldKind.YES_NO and isinstance(value, bool):
            return "yes" if value else "no"
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether ``data`` is another value than ``initial``."""
        try:
            return self.ticket_field.clean_value(data, kept=self.kept) != initial
        except ValueRefused:
            return True


def _widget(field: TicketField, kept: Any, select: Any) -> forms.Widget:
    kind = field.kind
    if kind == FieldKind.LINES:
        return forms.Textarea(attrs={"rows": 3, "maxlength": MAX_LINES})
    if kind == FieldKind.NUMBER:
        return forms.NumberInput(attrs={"step": "any"})
    if kind == FieldKind.DATE:
        # The value is ISO, whatever the language: browsers want it so (HTML, "valid date string").
        return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    if kind == FieldKind.YES_NO:
        return select(choices=[("", NOTHING), ("yes", _("Yes")), ("no", _("No"))])
    if kind == FieldKind.CHOICES:
        return forms.CheckboxSelectMultiple(choices=_choices(field, kept))
    if kind in (FieldKind.CHOICE, FieldKind.TREE):
        return select(choices=[("", NOTHING), *_choices(field, kept)])
    return forms.TextInput(attrs={"maxlength": MAX_TEXT})


def _choices(field: TicketField, kept: Any) -> list[tuple[str, str]]:
    """The options; what is chosen and was taken off the list stands at its end."""
    choices = [(option.value, _SET_IN * option.depth + option.label) for option in field.options]
    known = {value for value, _label in choices}
    chosen = kept if isinstance(kept, list) else [kept] if kept else []
    gone = [value for value in chosen if value not in known]
    return [*choices, *((value, value) for value in gone)]
