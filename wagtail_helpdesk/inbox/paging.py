"""Pages by key: the page after or before a row, however many rows there are and whatever arrives meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from wagtail_helpdesk.inbox.ordering import Key, Ordering
from wagtail_helpdesk.inbox.parts import first_keys

PAGE_SIZE = 25


@dataclass(frozen=True)
class KeyPage:
    """Some rows in order. ``before`` and ``after`` are the keys of the neighbouring pages, None where there is none."""

    rows: list[Any]
    before: Key | None
    after: Key | None


def key_page(
    rows: QuerySet,
    ordering: Ordering,
    *,
    after: Key | None = None,
    before: Key | None = None,
    size: int = PAGE_SIZE,
    parts: Sequence[QuerySet] = (),
) -> KeyPage:
    """Return the page of ``rows`` after ``after``, or before ``before``, else the first one.

    ``parts``: the same rows as parts that an index has in order, where there are some.

    One query; a second one where the way back does not fill a page: then the first page is shown.
    """
    if before is not None and after is None:
        page = _page_before(rows, ordering, before, size, parts)
        if page is not None:
            return page
    found = list(_stretch(rows, ordering, size + 1, key=after, parts=parts))
    shown = found[:size]
    return KeyPage(
        shown,
        before=_back_from(shown, ordering, after),
        after=ordering.key_of(shown[-1]) if len(found) > size else None,
    )


def _page_before(
    rows: QuerySet, ordering: Ordering, before: Key, size: int, parts: Sequence[QuerySet]
) -> KeyPage | None:
    found = list(_stretch(rows, ordering, size + 1, key=before, reverse=True, parts=parts))
    if len(found) <= size:
        return None
    shown = found[:size][::-1]
    return KeyPage(shown, before=ordering.key_of(shown[0]), after=ordering.key_of(shown[-1]))


def _back_from(shown: list[Any], ordering: Ordering, after: Key | None) -> Key | None:
    """A page reached by its predecessor's last key has that page before it, even when it is empty by now."""
    if after is None:
        return None
    return ordering.key_of(shown[0]) if shown else after


def neighbours(
    rows: QuerySet, ordering: Ordering, row: Any, *, size: int = 1, parts: Sequence[QuerySet] = ()
) -> tuple[list[Any], list[Any]]:
    """Return up to ``size`` rows before ``row`` and after it, in order. It need not be among them. Two queries."""
    key = ordering.key_of(row)
    before, after = (
        list(_stretch(rows, ordering, size, key=key, reverse=reverse, parts=parts)) for reverse in (True, False)
    )
    return before[::-1], after


def first_rows(rows: QuerySet, ordering: Ordering, size: int, *, parts: Sequence[QuerySet] = ()) -> QuerySet:
    """Return the first ``size`` of ``rows`` in order; ``parts`` as in :func:`key_page`."""
    return _stretch(rows, ordering, size, key=None, parts=parts)


def _stretch(
    rows: QuerySet,
    ordering: Ordering,
    size: int,
    *,
    key: Key | None,
    parts: Sequence[QuerySet],
    reverse: bool = False,
) -> QuerySet:
    """Return up to ``size`` rows beyond ``key``, with ``reverse`` those before it, the nearest first."""
    window = rows if key is None else rows.filter(ordering.beyond(key, reverse=reverse))
    if parts:
        window = window.filter(pk__in=first_keys(parts, ordering, size, key=key, reverse=reverse))
    return window.order_by(*ordering.columns(reverse=reverse))[:size]
