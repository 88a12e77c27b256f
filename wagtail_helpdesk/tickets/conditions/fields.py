"""What can be asked of a ticket: fields, each with its operators, in the order in which screens offer them."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise


class Takes(enum.Enum):
    """What an operator compares with."""

    CHOICES = "choices"
    TEXT = "text"
    NUMBER = "number"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Context:
    """Whose conditions they are at this moment: "me" and "my teams" mean this user."""

    user: Any
    now: datetime


@dataclass(frozen=True)
class Operator:
    """A question to a field. ``build`` makes the database's condition of the value."""

    name: str
    label: Promise
    takes: Takes
    build: Callable[[Any, Context], Q]


@dataclass(frozen=True)
class Field:
    """Something that tickets can be told apart by."""

    name: str
    label: Promise
    operators: tuple[Operator, ...]
    #: What can be chosen, for a user: pairs of key and label. Names nothing that the user may not know of.
    choices: Callable[[Any], Sequence[tuple[str, Any]]] | None = None

    def operator(self, name: str) -> Operator | None:
        """Return the operator of that name."""
        return next((operator for operator in self.operators if operator.name == name), None)


_FIELDS: dict[str, Field] = {}


def register_field(field: Field) -> None:
    """Add a field. ValueError when there is one of that name."""
    if field.name in _FIELDS:
        raise ValueError(f"there is a field {field.name!r} already")
    _FIELDS[field.name] = field


@dataclass(frozen=True)
class Source:
    """Fields that are rows of the database: ``called`` finds one by its name without a query, ``all`` lists them."""

    called: Callable[[str], Field | None]
    all: Callable[[], list[Field]]


_SOURCES: list[Source] = []


def register_source(source: Source) -> None:
    """Add fields that come and go."""
    _SOURCES.append(source)


def field_called(name: str) -> Field | None:
    """Return the field of that name."""
    found = (source.called(name) for source in _SOURCES)
    return _FIELDS.get(name) or next((field for field in found if field), None)


def all_fields() -> list[Field]:
    """Return every field, in order. One query for each source."""
    return [*_FIELDS.values(), *(field for source in _SOURCES for field in source.all())]
