"""Keeps what is found in step with what is there: a list of what is to be read anew, and the step that does it."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.events import describe_error, write_later
from wagtail_helpdesk.search import backends
from wagtail_helpdesk.search.entries import entries_of
from wagtail_helpdesk.search.file_texts import read_file_texts
from wagtail_helpdesk.search.models import IndexTask, SearchEntry
from wagtail_helpdesk.tickets.models import Ticket

logger = logging.getLogger(__name__)

#: Tasks that are taken at a time.
BATCH = 100
#: Messages that are read at a time.
CHUNK = 500
LEASE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(days=1)
#: Tickets that a rebuild adds to the list at a time.
REBUILD = 5000


def index_soon(ticket_id: int, message_id: int | None = None, *, whole: bool = False) -> None:
    """Have a ticket read again by the worker, and a message of it, or with ``whole`` all of them."""
    write_later([IndexTask(ticket_id=ticket_id, message_id=message_id, whole=whole)])


def index_due() -> int:
    """Do what is on the list, a batch of it; return how many things. Any number of workers may do so at a time."""
    tasks = _take()
    if not tasks:
        return 0
    try:
        _do(tasks)
    except Exception as error:  # noqa: BLE001 - one of them may hold up the rest: each by itself
        logger.warning("index_batch_failed tasks=%s error=%s", len(tasks), describe_error(error))
        for task in tasks:
            _do_alone(task)
    return len(tasks)


def _take() -> list[IndexTask]:
    """Return tasks that nobody else has now."""
    now, owner = timezone.now(), uuid.uuid4().hex
    free = IndexTask.objects.filter(lease__lte=now)
    keys = list(free.order_by("later", "pk").values_list("pk", flat=True)[:BATCH])
    if not keys or not free.filter(pk__in=keys).update(owner=owner, lease=now + LEASE):
        return []
    return list(IndexTask.objects.filter(owner=owner).order_by("pk"))


def _do_alone(task: IndexTask) -> None:
    try:
        _do([task])
    except Exception as error:  # noqa: BLE001 - said, and tried again later and later
        pause = min(LEASE * 2**task.attempts, LONGEST_PAUSE)
        IndexTask.objects.filter(pk=task.pk).update(attempts=task.attempts + 1, lease=timezone.now() + pause)
        said = (task.ticket_id, task.message_id, describe_error(error))
        logger.error("index_failed ticket=%s message=%s error=%s", *said)


def _do(tasks: Sequence[IndexTask]) -> None:
    """Read anew what the tasks name, tell the search server where there is one, and take them off the list.

    What fails on the way leaves the tasks there; to do them again does no harm.
    """
    tickets = {task.ticket_id for task in tasks}
    whole = {task.ticket_id for task in tasks if task.whole}
    messages = {task.message_id for task in tasks if task.message_id}
    if whole:
        messages |= set(Message.objects.filter(ticket__in=whole).values_list("pk", flat=True))
    read_file_texts(messages)
    with transaction.atomic():
        kept, stale = _write(tickets, sorted(messages), whole)
    backends.tell(kept, stale)
    with transaction.atomic():
        SearchEntry.objects.filter(pk__in=stale).delete()
        IndexTask.objects.filter(pk__in=[task.pk for task in tasks]).delete()


def _write(tickets: set[int], messages: list[int], whole: set[int]) -> tuple[list[int], list[int]]:
    """Write the entries; return the keys of the rows that are right now, and of those that have to go."""
    own = [-key for key in tickets]
    # Held until the end: two workers never write one ticket's words in turn, the older ones last.
    list(SearchEntry.objects.select_for_update().filter(key__in=own).order_by("pk").values_list("pk", flat=True))
    kept: list[int] = []
    for start in range(0, max(1, len(messages)), CHUNK):
        kept += _save(entries_of(tickets if start == 0 else (), messages[start : start + CHUNK]))
    asked = Q(key__in=[*own, *messages]) | Q(ticket__in=whole)
    stale = SearchEntry.objects.filter(asked).exclude(pk__in=kept).values_list("pk", flat=True)
    return kept, list(stale)


def _save(rows: Sequence[SearchEntry]) -> list[int]:
    """Insert or update; a row that would stay as it is is left alone. Return the keys of all."""
    old = {row.key: row for row in SearchEntry.objects.filter(key__in=[row.key for row in rows])}
    new, changed = [], []
    for row in rows:
        before = old.get(row.key)
        if before is None:
            new.append(row)
            continue
        row.pk = before.pk
        if any(getattr(row, name) != getattr(before, name) for name in _WRITTEN):
            changed.append(row)
    SearchEntry.objects.bulk_create(new)
    SearchEntry.objects.bulk_update(changed, _WRITTEN)
    return [row.pk for row in rows]


_WRITTEN = ("ticket_id", "team_id", "at", "words")


def list_everything() -> int:
    """Put every ticket on the list, the newest first; return how many. What is new goes before them."""
    keys = Ticket.objects.filter(erased_at__isnull=True).order_by("-pk").values_list("pk", flat=True)
    total, last = 0, None
    while batch := list((keys if last is None else keys.filter(pk__lt=last))[:REBUILD]):
        IndexTask.objects.bulk_create(IndexTask(ticket_id=key, whole=True, later=True) for key in batch)
        total, last = total + len(batch), batch[-1]
    return total
