"""The events of a calendar that came with a message, as agents and customers see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

_TO = "\u2013"
_TITLES: dict[str, Promise] = {
    "REQUEST": gettext_lazy("Invitation"),
    "ADD": gettext_lazy("Invitation"),
    "CANCEL": gettext_lazy("Cancelled event"),
    "COUNTER": gettext_lazy("Another time was proposed"),
    "DECLINECOUNTER": gettext_lazy("The other time was declined"),
    "REPLY": gettext_lazy("Answer to an invitation"),
}
_ANSWERS: dict[str, Promise] = {
    "ACCEPTED": gettext_lazy("%(name)s accepted"),
    "DECLINED": gettext_lazy("%(name)s declined"),
    "TENTATIVE": gettext_lazy("%(name)s may come"),
    "DELEGATED": gettext_lazy("%(name)s sends somebody else"),
}
_STATES: dict[str, Promise] = {
    "ACCEPTED": pgettext_lazy("attendee", "accepted"),
    "DECLINED": pgettext_lazy("attendee", "declined"),
    "TENTATIVE": pgettext_lazy("attendee", "may come"),
    "DELEGATED": pgettext_lazy("attendee", "sends somebody else"),
}


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody invited; ``answer`` in words, "" while there is none."""

    name: str
    answer: str


@dataclass(frozen=True, slots=True)
class Card:
    """One event in words. ``is_cancelled`` tells that it will not take place."""

    title: str
    summary: str
    when: str
    location: str
    organiser: str
    attendees: tuple[Attendee, ...]
    repeats: bool
    is_cancelled: bool


def cards_of(stored: Sequence[Mapping[str, Any]]) -> list[Card]:
    """Return the cards for ``Message.cards``, with times in the current time zone."""
    return [_card(values) for values in stored]


def _card(values: Mapping[str, Any]) -> Card:
    attendees = tuple(
        Attendee(person["name"], str(_STATES.get(person["status"], ""))) for person in values["attendees"]
    )
    is_cancelled = values["method"] == "CANCEL" or values["status"] == "CANCELLED"
    return Card(
        title=_title(values, is_cancelled),
        summary=values["summary"] or _("(no title)"),
        when=_when(values),
        location=values["location"],
        organiser=values["organiser"],
        attendees=() if values["method"] == "REPLY" else attendees,
        repeats=values["repeats"],
        is_cancelled=is_cancelled,
    )


def _title(values: Mapping[str, Any], is_cancelled: bool) -> str:
    if values["method"] == "REPLY" and len(values["attendees"]) == 1:
        person = values["attendees"][0]
        if person["status"] in _ANSWERS and person["name"]:
            return _ANSWERS[person["status"]] % {"name": person["name"]}
    if is_cancelled:
        return str(_TITLES["CANCEL"])
    return str(_TITLES.get(values["method"], gettext_lazy("Event")))


def _when(values: Mapping[str, Any]) -> str:
    start, end = _read(values["start"], values["all_day"]), _read(values["end"], values["all_day"])
    if start is None:
        return ""
    if values["all_day"]:
        words = date_format(start, "DATE_FORMAT")
        return f"{words} {_TO} {date_format(end, 'DATE_FORMAT')}" if end and end > start else words
    words = date_format(start, "DATETIME_FORMAT")
    if end and end > start:
        same_day = end.date() == start.date() or end - start < timedelta(hours=6)
        words = f"{words} {_TO} {date_format(end, 'TIME_FORMAT' if same_day else 'DATETIME_FORMAT')}"
    return f"{words} ({values['zone']})" if values["zone"] else words


def _read(text: str, all_day: bool) -> Any:
    if not text:
        return None
    if all_day:
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment
