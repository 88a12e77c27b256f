"""The questions that several fields share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.tickets.conditions.fields import Context, Operator, Takes

Match = Callable[[Iterable[str], Context], Q]


def whole_numbers(values: Iterable[str]) -> list[int]:
    """Return the keys among ``values``; what is none is left out, and so matches nothing."""
    return [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19]


def keys_in(column: str) -> Match:
    """Match a column of keys."""
    return lambda values, context: Q(**{f"{column}__in": whole_numbers(values)})


def texts_in(column: str) -> Match:
    """Match a column of fixed words."""
    return lambda values, context: Q(**{f"{column}__in": list(values)})


def one_of(match: Match) -> tuple[Operator, ...]:
    """Return "is one of" and "is none of"."""
    return (
        Operator("is", _("is one of"), Takes.CHOICES, match),
        Operator("is_not", _("is none of"), Takes.CHOICES, lambda values, context: ~match(values, context)),
    )


def words_in(match: Callable[[str], Q]) -> tuple[Operator, ...]:
    """Return "contains" and "does not contain"."""
    return (
        Operator("contains", _("contains"), Takes.TEXT, lambda text, context: match(text)),
        Operator("contains_not", _("does not contain"), Takes.TEXT, lambda text, context: ~match(text)),
    )


def ages_of(column: str) -> tuple[Operator, ...]:
    """Return questions to a time, in hours and in days before now."""

    def older(unit: str) -> Callable[[Any, Context], Q]:
        return lambda count, context: Q(**{f"{column}__lt": context.now - timedelta(**{unit: count})})

    def within(unit: str) -> Callable[[Any, Context], Q]:
        return lambda count, context: Q(**{f"{column}__gte": context.now - timedelta(**{unit: count})})

    return (
        Operator("hours_older", _("more hours ago than"), Takes.NUMBER, older("hours")),
        Operator("hours_within", _("in the last hours:"), Takes.NUMBER, within("hours")),
        Operator("days_older", _("more days ago than"), Takes.NUMBER, older("days")),
        Operator("days_within", _("in the last days:"), Takes.NUMBER, within("days")),
    )


def numbers_of(column: str) -> tuple[Operator, ...]:
    """Return "at least" and "at most"."""
    return (
        Operator("at_least", _("at least"), Takes.NUMBER, lambda number, context: Q(**{f"{column}__gte": number})),
        Operator("at_most", _("at most"), Takes.NUMBER, lambda number, context: Q(**{f"{column}__lte": number})),
    )


def yes_or_no(holds: Q) -> tuple[Operator, ...]:
    """Return "yes" and "no"."""
    return (
        Operator("yes", _("yes"), Takes.NOTHING, lambda value, context: holds),
        Operator("no", _("no"), Takes.NOTHING, lambda value, context: ~holds),
    )
