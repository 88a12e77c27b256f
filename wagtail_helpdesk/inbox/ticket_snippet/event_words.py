"""The lines of a ticket's history in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import TicketEvent

#: The kinds whose data names another ticket.
_NAMING_A_TICKET = (EventKind.LINKED, EventKind.MERGED, EventKind.UNMERGED)


def named_tickets(events: QuerySet[TicketEvent]) -> set[int]:
    """Return the keys of the other tickets that ``events`` name. One query."""
    rows = events.filter(kind__in=_NAMING_A_TICKET).values_list("data", flat=True)
    return {data["ticket"] for data in rows if data.get("ticket")}


def describe(event: TicketEvent, references: Mapping[int, str]) -> str:
    """Return one line; ``references`` holds the other tickets that the reader may know of."""
    detail = _detail(event, references)
    if not detail:
        return str(event.get_kind_display())
    return _("%(what)s: %(detail)s") % {"what": event.get_kind_display(), "detail": detail}


def _detail(event: TicketEvent, references: Mapping[int, str]) -> str:
    data = event.data
    if "old" in data or "new" in data:
        nothing = _("none")
        return _("%(old)s → %(new)s") % {"old": data.get("old") or nothing, "new": data.get("new") or nothing}
    if event.kind in _NAMING_A_TICKET:
        return references.get(data.get("ticket"), "")
    return data.get("name") or event.cause
