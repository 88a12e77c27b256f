"""How many tickets are in each view: a fixed number of queries, none counted further than the cap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.formats import number_format

from wagtail_helpdesk.inbox.parts import CappedCount
from wagtail_helpdesk.inbox.places import View
from wagtail_helpdesk.inbox.saved.lists import pinned_views
from wagtail_helpdesk.inbox.standing_views import VIEWS, Scopes, team_views, visible_scopes
from wagtail_helpdesk.tickets.querysets import TicketQuerySet

CAP = 1000


def menu_views(user: Any) -> list[View]:
    """Return the views that stand beside the list: the standing ones with each team's, then the pinned ones."""
    teams = team_views(user)
    standing = [one for view in VIEWS for one in ([view, *teams] if view.slug == "team" else [view])]
    return [*standing, *pinned_views(user)]


def count_views(
    user: Any, views: Sequence[View] = VIEWS, *, mailbox: int | None = None, scopes: Scopes | None = None
) -> dict[str, int]:
    """Return the number of tickets that ``user`` may see in each view, by its slug; at most CAP + 1.

    ``scopes``: the user's :func:`visible_scopes`, where they are known.
    """
    scopes = visible_scopes(user) if scopes is None else scopes
    counts = {
        f"in_{number}": CappedCount([_kept_to(part, mailbox) for part in view.counted_for(user, scopes)], CAP + 1)
        for number, view in enumerate(views)
    }
    # One row to hang the sub-selects on: that of the user.
    row = get_user_model()._base_manager.filter(pk=user.pk).order_by().values(**counts).first() or {}
    return {view.slug: min(row.get(f"in_{number}", 0), CAP + 1) for number, view in enumerate(views)}


def _kept_to(tickets: TicketQuerySet, mailbox: int | None) -> TicketQuerySet:
    return tickets if mailbox is None else tickets.filter(mailbox=mailbox)


def count_text(count: int) -> str:
    """Return a capped number in words for people: "12", "1000+"."""
    return f"{number_format(CAP, force_grouping=False)}+" if count > CAP else number_format(count)


def views_with_counts(user: Any, *, mailbox: int | None = None, scopes: Scopes | None = None) -> list[tuple[View, str]]:
    """Return each view of the menu with its count in words; ``scopes`` as in :func:`count_views`."""
    views = menu_views(user)
    counts = count_views(user, views, mailbox=mailbox, scopes=scopes)
    return [(view, count_text(counts[view.slug])) for view in views]
