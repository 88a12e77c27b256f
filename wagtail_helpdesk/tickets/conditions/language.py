"""Conditions as plain data: all of these hold, and at least one of those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from wagtail_helpdesk.tickets.conditions.fields import Context, Field, Operator, Takes, field_called

#: What one set of conditions may hold: every query that is made of it stays small.
MAX_CONDITIONS = 20
MAX_VALUES = 50
MAX_TEXT = 100
MAX_NUMBER = 100_000

GROUPS = ("all", "any")


class ConditionsRefused(ValueError):
    """Data that are no conditions. ``str()`` is a translated sentence."""


@dataclass(frozen=True)
class Condition:
    """One field, what is asked of it, and the value: a tuple of keys, a text, a number or None."""

    field: str
    operator: str
    value: Any = None

    def parts(self) -> tuple[Field, Operator]:
        """Return field and operator. ConditionsRefused where there is no such one."""
        field = field_called(self.field)
        operator = field.operator(self.operator) if field else None
        if field is None or operator is None:
            raise ConditionsRefused(_("This condition does not exist."))
        return field, operator


@dataclass(frozen=True)
class Conditions:
    """Tickets for which every condition of ``all`` holds and, where there are any, at least one of ``any``."""

    all: tuple[Condition, ...] = ()
    any: tuple[Condition, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.all or self.any)

    def to_query(self, context: Context) -> Q:
        """Return the condition for the database. What no field answers to any more matches no ticket."""
        query = Q()
        for condition in self.all:
            query &= _compiled(condition, context)
        if self.any:
            either = Q()
            for condition in self.any:
                either |= _compiled(condition, context)
            query &= either
        return query

    def to_data(self) -> dict[str, list[dict[str, Any]]]:
        """Return plain JSON."""
        return {group: [_to_data(condition) for condition in getattr(self, group)] for group in GROUPS}

    def demanded(self, field: str) -> frozenset[str] | None:
        """Return the keys of which the field must have one, as far as ``all`` says so; None where anything goes."""
        demanded: frozenset[str] | None = None
        for condition in self.all:
            if condition.field == field and condition.operator == "is":
                values = frozenset(condition.value)
                demanded = values if demanded is None else demanded & values
        return demanded


def parse_conditions(data: Any) -> Conditions:
    """Return what plain JSON says. ConditionsRefused for anything else, and for more than the bounds allow."""
    if not isinstance(data, Mapping) or not set(data) <= set(GROUPS):
        raise ConditionsRefused(_("These are no conditions."))
    groups = {name: tuple(_parse(entry) for entry in _listed(data.get(name, []))) for name in GROUPS}
    if sum(map(len, groups.values())) > MAX_CONDITIONS:
        raise ConditionsRefused(_("No more than %(count)d conditions.") % {"count": MAX_CONDITIONS})
    return Conditions(**groups)


def make_condition(field: str, operator: str, value: Any = None) -> Condition:
    """Return a checked condition. ConditionsRefused for a field, operator or value that does not fit."""
    condition = Condition(field, operator)
    return Condition(field, operator, _checked(value, condition.parts()[1].takes))


def _listed(entries: Any) -> list[Any]:
    if not isinstance(entries, list | tuple):
        raise ConditionsRefused(_("These are no conditions."))
    return list(entries)


def _parse(entry: Any) -> Condition:
    if not isinstance(entry, Mapping):
        raise ConditionsRefused(_("These are no conditions."))
    return make_condition(str(entry.get("field", "")), str(entry.get("operator", "")), entry.get("value"))


def _checked(value: Any, takes: Takes) -> Any:
    if takes is Takes.NOTHING:
        return None
    if takes is Takes.TEXT:
        text = str(value or "").strip()
        if not text:
            raise ConditionsRefused(_("Write what to look for."))
        return text[:MAX_TEXT]
    if takes is Takes.NUMBER:
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise ConditionsRefused(_("Write a whole number.")) from None
        if not 0 <= number <= MAX_NUMBER:
            raise ConditionsRefused(_("Write a number from 0 to %(most)d.") % {"most": MAX_NUMBER})
        return number
    values = [value] if isinstance(value, str | int) else list(value or ())
    if not values:
        raise ConditionsRefused(_("Choose at least one."))
    return tuple(str(one)[:MAX_TEXT] for one in values[:MAX_VALUES])


def _to_data(condition: Condition) -> dict[str, Any]:
    value = list(condition.value) if isinstance(condition.value, tuple) else condition.value
    return {"field": condition.field, "operator": condition.operator, "value": value}


def _compiled(condition: Condition, context: Context) -> Q:
    try:
        _field, operator = condition.parts()
    except ConditionsRefused:
        return Q(pk__in=[])
    return operator.build(condition.value, context)
