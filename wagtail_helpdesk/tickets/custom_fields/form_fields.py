"""The field of a form for a field of tickets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.tickets.custom_fields.kinds import MAX_LINES, MAX_TEXT, FieldKind, ValueRefused
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.custom_fields.references import MAX_TITLE, written

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
        if self.ticket_field.kind == FieldKind.REFERENCE and isinstance(value, dict):
            return written(value)
        return value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether ``data`` is another value than ``initial``."""
        try:
            return self.ticket_field.clean_value(data, kept=self.kept) != initial
        except ValueRefused:
            return True


class ReferenceInput(forms.TextInput):
    """Takes a title; what there is is offered while one types, where the page has our script for it."""

    def __init__(self, field: TicketField) -> None:
        super().__init__(attrs={"maxlength": MAX_TITLE + MAX_TEXT, "autocomplete": "off"})
        self.field_key = field.pk

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> str:
        """Return the HTML of the input, and of the list of what is offered."""
        offered = f"{(attrs or {}).get('id', name)}-offered"
        return format_html(
            '<span class="helpdesk-reference" data-controller="helpdesk-reference"'
            ' data-action="input-&gt;helpdesk-reference#look" data-helpdesk-reference-field-value="{}">'
            '{}<datalist id="{}" data-helpdesk-reference-target="list"></datalist></span>',
            self.field_key,
            super().render(name, value, {**(attrs or {}), "list": offered}, renderer),
            offered,
        )


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
    if kind == FieldKind.REFERENCE:
        return ReferenceInput(field)
    if kind == FieldKind.FILE:
        return select(choices=[("", NOTHING)])
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
