"""From which status a person may take a ticket to which. Rules, mail, the worker and customers are not bound."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.desk.choices import HIDDEN
from wagtail_helpdesk.desk.models import Status
from wagtail_helpdesk.remembering import remembered


class NotNext(ActionRefused):
    """The administrator wants another way through the statuses."""


def is_open_way(old: Any, new: Any, allowed: Collection[int]) -> bool:
    """Tell whether a person may go from ``old`` to ``new``. ``allowed``: the keys of the next statuses, none for all.

    Into spam and trash, and back from there, always: that is no step of the work.
    """
    if old.pk == new.pk or old.category in HIDDEN or new.category in HIDDEN:
        return True
    return not allowed or new.pk in allowed


def statuses_and_ways() -> tuple[list[Status], Mapping[int, set[int]]]:
    """Return all statuses, and the keys of the next ones by the key of each status that has some. One query."""
    statuses: dict[int, Status] = {}
    ways: dict[int, set[int]] = {}
    for status in Status.objects.annotate(next_one=F("next_statuses")):
        statuses.setdefault(status.pk, status)
        if status.next_one is not None:
            ways.setdefault(status.pk, set()).add(status.next_one)
    return list(statuses.values()), ways


def refuse_other_ways(old: Status, new: Status) -> None:
    """Raise NotNext where a person may not go from ``old`` to ``new``. One query, two for the refusal."""
    if old.pk == new.pk or old.category in HIDDEN or new.category in HIDDEN:
        return
    allowed = _next_to(old.pk)
    if not is_open_way(old, new, allowed):
        names = ", ".join(f"“{status}”" for status in Status.objects.filter(pk__in=allowed))
        words = {"old": old, "new": new, "names": names}
        raise NotNext(_("From “%(old)s” a ticket goes on to %(names)s, not to “%(new)s”.") % words)


@remembered
def _next_to(status_id: int) -> frozenset[int]:
    ways = Status.next_statuses.through.objects.filter(from_status=status_id)
    return frozenset(ways.values_list("to_status", flat=True))
