"""The rows of the screen that builds a view: what somebody has put in so far, right or not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from wagtail_helpdesk.inbox.choices import Choices
from wagtail_helpdesk.tickets.conditions.fields import Field, Operator, Takes, all_fields, field_called
from wagtail_helpdesk.tickets.conditions.language import (
    GROUPS,
    MAX_CONDITIONS,
    Condition,
    Conditions,
    ConditionsRefused,
    make_condition,
)


@dataclass(frozen=True)
class Row:
    """One condition as the screen shows it."""

    group: str
    number: int
    field_name: str = ""
    operator_name: str = ""
    #: As typed or chosen.
    values: tuple[str, ...] = ()
    error: str = ""
    choices_of: Choices | None = dataclass_field(default=None, compare=False)

    @property
    def prefix(self) -> str:
        """What the names of its inputs begin with."""
        return f"{self.group}-{self.number}"

    @cached_property
    def field(self) -> Field | None:
        """The chosen field."""
        return field_called(self.field_name)

    @cached_property
    def operator(self) -> Operator | None:
        """The chosen operator; the field's first one where the chosen one is another field's."""
        if self.field is None:
            return None
        return self.field.operator(self.operator_name) or self.field.operators[0]

    @property
    def fields(self) -> list[Field]:
        """What can be chosen as field."""
        return self.choices_of.fields if self.choices_of else all_fields()

    @property
    def takes(self) -> str:
        """What stands at the end of the row: "choices", "text", "number" or "nothing"."""
        return self.operator.takes.value if self.operator else Takes.NOTHING.value

    @property
    def choices(self) -> list[tuple[str, Any, bool]]:
        """Key, label, and whether it is chosen."""
        known = self.choices_of.of(self.field) if self.choices_of and self.field else []
        return [(key, label, key in self.values) for key, label in known]

    @property
    def size(self) -> int:
        """Lines of a list of choices."""
        return max(2, min(6, len(self.choices)))

    @property
    def value(self) -> str:
        """What was typed."""
        return self.values[0] if self.values else ""

    def condition(self) -> Condition:
        """Return the condition. ConditionsRefused where something is missing."""
        operator = self.operator
        if operator is None:
            raise ConditionsRefused(_("This condition does not exist."))
        value: Any = self.values if operator.takes is Takes.CHOICES else self.value
        return make_condition(self.field_name, operator.name, value)


@dataclass(frozen=True)
class Rows:
    """All rows of the screen."""

    rows: tuple[Row, ...]

    @property
    def groups(self) -> list[tuple[str, list[Row]]]:
        """The rows of "all" and of "any"."""
        return [(name, [row for row in self.rows if row.group == name]) for name in GROUPS]

    @property
    def is_full(self) -> bool:
        """Whether there may be no further row."""
        return len(self.rows) >= MAX_CONDITIONS

    def conditions(self) -> Conditions:
        """Return the conditions; rows without a field are none. ConditionsRefused for a row that is not finished."""
        groups = {name: tuple(row.condition() for row in rows if row.field_name) for name, rows in self.groups}
        return Conditions(**groups)

    def checked(self) -> Rows:
        """Return the rows, each with what is wrong with it."""
        return Rows(tuple(replace(row, error=_error_of(row)) for row in self.rows))

    def with_another(self, group: str) -> Rows:
        """Return the rows with an empty one more."""
        if self.is_full or group not in GROUPS:
            return self
        choices = self.rows[0].choices_of if self.rows else None
        return _numbered([*self.rows, Row(group, 0, choices_of=choices)])

    def without(self, prefix: str) -> Rows:
        """Return the rows without one."""
        return _numbered(row for row in self.rows if row.prefix != prefix)


def rows_of_conditions(conditions: Conditions, choices: Choices) -> Rows:
    """Return the rows for conditions that exist, with an empty one where there are none."""
    rows = [
        Row(name, 0, one.field, one.operator, _texts(one.value), choices_of=choices)
        for name in GROUPS
        for one in getattr(conditions, name)
    ]
    return _numbered(rows or [Row("all", 0, choices_of=choices)])


def rows_of_data(data: QueryDict, choices: Choices) -> Rows:
    """Return the rows that a form sent."""
    rows = []
    for name in GROUPS:
        for number in range(MAX_CONDITIONS):
            prefix = f"{name}-{number}"
            if f"{prefix}-field" not in data:
                break
            values = tuple(data.getlist(f"{prefix}-value"))
            rows.append(
                Row(
                    name,
                    number,
                    data[f"{prefix}-field"],
                    data.get(f"{prefix}-operator", ""),
                    values,
                    choices_of=choices,
                )
            )
    return _numbered(rows[:MAX_CONDITIONS])


def _numbered(rows: Iterable[Row]) -> Rows:
    counts = dict.fromkeys(GROUPS, 0)
    numbered = []
    for row in rows:
        numbered.append(replace(row, number=counts[row.group]))
        counts[row.group] += 1
    return Rows(tuple(numbered))


def _texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, tuple | list) else (str(value),)


def _error_of(row: Row) -> str:
    if not row.field_name:
        return ""
    try:
        row.condition()
    except ConditionsRefused as error:
        return str(error)
    return ""
