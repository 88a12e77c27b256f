"""How many tickets are in each standing view: a fixed number of queries, none counted further than the cap."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.utils.formats import number_format

from wagtail_helpdesk.inbox.parts import CappedCount
from wagtail_helpdesk.inbox.standing_views import VIEWS, StandingView, visible_scopes

CAP = 1000


def count_views(user: Any) -> dict[str, int]:
    """Return the number of tickets that ``user`` may see in each view, by its slug; at most CAP + 1."""
    scopes = visible_scopes(user)
    counts = {
        f"in_{view.slug}": CappedCount(view.parts_for(user, scopes) or [view.tickets_for(user)], CAP + 1)
        for view in VIEWS
    }
    # One row to hang the sub-selects on: that of the user.
    row = get_user_model()._base_manager.filter(pk=user.pk).order_by().values(**counts).first() or {}
    return {view.slug: min(row.get(f"in_{view.slug}", 0), CAP + 1) for view in VIEWS}


def count_text(count: int) -> str:
    """Return a capped number in words for people: "12", "1000+"."""
    return f"{number_format(CAP, force_grouping=False)}+" if count > CAP else number_format(count)


def views_with_counts(user: Any) -> list[tuple[StandingView, str]]:
    """Return each view with its count in words."""
    counts = count_views(user)
    return [(view, count_text(counts[view.slug])) for view in VIEWS]
