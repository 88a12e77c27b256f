"""How long something took, in as few words as a row of a list has room for."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def short_duration(span: timedelta) -> str:
    """Return ``span`` in its largest unit: "now", "5 min", "3 h", "12 d". What is negative counts as now."""
    seconds = int(span.total_seconds())
    if seconds < _MINUTE:
        return _("now")
    if seconds < _HOUR:
        return _("%(count)d min") % {"count": seconds // _MINUTE}
    if seconds < _DAY:
        return _("%(count)d h") % {"count": seconds // _HOUR}
    return _("%(count)d d") % {"count": seconds // _DAY}


def short_time_since(moment: datetime | None) -> str:
    """Return how long ago ``moment`` was, "" for none."""
    return short_duration(timezone.now() - moment) if moment else ""
