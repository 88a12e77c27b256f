"""The single steps of mail: ``manage.py helpdesk_mail import|fetch|sweep|idle|process|send|health``."""

from __future__ import annotations

import json
import signal
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from wagtail_helpdesk.desk.defaults import create_mailbox
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.desk.querysets import mailbox_for
from wagtail_helpdesk.mail.arriving.accept import Origin
from wagtail_helpdesk.mail.arriving.importing import Imported, Source, find_sources, import_mail
from wagtail_helpdesk.mail.choices import SourceState
from wagtail_helpdesk.mail.fetching.fetch import Visited, fetch, sweep
from wagtail_helpdesk.mail.fetching.watching import Watchers
from wagtail_helpdesk.mail.health.facts import read_facts
from wagtail_helpdesk.mail.health.findings import is_sick, judge
from wagtail_helpdesk.mail.health.report import report_json, report_text
from wagtail_helpdesk.mail.models import MailSource
from wagtail_helpdesk.mail.outbox.deliver import deliver_due
from wagtail_helpdesk.mail.sources.problems import describe_problem
from wagtail_helpdesk.mail.work import process_due


class Command(BaseCommand):
    help = "The single steps of mail: import, fetch, sweep, idle, process, send, health."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="import|fetch|sweep|idle|process|send|health")
        importing = steps.add_parser("import", help="take in .eml and .msg files, folders of them, and mbox files")
        importing.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        importing.add_argument("--mailbox", required=True, metavar="ADDRESS", help="the mailbox they were sent to")
        importing.add_argument("--archive", action="store_true", help="old mail: nobody gets an acknowledgement")
        importing.add_argument("--json", action="store_true", help="one JSON object a mail on standard output")
        for name, words in (
            ("fetch", "take what is new at the mail sources"),
            ("sweep", "do what fetching left undone"),
        ):
            visiting = steps.add_parser(name, help=f"{words}, now; the exit code is 1 when one of them failed")
            visiting.add_argument("--mailbox", metavar="ADDRESS", help="only the sources of this mailbox")
        steps.add_parser("idle", help="wait for news at the sources that are set to, for ever (IMAP's IDLE)")
        steps.add_parser("process", help="read the accepted mails that wait")
        steps.add_parser("send", help="send the mails that are due")
        health = steps.add_parser("health", help="say what is wrong; the exit code is 1 when something is")
        health.add_argument("--json", action="store_true", help="one JSON object for all on standard output")

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        {
            "import": self._import,
            "fetch": partial(self._visit, fetch),
            "sweep": partial(self._visit, sweep),
            "idle": self._idle,
            "process": self._process,
            "send": self._send,
            "health": self._health,
        }[step](**options)

    def _visit(self, visit: Callable[[MailSource], Visited], *, mailbox: str | None, **options: Any) -> None:
        rows = MailSource.objects.filter(state=SourceState.ACTIVE).select_related("mailbox", "account")
        if mailbox is not None:
            known = mailbox_for(mailbox)
            if known is None:
                raise CommandError(f"There is no mailbox {mailbox}.")
            rows = rows.filter(mailbox=known)
        failed = 0
        for row in rows:
            visited = self._visit_to_the_end(visit, row)
            failed += bool(visited.error)
            said = describe_problem(visited.error) if visited.error else f"{visited.taken} mails"
            self.stdout.write(f"{row.pk} {row.kind} {row.mailbox.address}: {said}")
        if failed:
            raise CommandError(f"{failed} mail sources failed.")

    def _visit_to_the_end(self, visit: Callable[[MailSource], Visited], row: MailSource) -> Visited:
        """A visit ends when its time is up; the next one goes on."""
        total = Visited(is_done=False)
        while not (total.is_done or total.error):
            visited = visit(row)
            total.taken, total.error, total.is_done = total.taken + visited.taken, visited.error, visited.is_done
        return total

    def _idle(self, **options: Any) -> None:
        watchers = Watchers()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: watchers.stop.set())
        watchers.run()

    def _process(self, **options: Any) -> None:
        while process_due():
            pass

    def _send(self, **options: Any) -> None:
        while deliver_due():
            pass

    def _health(self, *, json: bool, **options: Any) -> None:
        facts = read_facts()
        findings = judge(facts)
        self.stdout.write(report_json(facts, findings) if json else report_text(facts, findings))
        if is_sick(findings):
            raise SystemExit(1)

    def _import(self, *, paths: list[Path], mailbox: str, archive: bool, json: bool, **options: Any) -> None:
        missing = [str(path) for path in paths if not path.exists()]
        if missing:
            raise CommandError("There is no such file or folder: " + ", ".join(missing))
        origin = Origin("archive" if archive else "import", self._mailbox(mailbox).pk)
        counts: Counter[str] = Counter()
        for path in paths:
            for source in self._sources(path, counts):
                result = self._take_in(source, origin)
                counts[result.outcome] += 1
                self._say(result, json)
        total = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "no mails"
        self.stderr.write(f"{sum(counts.values())} mails: {total}")
        if counts["failed"]:
            raise CommandError(f"{counts['failed']} mails could not be taken in.")

    def _sources(self, path: Path, counts: Counter[str]) -> Any:
        try:
            yield from find_sources(path)
        except OSError as error:
            counts["failed"] += 1
            self.stderr.write(f"{path}: cannot be read ({error.strerror or type(error).__name__})")

    def _take_in(self, source: Source, origin: Origin) -> Imported:
        try:
            return import_mail(source, origin)
        except (OSError, OperationalError) as error:
            # The mail stays where it is: the same command takes it in later.
            reason = f"could not be stored ({type(error).__name__})"
            return Imported(source.label, "", "failed", None, None, reason)

    def _mailbox(self, address: str) -> Mailbox:
        known = mailbox_for(address)
        if known is not None:
            return known
        try:
            made = create_mailbox(address)
        except ValueError as error:
            raise CommandError(f"{address!r} is not an e-mail address.") from error
        self.stderr.write(f"There was no mailbox for {address}: it was made, with the team “{made.team}”.")
        return made

    def _say(self, result: Imported, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(asdict(result), ensure_ascii=True))
        else:
            ticket = f" {result.ticket}" if result.ticket else ""
            self.stdout.write(f"{result.source}: {result.outcome}{ticket} ({result.reason})")
