"""Who is away, until when in words, and which moments a day stands for: whole days are those of the agent's clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth import get_user_model
from django.db import connections
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from wagtail_helpdesk.desk.models import Absence
from wagtail_helpdesk.remembering import remembered

#: What to fetch with users whose absence is asked for: then :func:`away` makes no query.
FIELD = "helpdesk_absence"
#: What to ask for beside users that no join can fetch.
COLUMNS = ("id", "starts_at", "ends_at", "time_zone", "note")


def zone_called(name: str) -> tzinfo:
    """Return the time zone of that name; UTC for one that this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def start_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the first moment of ``day`` in ``zone``, in UTC.

    Where the clocks go forward at midnight that is one o'clock; where they go back at midnight, the first of the two.
    """
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


def last_whole_day(ends_at: datetime, zone: tzinfo) -> date | None:
    """Return the last day of what ends at ``ends_at``, None where it ends in the middle of one."""
    day = ends_at.astimezone(zone).date()
    return day - timedelta(days=1) if ends_at == start_of_day(day, zone) else None


def absence_of(user: Any) -> Absence | None:
    """Return the stored absence of ``user``, over or not; no query where it was fetched with :data:`FIELD`."""
    return getattr(user, FIELD, None) if user is not None else None


def away(user: Any) -> Absence | None:
    """Return the absence of ``user`` if it is now. No query where it was fetched with :data:`FIELD`."""
    absence = absence_of(user)
    return absence if absence is not None and absence.is_now(timezone.now()) else None


@remembered
def absence_by_key(key: Any) -> Absence | None:
    """Return the stored absence of the user with that key, with the substitute's own. One query."""
    rows = Absence.objects.select_related("user", f"substitute__{FIELD}")
    return rows.filter(user=key).first()


def until_words(absence: Absence) -> str:
    """Return until when somebody is away: a day, or a time by the reader's clock."""
    day = last_whole_day(absence.ends_at, zone_called(absence.time_zone))
    return moment_words(absence.ends_at, day)


def moment_words(at: datetime, day: date | None) -> str:
    """Return ``day``, else the time ``at``, as short as it is clear."""
    if day is None:
        return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
    this_year = day.year == timezone.localdate().year
    return date_format(day, "MONTH_DAY_FORMAT" if this_year else "DATE_FORMAT")


def away_words(user: Any) -> str:
    """Return "away until November 30", "" for somebody who is there."""
    return away_until(absence_of(user))


def away_until(absence: Absence | None) -> str:
    """Return the same of an absence, which may be none or not now."""
    if absence is None or not absence.is_now(timezone.now()):
        return ""
    return _("away until %(until)s") % {"until": until_words(absence)}


def away_sentences(user: Any, name: str, substitute_name: str) -> str:
    """Return what to know before a ticket is given to ``user``, "" for somebody who is there."""
    absence = away(user)
    if absence is None:
        return ""
    said = [_("%(name)s is away until %(until)s.") % {"name": name, "until": until_words(absence)}]
    if substitute_name:
        said.append(_("%(name)s stands in.") % {"name": substitute_name})
    if absence.note:
        said.append(f"“{absence.note}”")
    return " ".join(said)


def keep_absence(user: Any, values: Sequence[Any]) -> None:
    """Remember with ``user`` what a query found beside: the values of :data:`COLUMNS`, all None for no absence.

    Not every database tells the time zone of what no field has read.
    """
    absence = None
    if values[0] is not None:
        zone = connections[user._state.db].timezone
        found = [timezone.make_aware(one, zone) if _is_naive(one) else one for one in values]
        absence = Absence(user_id=user.pk, **dict(zip(COLUMNS, found, strict=True)))
    get_user_model()._meta.get_field(FIELD).set_cached_value(user, absence)


def _is_naive(value: Any) -> bool:
    return isinstance(value, datetime) and timezone.is_naive(value)
