"""What tickets can be asked of the fields that an administrator added.

A condition names its field "custom-<kind>-<key of the row>": what can be asked is known without looking at the
database. A field that does not exist any more has no values, and so matches nothing.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.tickets.conditions.fields import Context, Field, Operator, Takes
from wagtail_helpdesk.tickets.conditions.operators import one_of, words_in
from wagtail_helpdesk.tickets.custom_fields.kinds import CHOSEN, FieldKind
from wagtail_helpdesk.tickets.custom_fields.models import TicketField, TicketFieldValue

_NAME = re.compile(r"custom-([a-z_]+)-([0-9]{1,18})\Z")


def condition_name(field: TicketField) -> str:
    """Return what conditions call the field."""
    return f"custom-{field.kind}-{field.pk}"


def custom_field_called(name: str) -> Field | None:
    """Return the field that a condition calls ``name``, whether or not there is such a row. No query."""
    match = _NAME.match(name)
    if match is None or match[1] not in FieldKind.values:
        return None
    kind, key = FieldKind(match[1]), int(match[2])
    return Field(name, lazystr(_LazyName(key)), _operators(kind, key), _choices_of(key) if kind in CHOSEN else None)


def custom_fields() -> list[Field]:
    """Return those that are in use. One query."""
    return [
        Field(
            condition_name(field),
            lazystr(field.name),
            _operators(FieldKind(field.kind), field.pk),
            _choices_of(field.pk) if field.kind in CHOSEN else None,
        )
        for field in TicketField.objects.filter(is_active=True)
    ]


class _LazyName:
    def __init__(self, key: int) -> None:
        self._key = key

    def __str__(self) -> str:
        name = TicketField.objects.filter(pk=self._key).values_list("name", flat=True).first()
        return name or str(_("a field that is gone"))


def _choices_of(key: int) -> Any:
    def choices(user: Any) -> list[tuple[str, Any]]:
        field = TicketField.objects.filter(pk=key).first()
        return [(option.value, option.value) for option in field.options] if field else []

    return choices


def _operators(kind: FieldKind, key: int) -> tuple[Operator, ...]:
    def holds(**lookups: Any) -> Q:
        return Q(Exists(TicketFieldValue.objects.filter(ticket=OuterRef("pk"), field=key, **lookups)))

    asked = _chosen if kind in CHOSEN else _ASKED.get(kind, _words)
    return (
        *asked(holds),
        Operator("filled", _("is filled in"), Takes.NOTHING, lambda value, context: holds()),
        Operator("empty", _("is empty"), Takes.NOTHING, lambda value, context: ~holds()),
    )


def _chosen(holds: Any) -> tuple[Operator, ...]:
    return one_of(lambda values, context: holds(text__in=list(values)))


def _words(holds: Any) -> tuple[Operator, ...]:
    return words_in(lambda text: holds(text__icontains=text))


def _yes_no(holds: Any) -> tuple[Operator, ...]:
    return (
        Operator("yes", _("yes"), Takes.NOTHING, lambda value, context: holds(text="yes")),
        Operator("no", _("no"), Takes.NOTHING, lambda value, context: holds(text="no")),
    )


def _numbers(holds: Any) -> tuple[Operator, ...]:
    return (
        Operator("at_least", _("at least"), Takes.NUMBER, lambda number, context: holds(number__gte=number)),
        Operator("at_most", _("at most"), Takes.NUMBER, lambda number, context: holds(number__lte=number)),
    )


def _days(holds: Any) -> tuple[Operator, ...]:
    return day_operators(lambda **lookups: holds(**{f"date{name}": day for name, day in lookups.items()}))


_ASKED = {FieldKind.YES_NO: _yes_no, FieldKind.NUMBER: _numbers, FieldKind.DATE: _days}


def day_operators(holds: Any) -> tuple[Operator, ...]:
    """Return questions to a day, counted from today where the one who asks is.

    ``holds(__gte=day, __lt=day)`` makes the condition.
    """

    def today(context: Context) -> Any:
        return timezone.localdate(context.now)

    def within(count: int, context: Context) -> Q:
        return holds(__gte=today(context), __lte=today(context) + timedelta(days=count))

    return (
        Operator("past", _("is past"), Takes.NOTHING, lambda value, context: holds(__lt=today(context))),
        Operator("today", _("is today"), Takes.NOTHING, lambda value, ctx: holds(__gte=today(ctx), __lte=today(ctx))),
        Operator("next_days", _("in the next days:"), Takes.NUMBER, within),
        Operator(
            "days_ago",
            _("more days ago than"),
            Takes.NUMBER,
            lambda count, context: holds(__lt=today(context) - timedelta(days=count)),
        ),
    )
