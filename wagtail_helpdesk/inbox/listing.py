"""One page of a place."""

from __future__ import annotations

from typing import Any

from wagtail_helpdesk.inbox import paging
from wagtail_helpdesk.inbox.ordering import Key
from wagtail_helpdesk.inbox.paging import KeyPage, key_page, neighbours
from wagtail_helpdesk.inbox.places import Place
from wagtail_helpdesk.inbox.standing_views import Scopes, visible_scopes
from wagtail_helpdesk.tickets.models import Ticket


def list_page(
    place: Place,
    user: Any,
    *,
    after: Key | None = None,
    before: Key | None = None,
    size: int | None = None,
    scopes: Scopes | None = None,
) -> KeyPage:
    """Return a page of the tickets of ``place`` that ``user`` may see, ready for rows.

    ``scopes``: the user's :func:`visible_scopes`, where they are known.
    """
    tickets = place.tickets_for(user).for_list().select_related("assignee__wagtail_userprofile")
    parts = place.parts_for(user, visible_scopes(user) if scopes is None else scopes) if place.is_plain else []
    return key_page(tickets, place.ordering, after=after, before=before, size=size or paging.PAGE_SIZE, parts=parts)


def around(place: Place, user: Any, ticket: Ticket, size: int) -> tuple[list[Ticket], list[Ticket]]:
    """Return up to ``size`` tickets before ``ticket`` in ``place``, and after it, both in the list's order.

    Two queries, and that of what is shared with the user. The ticket itself need not be there any more.
    """
    parts = place.parts_for(user, visible_scopes(user)) if place.is_plain else []
    tickets = place.tickets_for(user).select_related("requester")
    return neighbours(tickets, place.ordering, ticket, size=size, parts=parts)
