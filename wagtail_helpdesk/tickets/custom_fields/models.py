"""Which further fields tickets have, and by what tickets are found in them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.tickets.custom_fields import kinds, options, references
from wagtail_helpdesk.tickets.custom_fields.kinds import FieldKind
from wagtail_helpdesk.tickets.models import Ticket


class TicketField(models.Model):
    """A field that an administrator added. Its values stand in ``Ticket.custom_fields``, under its key."""

    name = models.CharField(_("name"), max_length=100)
    key = models.CharField(
        _("key"),
        max_length=50,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z][a-z0-9_]*\Z", _("Write small letters, digits and underscores, a letter first."))
        ],
        help_text=_("Names the field in saved texts: {{ field.order_number }}. It stays as it is."),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=FieldKind.choices, default=FieldKind.TEXT)
    options_text = models.TextField(
        _("options"),
        blank=True,
        help_text=_("One to a line. In a tree, a line that is set in belongs to the line above it."),
    )
    target = models.CharField(
        _("points at"),
        max_length=100,
        blank=True,
        help_text=_("Whoever may change tickets can look through the titles of these."),
    )
    help_text = models.CharField(_("help text"), max_length=255, blank=True)
    is_staff_only = models.BooleanField(
        _("for agents only"), default=False, help_text=_("Customers neither see it nor fill it in.")
    )
    mailboxes = models.ManyToManyField(
        Mailbox, verbose_name=_("mailboxes"), blank=True, related_name="+", help_text=_("None: the tickets of all.")
    )
    sort_order = models.PositiveIntegerField(_("order"), default=0)
    is_active = models.BooleanField(
        _("in use"), default=True, help_text=_("What stands in a field that is not in use is kept and shown.")
    )

    class Meta:
        verbose_name = _("ticket field")
        verbose_name_plural = _("ticket fields")
        ordering = ["sort_order", "name", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse options that are missing, too many, too long, or that cannot be told apart. By field."""
        if self.kind == FieldKind.REFERENCE and references.model_called(self.target) is None:
            raise ValidationError({"target": _("Choose what it points at.")})
        if self.kind not in kinds.CHOSEN:
            return
        found = self.options
        if not found:
            raise ValidationError({"options_text": _("Write at least one option.")})
        if len(found) > options.MAX_OPTIONS:
            words = _("Write no more than %(count)s options.") % {"count": options.MAX_OPTIONS}
            raise ValidationError({"options_text": words})
        for option in found:
            if len(option.label) > options.MAX_LABEL or len(option.value) > options.MAX_PATH:
                words = _("“%(option)s” is too long.") % {"option": option.label}
                raise ValidationError({"options_text": words})
            if options.SEPARATOR.strip() in option.label and self.kind == FieldKind.TREE:
                words = _("“%(option)s”: there may be no “>” in it.") % {"option": option.label}
                raise ValidationError({"options_text": words})

    @property
    def is_for_visitors(self) -> bool:
        """Whether a form can ask for it. References name what visitors may know nothing of."""
        return self.is_active and not self.is_staff_only and self.kind != FieldKind.REFERENCE

    @cached_property
    def options(self) -> list[options.Option]:
        """What can be chosen."""
        if self.kind not in kinds.CHOSEN:
            return []
        return options.read_options(self.options_text, tree=self.kind == FieldKind.TREE)

    def clean_value(self, raw: Any, *, kept: Any = None) -> Any:
        """Return what is stored for ``raw``. Raises kinds.ValueRefused. Of references: one query at most."""
        if self.kind == FieldKind.REFERENCE:
            return references.clean_reference(self.target, raw, kept=kept) if raw is not None else None
        return kinds.clean_value(self.kind, raw, self.options, kept=kept)

    def read_value(self, text: str) -> Any:
        """Return what is stored for a value that was typed: options as they read, whatever their letters.

        Several options with commas between them. Raises kinds.ValueRefused.
        """
        if self.kind not in kinds.CHOSEN:
            return self.clean_value(text)
        known = {option.value.casefold(): option.value for option in self.options}
        several = self.kind == FieldKind.CHOICES
        parts = [part.strip() for part in (text.split(",") if several else [text]) if part.strip()]
        values = [known.get(part.casefold(), part) for part in parts]
        return self.clean_value(values if several else (values[0] if values else None))

    def show(self, value: Any) -> str:
        """Return a stored value as people read it."""
        return kinds.show_value(self.kind, value)


class TicketFieldValue(models.Model):
    """One thing by which a ticket is found in a field. Made of ``Ticket.custom_fields``, and never read back."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="field_values")
    field = models.ForeignKey(TicketField, on_delete=models.PROTECT, related_name="values")
    text = models.CharField(max_length=kinds.MAX_INDEXED, blank=True)
    number = models.DecimalField(
        max_digits=kinds.WHOLE_DIGITS + kinds.DECIMALS, decimal_places=kinds.DECIMALS, null=True
    )
    date = models.DateField(null=True)

    class Meta:
        verbose_name = _("value of a ticket field")
        verbose_name_plural = _("values of ticket fields")
        default_permissions = ()
        indexes = [
            models.Index(fields=["field", "text", "ticket"], name="helpdesk_field_text"),
            models.Index(fields=["field", "number", "ticket"], name="helpdesk_field_number"),
            models.Index(fields=["field", "date", "ticket"], name="helpdesk_field_date"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.field_id}"
