"""How many tickets are in each view: a fixed number of queries, none counted further than the cap."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections
from django.db.models import QuerySet
from django.utils.formats import number_format

from wagtail_helpdesk.inbox.parts import CappedCount
from wagtail_helpdesk.inbox.places import View
from wagtail_helpdesk.inbox.saved.lists import pinned_views
from wagtail_helpdesk.inbox.standing_views import VIEWS, StandingView, standing_in_views, team_views, visible_scopes
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.prepared import statement
from wagtail_helpdesk.tickets.querysets import Parts, TicketQuerySet

CAP = 1000


def menu_views(user: Any) -> list[View]:
    """Return the views that stand beside the list: the standing ones, each with its parts, then the pinned ones."""
    below = {"mine": standing_in_views(user), "team": team_views(user)}
    standing = [one for view in VIEWS for one in (view, *below.get(view.slug, ()))]
    return [*standing, *pinned_views(user)]


def count_views(
    user: Any, views: Sequence[View] = VIEWS, *, mailbox: int | None = None, scopes: Parts | None = None
) -> dict[str, int]:
    """Return the number of tickets that ``user`` may see in each view, by its slug; at most CAP + 1.

    ``scopes``: the user's :func:`visible_scopes`, where they are known.
    """
    scopes = visible_scopes(user) if scopes is None else scopes
    counts: dict[str, int] = {}
    # Those that people saved may depend on the time: they are built anew each time.
    for kind, some in groupby(views, key=lambda view: isinstance(view, StandingView)):
        counts |= _count(user, list(some), mailbox, scopes, is_kept=kind)
    return counts


def _count(user: Any, views: Sequence[View], mailbox: int | None, scopes: Parts, *, is_kept: bool) -> dict[str, int]:
    def build() -> QuerySet:
        parts = {
            f"in_{number}": CappedCount([_kept_to(part, mailbox) for part in view.counted_for(user, scopes)], CAP + 1)
            for number, view in enumerate(views)
        }
        # One row to hang the sub-selects on: that of the user.
        return get_user_model()._base_manager.filter(pk=user.pk).order_by().values_list(*parts.values())

    slugs = [view.slug for view in views]
    if is_kept and scopes.key is not None:
        key = ("counts", scopes.key, tuple(slugs), mailbox, CAP)
        with connections[Ticket.objects.db].cursor() as cursor:
            cursor.execute(*statement(key, build))
            row = cursor.fetchone()
    else:
        row = build().first()
    return {slug: min(count, CAP + 1) for slug, count in zip(slugs, row or [0] * len(slugs), strict=True)}


def _kept_to(tickets: TicketQuerySet, mailbox: int | None) -> TicketQuerySet:
    return tickets if mailbox is None else tickets.filter(mailbox=mailbox)


def count_text(count: int) -> str:
    """Return a capped number in words for people: "12", "1000+"."""
    return f"{number_format(CAP, force_grouping=False)}+" if count > CAP else number_format(count)


def views_with_counts(user: Any, *, mailbox: int | None = None, scopes: Parts | None = None) -> list[tuple[View, str]]:
    """Return each view of the menu with its count in words; ``scopes`` as in :func:`count_views`."""
    views = menu_views(user)
    counts = count_views(user, views, mailbox=mailbox, scopes=scopes)
    return [(view, count_text(counts[view.slug])) for view in views]
