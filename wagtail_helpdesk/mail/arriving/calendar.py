"""Invitations, cancellations and answers to them (RFC 5545, RFC 5546) as plain values to show.

Nothing is put into a calendar, and nothing is computed: a series is shown by its first date and said to be one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Calendar

from wagtail_helpdesk.mail.parsing import ParsedAttachment
from wagtail_helpdesk.mail.parsing.charsets import decode

logger = logging.getLogger(__name__)

MAX_BYTES = 256 * 1024
MAX_EVENTS = 50
MAX_ATTENDEES = 50
_LONGEST = 300
_TYPES = frozenset({"text/calendar", "application/ics"})
_METHODS = frozenset({"PUBLISH", "REQUEST", "REPLY", "ADD", "CANCEL", "REFRESH", "COUNTER", "DECLINECOUNTER"})
#: Rules of a stranger's own time zones are never worked out: that can take for ever. Well-known names suffice.
_ZONES = re.compile(r"^BEGIN:VTIMEZONE\b.*?^END:VTIMEZONE[ \t]*\n?", re.MULTILINE | re.DOTALL | re.IGNORECASE)
_EVENT = re.compile(r"^BEGIN:VEVENT\b", re.MULTILINE | re.IGNORECASE)


def is_calendar(file: ParsedAttachment) -> bool:
    """Tell whether a file of a mail says that it is a calendar."""
    return file.declared_type in _TYPES or file.file_name.lower().endswith(".ics")


def hide_repeated(files: Iterable[ParsedAttachment]) -> list[ParsedAttachment]:
    """Return the files, with the further copies of one calendar hidden: many mails bring it twice."""
    seen: set[bytes] = set()
    result = []
    for file in files:
        if is_calendar(file):
            # Line ends may differ from copy to copy.
            content = b"".join(file.content.split())
            file = replace(file, hidden=file.hidden or content in seen)
            seen.add(content)
        result.append(file)
    return result


def read_cards(files: Iterable[ParsedAttachment]) -> tuple[dict[str, Any], ...]:
    """Return the events in the calendars among ``files``, each once, as values for ``Message.cards``. Never raises."""
    cards: list[dict[str, Any]] = []
    for file in files:
        if not is_calendar(file) or len(file.content) > MAX_BYTES:
            continue
        try:
            found = list(_cards(file.content))
        except Exception as error:  # noqa: BLE001 - the library raises errors of many kinds, and the file is still there
            logger.info("calendar_unreadable error=%s", type(error).__name__)
            continue
        cards += [card for card in found if card not in cards]
    return tuple(cards[:MAX_EVENTS])


def _cards(content: bytes) -> Iterator[dict[str, Any]]:
    text = _ZONES.sub("", decode(content, "utf-8").text)
    if len(_EVENT.findall(text)) > MAX_EVENTS:
        return
    for calendar in Calendar.from_ical(text, multiple=True):
        method = str(calendar.get("METHOD", "")).strip().upper()
        for event in calendar.walk("VEVENT"):
            card = _card(event, method if method in _METHODS else "")
            if card is not None:
                yield card


def _card(event: Any, method: str) -> dict[str, Any] | None:
    start, zone = _moment(event, "DTSTART")
    if start is None:
        return None
    end, _zone = _moment(event, "DTEND")
    if end is None:
        end = _after(start, event)
    all_day = not isinstance(start, datetime)
    if all_day and end is not None:
        # The end of a day's event is the day after it.
        end = max(start, end - timedelta(days=1))
    return {
        "method": method,
        "status": _words(event.get("STATUS")).upper(),
        "summary": _words(event.get("SUMMARY")),
        "location": _words(event.get("LOCATION")),
        "start": _stored(start),
        "end": _stored(end) if end is not None else "",
        "all_day": all_day,
        "zone": zone,
        "repeats": "RRULE" in event or "RDATE" in event,
        "organiser": _person(event.get("ORGANIZER")),
        "attendees": [
            {"name": _person(one), "status": _words(_parameter(one, "PARTSTAT")).upper() or "NEEDS-ACTION"}
            for one in _several(event.get("ATTENDEE"))[:MAX_ATTENDEES]
        ],
    }


def _moment(event: Any, name: str) -> tuple[date | None, str]:
    """Return a date or time of the event, and the name of its time zone where that is one we do not know."""
    value = event.get(name)
    try:
        moment = getattr(value, "dt", None)
    except Exception:  # noqa: BLE001 - a broken value says so by its own kinds of errors
        return None, ""
    if not isinstance(moment, date):
        return None, ""
    if isinstance(moment, datetime) and moment.tzinfo is None:
        return moment, _words(_parameter(value, "TZID"))
    return moment, ""


def _after(start: date, event: Any) -> date | None:
    try:
        length = getattr(event.get("DURATION"), "dt", None)
        return start + length if isinstance(length, timedelta) else None
    except Exception:  # noqa: BLE001 - as above, and dates have an end
        return None


def _stored(moment: date) -> str:
    """ISO 8601: in UTC where the time zone is known, else as the writer's clock shows it."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        moment = moment.astimezone(UTC)
    return moment.isoformat()


def _person(value: Any) -> str:
    if value is None:
        return ""
    return _words(_parameter(value, "CN")) or re.sub("(?i)^mailto:", "", _words(value))


def _parameter(value: Any, name: str) -> Any:
    parameters = getattr(value, "params", None) or {}
    return parameters.get(name, "")


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _words(value: Any) -> str:
    if value is None:
        return ""
    return " ".join(str(value[0] if isinstance(value, list) and value else value).split())[:_LONGEST]
