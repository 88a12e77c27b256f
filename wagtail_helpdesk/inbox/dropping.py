"""What happens to tickets that are dropped on a view: the same as the action of the bulk bar does."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from wagtail_helpdesk.tickets.conditions.ticket_fields import ME, NOBODY

#: View, the action, and the fields of its form.
_DROPS: dict[str, tuple[str, dict[str, str]]] = {
    "mine": ("assign", {"assignee": ME}),
    "unassigned": ("assign", {"assignee": NOBODY}),
    "starred": ("star", {}),
    "spam": ("spam", {}),
    "trash": ("trash", {}),
}
_TEAM = "team-"


def with_drops(counted: Iterable[tuple[Any, str]], offered: Collection[str] = ()) -> list[tuple[Any, str, str]]:
    """Return views with their counts as the page shows them: each with what a drop on it does."""
    return [(view, count, drop_on(view.slug, offered)) for view, count in counted]


def drop_on(slug: str, offered: Collection[str]) -> str:
    """Return what the page sends for a drop on the view ``slug``, as JSON; "" where nothing can be dropped.

    ``offered`` are the names of the actions that the list offers.
    """
    action, fields = _DROPS.get(slug, ("", {}))
    if slug.startswith(_TEAM):
        action, fields = "team", {"team": slug.removeprefix(_TEAM)}
    if action not in offered:
        return ""
    return json.dumps({"action": action, **{f"{action}-{name}": value for name, value in fields.items()}})
