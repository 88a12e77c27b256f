"""Makes an existing desk findable: ``manage.py helpdesk_search rebuild``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from wagtail_helpdesk.search.document_queue import read_documents_due
from wagtail_helpdesk.search.fulltext import ensure_fulltext
from wagtail_helpdesk.search.indexing import index_due, list_everything
from wagtail_helpdesk.search.models import IndexTask, SearchEntry


class Command(BaseCommand):
    help = (
        "Reads every ticket and message again for the search. When it is stopped it goes on where it was, and so does "
        "the worker by itself."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=("rebuild",))
        parser.add_argument("--restart", action="store_true", help="from the start, also where a rebuild is under way")
        parser.add_argument("--list-only", action="store_true", help="leave the work itself to the worker")

    def handle(self, *args: Any, restart: bool, list_only: bool, **options: Any) -> None:
        ensure_fulltext(SearchEntry.objects.db)
        waiting = IndexTask.objects.filter(later=True)
        if restart:
            waiting.delete()
        if waiting.exists():
            self.stdout.write(f"A rebuild is under way: {waiting.count()} tickets are left.")
        else:
            self.stdout.write(f"{list_everything()} tickets are to be read.")
        done = 0
        while not list_only and (number := index_due()):
            done += number
            if done % 10_000 < number:
                self.stdout.write(f"{done} read")
        while not list_only and read_documents_due():
            index_due()
        if not list_only:
            self.stdout.write(self.style.SUCCESS(f"Done: {done} read, {IndexTask.objects.count()} left."))
