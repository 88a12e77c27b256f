"""Waits for news at the sources that can tell of it (IMAP's IDLE). News only wakes up; a visit finds what is new."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import DatabaseError, close_old_connections, connection

from wagtail_helpdesk.events import describe_error
from wagtail_helpdesk.mail.choices import FolderRole, SourceState
from wagtail_helpdesk.mail.fetching.fetch import fetch
from wagtail_helpdesk.mail.models import MailSource
from wagtail_helpdesk.mail.sources import open_source
from wagtail_helpdesk.mail.sources.base import Source, SourceError, SourceRefused, Watch

logger = logging.getLogger(__name__)

#: A visit without news: an IDLE may be dead without anybody having noticed.
VISIT_EVERY = timedelta(minutes=5)
#: How often the list of sources is looked at, and how long after a failure.
LOOK_EVERY, PAUSE = timedelta(minutes=1), timedelta(minutes=1)
#: Seconds of one wait: so soon the end of the process is noticed.
SLICE = 1.0


@dataclass(slots=True)
class Watchers:
    """A thread for each source that waits for news, until ``stop``."""

    stop: threading.Event = field(default_factory=threading.Event)
    _threads: dict[int, threading.Thread] = field(default_factory=dict)

    def run(self) -> None:
        """Watch all sources, those too that are added meanwhile; return some seconds after ``stop`` was set."""
        while not self.stop.is_set():
            close_old_connections()
            try:
                self._start_missing()
            except DatabaseError as error:
                logger.error("watch_database_unavailable error=%s", describe_error(error))
            # Not needed until the next look.
            connection.close()
            self.stop.wait(LOOK_EVERY.total_seconds())
        for thread in self._threads.values():
            thread.join(30)

    def _start_missing(self) -> None:
        wanted = MailSource.objects.filter(state=SourceState.ACTIVE, waits_for_news=True)
        for pk in wanted.values_list("pk", flat=True):
            if pk not in self._threads or not self._threads[pk].is_alive():
                self._threads[pk] = threading.Thread(target=_watch_for_ever, args=(pk, self.stop), daemon=True)
                self._threads[pk].start()


def watch(row: MailSource, stop: threading.Event) -> None:
    """Visit ``row`` whenever it has news, until ``stop``, or until it is to be watched no more.

    Raises SourceUnavailable, SourceRefused.
    """
    source = open_source(row)
    waiting = source.watch(_folder_of(row, source))
    if waiting is None:
        raise SourceRefused("no_idle")
    with waiting as news:
        while not stop.is_set() and _is_wanted(row):
            fetch(row)
            _wait(news, stop)


def _wait(news: Watch, stop: threading.Event) -> None:
    """Return on news, at the end, and after some minutes in any case."""
    until = time.monotonic() + VISIT_EVERY.total_seconds()
    while not stop.is_set() and time.monotonic() < until:
        if news.wait(SLICE):
            return


def _watch_for_ever(pk: int, stop: threading.Event) -> None:
    try:
        while not stop.is_set():
            close_old_connections()
            try:
                row = MailSource.objects.select_related("mailbox", "account").get(pk=pk)
                if not _is_wanted(row):
                    return
                watch(row, stop)
            except MailSource.DoesNotExist:
                return
            except SourceError as error:
                logger.warning("watch_failed source=%s error=%s", pk, error.code)
            except Exception as error:  # noqa: BLE001 - the thread goes on, as the worker does
                logger.error("watch_failed source=%s error=%s", pk, describe_error(error))
            stop.wait(PAUSE.total_seconds())
    finally:
        connection.close()


def _is_wanted(row: MailSource) -> bool:
    wanted = MailSource.objects.filter(pk=row.pk, state=SourceState.ACTIVE, waits_for_news=True)
    return wanted.exists()


def _folder_of(row: MailSource, source: Source) -> str:
    """Return the folder to watch: the first that customers write to."""
    name = row.folders.filter(role=FolderRole.INBOX).values_list("name", flat=True).first()
    return name or source.default_folders[0]
