"""Draws lists and counts from the parts of a view, each of which an index has in order.

A view joins categories, teams, assigned and shared tickets: no index has all of them in one order, so a database would
read and sort the tickets of many years to show 25. Each part is asked for its first rows instead, in one query.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import IntegerField, QuerySet

from wagtail_helpdesk.inbox.ordering import Key, Ordering
from wagtail_helpdesk.tickets.unions import Rows, Union

#: A view of more parts is read as a whole: SQLite joins no more than 500 selects.
MAX_PARTS = 100


class CappedCount(Union):
    """The number of rows of several parts together, each row once. No part is counted further than ``limit``."""

    joiner = " UNION "
    frame = "(SELECT COUNT(*) FROM (%s) helpdesk_counted)"
    output_field = IntegerField()
    empty_result_set_value = 0

    def __init__(self, parts: Sequence[QuerySet], limit: int) -> None:
        super().__init__(*(Rows(part.order_by(), limit) for part in parts))


def first_keys(
    parts: Sequence[QuerySet], ordering: Ordering, size: int, *, key: Key | None = None, reverse: bool = False
) -> Union:
    """Return, for ``pk__in``, the keys of the first ``size`` rows of each part beyond ``key``."""
    return Union(*(Rows(run, size) for part in parts for run in ordering.runs(part, key, reverse=reverse)))
