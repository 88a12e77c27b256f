"""A search server instead of the database's own full text: any of Wagtail's search backends, by one setting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from wagtail.search.backends import get_search_backend

from wagtail_helpdesk import conf
from wagtail_helpdesk.search.models import SearchEntry

#: Such servers know the beginnings of words, of so many letters.
SHORTEST, LONGEST = 2, 15


def backend() -> Any:
    """Return Wagtail's backend of the setting, None where the database's own full text is used."""
    alias = conf.get("SEARCH_BACKEND")
    return get_search_backend(alias) if alias else None


def tell(kept: Sequence[int], gone: Sequence[int]) -> None:
    """Tell the server of entries that are new or changed, and of those that go. It may raise anything."""
    server = backend()
    if server is None:
        return
    rows = SearchEntry.objects.in_bulk([*kept, *gone])
    if kept:
        server.add_bulk(SearchEntry, [rows[key] for key in kept if key in rows])
    for key in gone:
        if key in rows:
            server.delete(rows[key])


def candidates(
    words: Iterable[str], scope: Q, limit: int, *, after: datetime | None = None, before: datetime | None = None
) -> list[int]:
    """Return the keys of the newest ``limit`` entries of ``scope`` with all words, or words that begin so."""
    asked = [word.rstrip("_")[:LONGEST] for word in words]
    asked = [word for word in asked if len(word) >= SHORTEST]
    server = backend()
    if not asked or server is None:
        return []
    rows = SearchEntry.objects.filter(scope)
    if after:
        rows = rows.filter(at__gte=after)
    if before:
        rows = rows.filter(at__lt=before)
    found = server.autocomplete(" ".join(asked), rows.order_by("-at"), operator="and", order_by_relevance=False)
    return [row.pk for row in found[:limit]]
