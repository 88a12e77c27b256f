"""One page of a place."""

from __future__ import annotations

from typing import Any

from wagtail_helpdesk.inbox import paging
from wagtail_helpdesk.inbox.grouping.paging import GroupedPage, GroupedRows
from wagtail_helpdesk.inbox.ordering import Key
from wagtail_helpdesk.inbox.paging import KeyPage, key_page, neighbours
from wagtail_helpdesk.inbox.parts import first_keys
from wagtail_helpdesk.inbox.places import Place
from wagtail_helpdesk.inbox.saved.lists import MAX_READ
from wagtail_helpdesk.inbox.standing_views import Scopes, visible_scopes, visible_tickets
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.querysets import TicketQuerySet


def list_page(
    place: Place,
    user: Any,
    *,
    after: Key | None = None,
    before: Key | None = None,
    size: int | None = None,
    scopes: Scopes | None = None,
) -> KeyPage | GroupedPage:
    """Return a page of the tickets of ``place`` that ``user`` may see, ready for rows.

    ``scopes``: the user's :func:`visible_scopes`, where they are known.
    """
    size = size or paging.PAGE_SIZE
    tickets = place.tickets_for(user) if place.grouping is None else bounded_tickets(place, user, scopes)
    shown = tickets.for_list().select_related("assignee__wagtail_userprofile")
    if place.grouping:
        rows = GroupedRows(tickets, shown, place.ordering, place.grouping, visible_tickets(user))
        return rows.page(after=after, before=before, size=size)
    return key_page(shown, place.ordering, after=after, before=before, size=size, parts=_parts(place, user, scopes))


def around(place: Place, user: Any, ticket: Ticket, size: int) -> tuple[list[Ticket], list[Ticket]]:
    """Return up to ``size`` tickets before ``ticket`` in ``place``, and after it, both in the list's order.

    Two queries, four where the list is grouped, and that of what is shared with the user. The ticket itself need not
    be there any more.
    """
    if place.grouping:
        tickets = bounded_tickets(place, user)
        shown = tickets.select_related("requester")
        rows = GroupedRows(tickets, shown, place.ordering, place.grouping, visible_tickets(user))
        return rows.around(ticket, size)
    tickets = place.tickets_for(user).select_related("requester")
    return neighbours(tickets, place.ordering, ticket, size=size, parts=_parts(place, user, None))


def bounded_tickets(place: Place, user: Any, scopes: Scopes | None = None) -> TicketQuerySet:
    """Return the tickets of ``place`` that a grouped list shows: the first MAX_READ of each part in its order."""
    tickets = place.tickets_for(user)
    if place.view.is_bounded:
        return tickets
    return tickets.filter(pk__in=first_keys(_parts(place, user, scopes) or [tickets], place.ordering, MAX_READ))


def _parts(place: Place, user: Any, scopes: Scopes | None) -> list[TicketQuerySet]:
    if not place.is_plain:
        return []
    return place.parts_for(user, visible_scopes(user) if scopes is None else scopes)
