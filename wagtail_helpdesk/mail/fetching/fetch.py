"""Visits mail sources: what is new at each, and a sweep of what an earlier visit left.

Any number of workers may do this. A failure is the business of its source alone: it is written on the row, and the
source is looked at less often for a while.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import InterfaceError, OperationalError
from django.db.models import Q
from django.utils import timezone

from wagtail_helpdesk.events import describe_error
from wagtail_helpdesk.mail.choices import FolderRole, PostActionState, SourceState
from wagtail_helpdesk.mail.fetching.folder_lease import LeaseLost, hold
from wagtail_helpdesk.mail.fetching.folder_positions import find_position
from wagtail_helpdesk.mail.fetching.sweep import SWEEP_EVERY, sweep_folder
from wagtail_helpdesk.mail.fetching.taking import Visit
from wagtail_helpdesk.mail.models import InboundOrigin, MailSource, SourceFolder
from wagtail_helpdesk.mail.models.sources import hash_folder_name
from wagtail_helpdesk.mail.sources import open_source
from wagtail_helpdesk.mail.sources.base import Session, SourceError, SourceRefused
from wagtail_helpdesk.mail.sources.problems import warn

logger = logging.getLogger(__name__)

FETCH_EVERY = timedelta(seconds=60)
#: Seconds for one visit; then the worker has other things to do, and comes back at once.
BUDGET = 20.0
#: Longest pauses after failures: of what may pass by itself, and of what somebody has to mend.
MAX_PAUSE, MAX_PAUSE_REFUSED = timedelta(minutes=15), timedelta(hours=1)
#: Sources looked at in one round.
SOURCES_AT_ONCE = 50


@dataclass(slots=True)
class Visited:
    """What a visit brought: ``error`` is a code, "" when all went well; ``is_done`` False when time was up."""

    taken: int = 0
    error: str = ""
    is_done: bool = True


def fetch_due() -> int:
    """Fetch what is new at the sources whose time has come; return how many mails were taken."""
    now = timezone.now()
    due = MailSource.objects.filter(state=SourceState.ACTIVE, next_fetch_at__lte=now)
    rows = due.select_related("mailbox", "account").order_by("next_fetch_at", "pk")[:SOURCES_AT_ONCE]
    return sum(fetch(row).taken for row in _in_time(rows) if _claim(row))


def sweep_due() -> int:
    """Sweep the folders whose time has come; return how many mails were taken."""
    now = timezone.now()
    folders = Q(last_sweep_at__isnull=True, started_at__isnull=False) | Q(last_sweep_at__lte=now - SWEEP_EVERY)
    origins = InboundOrigin.objects.filter(post_action_state=PostActionState.PENDING, folder__isnull=False)
    waiting = origins.filter(Q(next_try_at__lte=now) | Q(next_try_at__isnull=True, created_at__lte=now - FETCH_EVERY))
    sources = {
        *SourceFolder.objects.filter(folders).values_list("source", flat=True),
        *waiting.values_list("source", flat=True)[:1000],
    }
    # A source that fails is left alone until it is fetched from again.
    healthy = Q(failures=0) | Q(next_fetch_at__lte=now)
    rows = MailSource.objects.filter(healthy, pk__in=sources, state=SourceState.ACTIVE)
    rows = rows.select_related("mailbox", "account").order_by("pk")[:SOURCES_AT_ONCE]
    return sum(sweep(row).taken for row in _in_time(rows))


def _in_time(rows: Iterable[MailSource]) -> Iterator[MailSource]:
    """Yield rows until the time is up; the others are due in the next round too, and come first then."""
    until = time.monotonic() + BUDGET
    for row in rows:
        yield row
        if time.monotonic() > until:
            return


def fetch(row: MailSource) -> Visited:
    """Take what is new in every folder of ``row``."""
    return _visit(row, _take_new)


def sweep(row: MailSource) -> Visited:
    """Do what earlier visits to ``row`` left: failed mails, post-actions, mails that were passed over."""
    return _visit(row, sweep_folder)


def _claim(row: MailSource) -> bool:
    """Take the visit for this process; another worker that saw the same time is late."""
    due = MailSource.objects.filter(pk=row.pk, state=SourceState.ACTIVE, next_fetch_at=row.next_fetch_at)
    return due.update(next_fetch_at=timezone.now() + FETCH_EVERY) == 1


def _visit(row: MailSource, work: Callable[[Visit], int]) -> Visited:
    """Connect, do ``work`` in every folder that no other worker has, and write down how it went."""
    visited = Visited()
    MailSource.objects.filter(pk=row.pk).update(last_attempt_at=timezone.now())
    until = time.monotonic() + BUDGET
    try:
        with open_source(row).session() as session:
            try:
                for folder in _folders(row):
                    visited.taken += _visit_folder(row, folder, session, until, work)
            finally:
                for code in session.warnings:
                    warn(row, code)
    except (OperationalError, InterfaceError):
        # The database is gone. Nothing that was not committed was touched at the source.
        raise
    except SourceError as error:
        visited.error = error.code
        _note_failure(row, error.code, isinstance(error, SourceRefused))
        return visited
    except Exception as error:  # noqa: BLE001 - one source never stops the next one
        logger.error("fetch_failed source=%s error=%s", row.pk, describe_error(error))
        visited.error = "unexpected"
        _note_failure(row, visited.error, False)
        return visited
    visited.is_done = time.monotonic() <= until
    _note_success(row, visited)
    return visited


def _folders(row: MailSource) -> list[SourceFolder]:
    """Return the folders, what customers wrote before what our people answered. A source without any gets its first."""
    folders = list(row.folders.all())
    if not folders:
        for name in open_source(row).default_folders:
            folder, _new = SourceFolder.objects.get_or_create(
                source=row, name_hash=hash_folder_name(name), defaults={"name": name}
            )
            folders.append(folder)
    return sorted(folders, key=lambda folder: (folder.role == FolderRole.SENT, folder.pk))


def _visit_folder(
    row: MailSource, folder: SourceFolder, session: Session, until: float, work: Callable[[Visit], int]
) -> int:
    with hold(folder) as owner:
        if owner is None:
            return 0
        try:
            return work(Visit(row, folder, owner, session, until))
        except LeaseLost:
            logger.warning("fetch_lease_lost folder=%s", folder.pk)
            return 0


def _take_new(visit: Visit) -> int:
    taken = visit.take_all(find_position(visit), in_order=True)
    visit.finish()
    return taken


def _note_success(row: MailSource, visited: Visited) -> None:
    fields = {"last_ok_at": timezone.now(), "failures": 0, "last_error": ""}
    if not visited.is_done:
        fields["next_fetch_at"] = timezone.now()
    MailSource.objects.filter(pk=row.pk).update(**fields)


def _note_failure(row: MailSource, code: str, is_refused: bool) -> None:
    """Write the failure down and wait: 1, 2, 4 ... minutes."""
    row.refresh_from_db(fields=["failures"])
    longest = MAX_PAUSE_REFUSED if is_refused else MAX_PAUSE
    pause = min(FETCH_EVERY * 2 ** min(row.failures, 10), longest)
    MailSource.objects.filter(pk=row.pk).update(
        failures=row.failures + 1, last_error=code[:200], next_fetch_at=timezone.now() + pause
    )
    logger.warning("fetch_source_failed source=%s error=%s failures=%s", row.pk, code, row.failures + 1)
