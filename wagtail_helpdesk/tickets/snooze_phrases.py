"""Reads "tomorrow 9", "3d", "next monday 14:30", "25 dez": when a snoozed ticket is to be back. A pure function.

English, Portuguese and Spanish words all count, whatever the screen's language; accents and capitals do not.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

#: The hour that "morning" means, and a day without an hour.
MORNING, AFTERNOON, EVENING = time(9), time(14), time(18)
#: Nobody means to see a ticket again after that.
LONGEST = timedelta(days=3 * 366)
MAX_LENGTH = 100

_REPLY = re.compile(
    r"(when|until|till|ate|hasta)?\s*(they|he|she|customer|cliente|the customer|o cliente|el cliente)?\s*(on|al|na)?\s*"
    r"(que|quando|cuando)?\s*(next)?\s*(reply|replies|answer|answers|responder|responderem|responda|respondan|resposta"
    r"|respuesta)"
)
_DAYS: tuple[tuple[str, ...], ...] = (
    ("mon", "monday", "seg", "segunda", "lun", "lunes"),
    ("tue", "tues", "tuesday", "ter", "terca", "martes"),
    ("wed", "weds", "wednesday", "qua", "quarta", "mie", "miercoles"),
    ("thu", "thur", "thurs", "thursday", "qui", "quinta", "jue", "jueves"),
    ("fri", "friday", "sex", "sexta", "vie", "viernes"),
    ("sat", "saturday", "sab", "sabado"),
    ("sun", "sunday", "dom", "domingo"),
)
_MONTHS: tuple[tuple[str, ...], ...] = (
    ("jan", "january", "janeiro", "ene", "enero"),
    ("feb", "february", "fev", "fevereiro", "febrero"),
    ("mar", "march", "marco", "marzo"),
    ("apr", "april", "abr", "abril"),
    ("may", "mai", "maio", "mayo"),
    ("jun", "june", "junho", "junio"),
    ("jul", "july", "julho", "julio"),
    ("aug", "august", "ago", "agosto"),
    ("sep", "sept", "september", "set", "setembro", "septiembre", "setiembre"),
    ("oct", "october", "out", "outubro", "octubre"),
    ("nov", "november", "novembro", "noviembre"),
    ("dec", "december", "dez", "dezembro", "dic", "diciembre"),
)
_WEEKDAY = {word: number for number, words in enumerate(_DAYS) for word in words}
_MONTH = {word: number for number, words in enumerate(_MONTHS, 1) for word in words}
_UNITS = {
    "minutes": ("m", "min", "mins", "minute", "minutes", "minuto", "minutos"),
    "hours": ("h", "hr", "hrs", "hour", "hours", "hora", "horas"),
    "days": ("d", "day", "days", "dia", "dias"),
    "weeks": ("w", "wk", "week", "weeks", "sem", "semana", "semanas"),
    "months": ("mo", "month", "months", "mes", "meses"),
}
_UNIT = {word: unit for unit, words in _UNITS.items() for word in words}


def _any(words: Any) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + r")(?![a-z0-9])"


_NEXT = r"(?P<next>next|proximo|proxima)\s+"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("span", rf"(?:(?P<count>\d{{1,4}})\s*|(?:an?|one|uma?|una?)\s+)(?P<unit>{_any(_UNIT)})"),
        ("filler", r"(?:at|on|in|of|as|a las|a la|a|de|do|da|na|no|el|la|los|o|the|this|em|en|dentro de|daqui a|until"
                   r"|till|ate|hasta|por|pela|e|and|del|este|esta)(?![a-z0-9])|[,;]"),
        ("iso", r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)"),
        ("later", r"(?:later(?: today)?|mais tarde|mas tarde)(?![a-z])"),
        ("overmorrow", r"(?:the )?(?:day after tomorrow|depois de amanha|pasado manana)(?![a-z])"),
        ("tomorrow", r"(?:tomorrow|tmrw|tmr|tom|amanha|manana)(?![a-z])"),
        ("today", r"(?:today|hoje|hoy)(?![a-z])"),
        ("tonight", r"(?:tonight|evening|noite|noche)(?![a-z])"),
        ("morning", r"(?:morning|manha|manana)(?![a-z])"),
        ("afternoon", r"(?:afternoon|tarde)(?![a-z])"),
        ("noon", r"(?:noon|midday|meio[- ]dia|mediodia)(?![a-z])"),
        ("next_week", r"(?:next week|proxima semana|semana que vem|semana que viene)(?![a-z])"),
        ("next_month", r"(?:next month|proximo mes|mes que vem|mes que viene)(?![a-z])"),
        ("weekend", r"(?:weekend|fim de semana|fin de semana)(?![a-z])"),
        ("weekday", rf"(?:{_NEXT})?(?P<weekday>{_any(_WEEKDAY)})(?:\.|[- ]?feira)?(?P<coming>\s+que (?:vem|viene))?"),
        ("numbers", r"(?P<first>\d{1,2})[/.](?P<second>\d{1,2})(?:[/.](?P<year>\d{4}|\d{2})|(?=[/\s,]|$)|\.)(?!\d)"),
        ("date", rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|o|\.)?\s*(?:of |de )?(?P<month>{_any(_MONTH)})\.?"
                 r"(?:\s*(?:de |del )?(?P<year>\d{4})(?!\d))?"),
        ("month_first", rf"(?P<month>{_any(_MONTH)})\.?\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:hap])"
                        r"(?:,?\s*(?P<year>\d{4})(?!\d))?"),
        ("clock", r"(?P<hour>\d{1,2})(?:[:h](?P<minute>\d{2})?)?(?:\s*(?P<half>am|pm|a\.m\.|p\.m\.))?\s*(?:hrs?|horas)?"
                  r"(?![\da-z/:])"),
    )
)  # fmt: skip
_HOURS = {"morning": MORNING, "afternoon": AFTERNOON, "tonight": EVENING, "noon": time(12)}


class UnknownPhrase(ValueError):
    """The words name no time that can be meant."""


@dataclass
class _Found:
    """What the words said so far."""

    day: date | None = None
    hour: time | None = None
    span: timedelta | None = None
    months: int = 0
    #: The day can only be this one: a time that is over is no other day's.
    fixed: bool = False
    #: A day that comes again: a week later, or a year.
    again: str = ""


def parse_snooze(phrase: str, now: datetime, *, day_first: bool = True) -> datetime | None:
    """Return the time that ``phrase`` means at ``now`` (with the agent's time zone); None for "when they reply".

    ``day_first``: whether 3/4 is the third of April. UnknownPhrase for what cannot be read, or lies in the past or
    years away.
    """
    words = _plain(phrase)
    if not words or len(words) > MAX_LENGTH:
        raise UnknownPhrase
    if _REPLY.fullmatch(words):
        return None
    try:
        at = _resolve(_read(words, now, day_first), now)
    except (OverflowError, ValueError) as error:
        raise UnknownPhrase from error
    # By the clock of the world: an hour that a change to summer time skips is the one after it.
    at = at.astimezone(UTC).astimezone(now.tzinfo)
    if not now < at <= now + LONGEST:
        raise UnknownPhrase
    return at


def _plain(phrase: str) -> str:
    decomposed = unicodedata.normalize("NFKD", phrase.casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).split())


def _read(words: str, now: datetime, day_first: bool) -> _Found:
    found, rest = _Found(), words
    while rest:
        for name, pattern in _PATTERNS:
            match = pattern.match(rest)
            if match and match.end() and _take(name, match, found, now, day_first):
                rest = rest[match.end() :].lstrip()
                break
        else:
            raise UnknownPhrase
    return found


def _take(name: str, match: re.Match[str], found: _Found, now: datetime, day_first: bool) -> bool:
    """Write into ``found`` what one part says; False where it says something that was said before, or nothing."""
    if name == "filler":
        return True
    if name == "clock" or name in _HOURS:
        hour = _HOURS.get(name) or _clock(match)
        if found.hour is not None or hour is None:
            return False
        found.hour = hour
        if name == "tonight" and found.day is None:
            found.day = now.date()
        return True
    if name == "span":
        return _take_span(match, found)
    if found.day is not None or found.span is not None or found.months:
        return False
    if name == "later":
        found.span = timedelta(hours=3)
        return True
    found.day = _day(name, match, now, day_first)
    found.fixed = name in ("iso", "today") or bool(match.groupdict().get("year"))
    found.again = "" if found.fixed else {"weekday": "week", "date": "year", "month_first": "year"}.get(name, "")
    if name == "numbers" and not found.fixed:
        found.again = "year"
    return True


def _take_span(match: re.Match[str], found: _Found) -> bool:
    if found.day is not None:
        return False
    count = int(match["count"] or 1)
    unit = _UNIT[match["unit"]]
    if unit == "months":
        found.months += count
    else:
        found.span = (found.span or timedelta()) + timedelta(**{unit: count})
    return True


def _clock(match: re.Match[str]) -> time | None:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"].startswith("p") else 0)
    return time(hour, minute) if hour <= 23 and minute <= 59 else None


def _day(name: str, match: re.Match[str], now: datetime, day_first: bool) -> date:
    """Return the day that one part names. ValueError for one that does not exist."""
    today, parts = now.date(), match.groupdict()
    monday = today - timedelta(days=today.weekday())
    ahead = {"today": 0, "tomorrow": 1, "overmorrow": 2}
    if name in ahead:
        return today + timedelta(days=ahead[name])
    if name == "next_week":
        return monday + timedelta(weeks=1)
    if name == "next_month":
        return _months_later(today.replace(day=1), 1)
    if name == "weekend":
        return today + timedelta(days=(5 - today.weekday()) % 7 or 7)
    if name == "weekday":
        weekday = _WEEKDAY[parts["weekday"]]
        if parts["next"] or parts["coming"]:
            return monday + timedelta(weeks=1, days=weekday)
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    if name == "numbers":
        day, month = int(parts["first"]), int(parts["second"])
        if not day_first or month > 12:
            day, month = month, day
    else:
        day = int(parts["day"])
        month = _MONTH[parts["month"]] if parts["month"] in _MONTH else int(parts["month"])
    year = int(parts["year"]) if parts["year"] else today.year
    return _coming(day, month, year + 2000 if year < 100 else year, open_year=not parts["year"], today=today)


def _coming(day: int, month: int, year: int, *, open_year: bool, today: date) -> date:
    """Return the date; without a year the next one: a 29 February may be years away."""
    for later in range(5 if open_year else 1):
        try:
            found = date(year + later, month, day)
        except ValueError:
            if not open_year or later == 4:
                raise
            continue
        if not open_year or found >= today:
            return found
    raise ValueError


def _resolve(found: _Found, now: datetime) -> datetime:
    """Return the time, with a day and an hour for what was not said."""
    if found.months or (found.span is not None and found.span >= timedelta(days=1)):
        day = _months_later(now.date(), found.months)
        whole = found.span or timedelta()
        if found.hour is None and whole % timedelta(days=1):
            # "1d 4h" is to the minute.
            return now.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC) + whole
        return _at(day + timedelta(days=whole.days), found.hour or MORNING, now)
    if found.span is not None:
        if found.hour is not None or not found.span:
            raise UnknownPhrase
        return now.astimezone(UTC) + found.span
    if found.day is None:
        if found.hour is None:
            raise UnknownPhrase
        today = _at(now.date(), found.hour, now)
        return today if today > now else _at(now.date() + timedelta(days=1), found.hour, now)
    at = _at(found.day, found.hour or MORNING, now)
    if at <= now and found.again == "week":
        return _at(found.day + timedelta(weeks=1), found.hour or MORNING, now)
    if at <= now and found.again == "year":
        return _at(_months_later(found.day, 12), found.hour or MORNING, now)
    if at <= now and found.hour is None and found.day == now.date():
        return now.astimezone(UTC) + timedelta(hours=3)
    return at


def _at(day: date, hour: time, now: datetime) -> datetime:
    return datetime.combine(day, hour, tzinfo=now.tzinfo)


def _months_later(day: date, months: int) -> date:
    """Return the same day some months later, the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise ValueError
