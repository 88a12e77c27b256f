"""Does all that is due: ``manage.py helpdesk_work [--once]``."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from wagtail_helpdesk.pipeline import STEPS
from wagtail_helpdesk.worker import Worker


class Command(BaseCommand):
    help = "Publishes, reads, sends, closes and cleans whatever is due, for ever or once. Any number may run at a time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then end (for cron)")
        parser.add_argument("--pause", type=float, default=1.0, help="seconds between two looks (default: 1)")

    def handle(self, *args: Any, once: bool, pause: float, **options: Any) -> None:
        worker = Worker(STEPS)
        if once:
            while worker.run_once():
                pass
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            if not worker.run_once():
                stop.wait(pause)
