"""Pages by key: the page after or before a row, however many rows there are and whatever arrives meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from wagtail_helpdesk.inbox.ordering import Key, Ordering

PAGE_SIZE = 25


@dataclass(frozen=True)
class KeyPage:
    """Some rows in order. ``before`` and ``after`` are the keys of the neighbouring pages, None where there is none."""

    rows: list[Any]
    before: Key | None
    after: Key | None


def key_page(
    rows: QuerySet, ordering: Ordering, *, after: Key | None = None, before: Key | None = None, size: int = PAGE_SIZE
) -> KeyPage:
    """Return the page of ``rows`` after ``after``, or before ``before``, else the first one.

    One query; a second one where the way back does not fill a page: then the first page is shown.
    """
    if before is not None and after is None:
        page = _page_before(rows, ordering, before, size)
        if page is not None:
            return page
    window = rows if after is None else rows.filter(ordering.beyond(after))
    found = list(window.order_by(*ordering.columns())[: size + 1])
    shown = found[:size]
    return KeyPage(
        shown,
        before=_back_from(shown, ordering, after),
        after=ordering.key_of(shown[-1]) if len(found) > size else None,
    )


def _page_before(rows: QuerySet, ordering: Ordering, before: Key, size: int) -> KeyPage | None:
    window = rows.filter(ordering.beyond(before, reverse=True))
    found = list(window.order_by(*ordering.columns(reverse=True))[: size + 1])
    if len(found) <= size:
        return None
    shown = found[:size][::-1]
    return KeyPage(shown, before=ordering.key_of(shown[0]), after=ordering.key_of(shown[-1]))


def _back_from(shown: list[Any], ordering: Ordering, after: Key | None) -> Key | None:
    """A page reached by its predecessor's last key has that page before it, even when it is empty by now."""
    if after is None:
        return None
    return ordering.key_of(shown[0]) if shown else after


def neighbours(rows: QuerySet, ordering: Ordering, row: Any) -> tuple[int | None, int | None]:
    """Return the keys of the rows before and after ``row``, which itself need not be among ``rows``. Two queries."""
    key = ordering.key_of(row)
    before = rows.filter(ordering.beyond(key, reverse=True)).order_by(*ordering.columns(reverse=True))
    after = rows.filter(ordering.beyond(key)).order_by(*ordering.columns())
    return before.values_list("pk", flat=True).first(), after.values_list("pk", flat=True).first()
