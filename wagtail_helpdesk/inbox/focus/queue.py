"""What is still to be done in a place: a bounded look at it, however many tickets there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from wagtail_helpdesk.desk.querysets import stands_in_for
from wagtail_helpdesk.inbox.focus.order import Candidate
from wagtail_helpdesk.inbox.paging import first_rows
from wagtail_helpdesk.inbox.parts import MAX_PARTS, first_keys
from wagtail_helpdesk.inbox.places import Place
from wagtail_helpdesk.inbox.saved.lists import MAX_READ
from wagtail_helpdesk.inbox.standing_views import visible_scopes
from wagtail_helpdesk.tickets.conditions.operators import whole_numbers
from wagtail_helpdesk.tickets.querysets import TicketQuerySet

#: So many are looked at, the first in the place's order, and of those that press as many more.
MOST = 500
_COLUMNS = ("pk", "priority__level", "due_on", "customer_waiting_since")


def read_queue(place: Place, user: Any, *, gone: int = 0) -> list[Candidate]:
    """Return what ``user`` may take on in ``place``, in its order. Two queries, one more where there are many.

    Tickets of nobody, the user's own and those of agents for whom the user stands in; of others only where the place
    asks for them. ``gone``: so many of them are known to be done with.
    """
    owners = _owners(place, user)
    theirs = Q(assignee__isnull=True) | Q(assignee__in=owners)
    tickets = place.tickets_for(user).filter(theirs)
    parts = _parts(place, user, owners)
    most = MOST + gone
    rows = list(first_rows(tickets, place.ordering, most, parts=parts).values_list(*_COLUMNS))
    if len(rows) == most:
        known = {row[0] for row in rows}
        pressing = _pressing(tickets, parts, place).values_list(*_COLUMNS)[:most]
        rows += [row for row in pressing if row[0] not in known]
    today = timezone.localdate()
    return [Candidate(pk, level, deadline_of(due, today), waits) for pk, level, due, waits in rows]


def _pressing(tickets: TicketQuerySet, parts: Sequence[QuerySet], place: Place) -> QuerySet:
    """What goes first, further down in the place: among the first MAX_READ of each part."""
    if parts:
        tickets = tickets.filter(pk__in=first_keys(parts, place.ordering, MAX_READ))
    presses = Q(priority__level__gt=0) | Q(due_on__lte=timezone.localdate())
    return tickets.filter(presses).order_by(*place.ordering.columns())


def _owners(place: Place, user: Any) -> list[Any]:
    asked = [conditions.demanded("assignee") for conditions in place.all_conditions]
    named = {key for values in asked if values is not None for key in whole_numbers(values)}
    return [*dict.fromkeys([user.pk, *stands_in_for(user), *sorted(named)])]


def _parts(place: Place, user: Any, owners: Iterable[Any]) -> list[QuerySet]:
    """The place's parts by who has the tickets: an index has each of them in order."""
    if not place.is_plain:
        return []
    of_owner = [Q(assignee__isnull=True), *(Q(assignee=owner) for owner in owners)]
    parts = [part.filter(owner) for part in place.parts_for(user, visible_scopes(user)) for owner in of_owner]
    return parts if len(parts) <= MAX_PARTS else []


def deadline_of(due_on: date | None, today: date) -> datetime | None:
    """Return when a due date is over, once its day has come; before that it does not press."""
    if due_on is None or due_on > today:
        return None
    return timezone.make_aware(datetime.combine(due_on + timedelta(days=1), datetime.min.time()))
