"""The kinds of fields: what may stand in one, how it reads, and by what it is found.

Values are plain JSON: text, true and false, a list of texts, for references and files an object; numbers ("12.5") and
dates ("2026-03-01") are texts, so that nothing is lost on the way. None is an empty field, and is not stored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models
from django.utils.dateparse import parse_date
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.tickets.custom_fields.options import Option, ways_to

MAX_TEXT = 300
MAX_LINES = 5000
#: Digits before and after the decimal point.
WHOLE_DIGITS, DECIMALS = 14, 6
#: So much of a text can be looked for.
MAX_INDEXED = 200


class FieldKind(models.TextChoices):
    """What stands in a field."""

    TEXT = "text", gettext_lazy("Text, one line")
    LINES = "lines", gettext_lazy("Text, several lines")
    NUMBER = "number", gettext_lazy("Number")
    DATE = "date", gettext_lazy("Date")
    YES_NO = "yes_no", gettext_lazy("Yes or no")
    CHOICE = "choice", gettext_lazy("One of several")
    CHOICES = "choices", gettext_lazy("Any of several")
    TREE = "tree", gettext_lazy("One of a tree")
    REFERENCE = "reference", gettext_lazy("A page or snippet of the site")
    FILE = "file", gettext_lazy("A file of the ticket")


#: Kinds with options.
CHOSEN = frozenset({FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.TREE})


#: Kinds whose values are objects, and what of them people read.
_NAMED_BY = {FieldKind.REFERENCE: "title", FieldKind.FILE: "name"}


class ValueRefused(ValueError):
    """What cannot stand in the field. ``str()`` is a translated sentence."""


@dataclass(frozen=True)
class Indexed:
    """One thing by which a ticket is found."""

    text: str = ""
    number: Decimal | None = None
    date: date | None = None


def clean_value(kind: str, raw: Any, options: Sequence[Option] = (), *, kept: Any = None) -> Any:
    """Return what is stored for ``raw``, None for nothing. ValueRefused for what cannot be.

    ``kept`` is the value that stands there: an option that was taken off the list may stay where it is chosen.
    """
    if raw is None or raw == "" or raw == []:
        return None
    if kind == FieldKind.REFERENCE:
        raise ValueError("references are a matter of the database: see references.clean_reference()")
    return _CLEANERS[FieldKind(kind)](raw, {option.value for option in options}, kept)


def _text(raw: Any, options: set[str], kept: Any) -> str | None:
    text = " ".join(_words(raw).split())
    return _no_longer_than(text, MAX_TEXT) or None


def _lines(raw: Any, options: set[str], kept: Any) -> str | None:
    text = "\n".join(line.rstrip() for line in _words(raw).splitlines()).strip("\n")
    return _no_longer_than(text, MAX_LINES) or None


def _words(raw: Any) -> str:
    if not isinstance(raw, str | int | float | Decimal) or isinstance(raw, bool):
        raise ValueRefused(_("Write a text."))
    return str(raw).replace("\x00", "")


def _no_longer_than(text: str, most: int) -> str:
    if len(text) > most:
        raise ValueRefused(_("Write no more than %(count)s characters.") % {"count": most})
    return text


def _number(raw: Any, options: set[str], kept: Any) -> str | None:
    try:
        number = Decimal(_words(raw).strip())
    except InvalidOperation:
        raise ValueRefused(_("Write a number.")) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** WHOLE_DIGITS:
        raise ValueRefused(_("Write a number."))
    if number != round(number, DECIMALS):
        raise ValueRefused(_("Write no more than %(count)s decimal places.") % {"count": DECIMALS})
    # Without "0E+3" and without zeros at its end: the same number is stored as the same text.
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _date(raw: Any, options: set[str], kept: Any) -> str:
    if isinstance(raw, date):
        return raw.isoformat()
    try:
        found = parse_date(_words(raw).strip())
    except ValueError:
        found = None
    if found is None:
        raise ValueRefused(_("Write a date."))
    return found.isoformat()


_YES, _NO = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}


def _yes_no(raw: Any, options: set[str], kept: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = _words(raw).strip().lower()
    if word not in _YES | _NO:
        raise ValueRefused(_("Choose yes or no."))
    return word in _YES


def _choice(raw: Any, options: set[str], kept: Any) -> str:
    if not isinstance(raw, str) or (raw not in options and raw != kept):
        raise ValueRefused(_("“%(value)s” cannot be chosen.") % {"value": str(raw)[:MAX_INDEXED]})
    return raw


def _choices(raw: Any, options: set[str], kept: Any) -> list[str]:
    values = [raw] if isinstance(raw, str) else list(raw)
    before = kept if isinstance(kept, list) else []
    for value in values:
        _choice(value, options, value if value in before else None)
    return sorted(set(values))


def _file(raw: Any, options: set[str], kept: Any) -> dict[str, str]:
    """A file is known by its content: ``{"sha256": 64 hex digits, "name": its name}``."""
    sha, name = (raw.get("sha256"), raw.get("name")) if isinstance(raw, dict) else (None, None)
    if not isinstance(sha, str) or not _SHA256.match(sha) or not isinstance(name, str):
        raise ValueRefused(_("Choose one of the ticket's files."))
    return {"sha256": sha, "name": name[:MAX_INDEXED]}


_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_CLEANERS = {
    FieldKind.FILE: _file,
    FieldKind.TEXT: _text,
    FieldKind.LINES: _lines,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _date,
    FieldKind.YES_NO: _yes_no,
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.TREE: _choice,
}


def show_value(kind: str, value: Any) -> str:
    """Return a stored value as people read it, in the language that is active."""
    if value is None or value == "":
        return ""
    if kind == FieldKind.NUMBER:
        return number_format(Decimal(value), use_l10n=True)
    if kind == FieldKind.DATE:
        return date_format(date.fromisoformat(value), "DATE_FORMAT")
    if kind == FieldKind.YES_NO:
        return _("Yes") if value else _("No")
    if kind == FieldKind.CHOICES:
        return ", ".join(value)
    if kind in _NAMED_BY:
        return value[_NAMED_BY[kind]]
    return str(value)


def index_value(kind: str, value: Any) -> list[Indexed]:
    """Return by what a stored value is found: an option of a tree also by what it belongs to."""
    if value is None:
        return []
    if kind == FieldKind.NUMBER:
        return [Indexed(number=Decimal(value))]
    if kind == FieldKind.DATE:
        return [Indexed(date=date.fromisoformat(value))]
    if kind == FieldKind.YES_NO:
        return [Indexed("yes" if value else "no")]
    if kind == FieldKind.CHOICES:
        return [Indexed(option) for option in value]
    if kind == FieldKind.TREE:
        return [Indexed(way) for way in ways_to(value)]
    if kind in _NAMED_BY:
        return [Indexed(value[_NAMED_BY[kind]][:MAX_INDEXED])]
    return [Indexed(" ".join(value.split())[:MAX_INDEXED])]
