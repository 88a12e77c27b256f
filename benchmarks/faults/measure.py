"""SIGKILL at random moments of workers that fetch from Dovecot, read, publish and send; then everything is counted."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from benchmarks.children import talking
from benchmarks.fill import BusyDesk
from benchmarks.report import print_table
from tests.faults import dovecot as dovecots
from tests.mail.helpers import make_mail
from wagtail_helpdesk import vault
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.mail.choices import InboundState, OutboundState
from wagtail_helpdesk.mail.fetching.fetch import fetch
from wagtail_helpdesk.mail.models import AutoReplyLedger, InboundMail, MailSource, MailTransport, OutboundMail
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket

WORKERS = 2
#: Seconds that a worker lives at most, and mails and replies that come in meanwhile.
LONGEST_LIFE = 0.8
MAILS, REPLIES = 2, 2
#: Every third one that is killed only fetches, so that fetching, which is quick, is met too: its life, and its mails.
FETCHERS, LONGEST_FETCH, BURST = 3, 0.2, 6
#: Seconds after the last kill until all has to be done.
PATIENCE = 300
_UNFINISHED = (OutboundState.QUEUED, OutboundState.CLAIMED, OutboundState.TRANSMITTING, OutboundState.RETRY)


def measure_faults(desk: BusyDesk, kills: int, seed: int) -> None:
    """Print what became of all mails and replies after ``kills``. SystemExit where there is no Dovecot."""
    if reason := dovecots.reason_for_none():
        raise SystemExit(reason)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark_listener_")))
        listener = stack.enter_context(talking("benchmarks.faults.listener", str(folder), str(seed)))
        dovecot = stack.enter_context(dovecots.run_dovecot())
        nursery = stack.enter_context(talking("benchmarks.faults.nursery", str(desk.mailbox.pk)))
        run = _Run(desk, dovecot, nursery, random.Random(seed))
        run.prepare(int(listener.stdout.readline()))
        started = time.monotonic()
        run.kill(kills)
        run.finish()
        _print(run, folder, kills, seed, time.monotonic() - started)


@dataclass
class _Run:
    desk: BusyDesk
    dovecot: dovecots.Dovecot
    nursery: subprocess.Popen[str]
    chance: random.Random
    source: MailSource | None = None
    subjects: list[str] = field(default_factory=list)
    #: The word that stands in one reply only, and the tickets that have one.
    marks: list[str] = field(default_factory=list)
    answered: set[int] = field(default_factory=set)
    #: What a worker was doing when it was killed, as the rows that it held tell.
    moments: Counter[str] = field(default_factory=Counter)

    def prepare(self, port: int) -> None:
        """Make the source and the transport, and see the folder once: what comes now is new."""
        mailbox = self.desk.mailbox
        self.source = MailSource.objects.create(
            mailbox=mailbox,
            kind="imap",
            host="127.0.0.1",
            port=self.dovecot.imap,
            security="none",
            username="support",
            password=vault.seal(dovecots.PASSWORD),
        )
        fetch(self.source)
        MailTransport.objects.create(mailbox=mailbox, kind="smtp", host="127.0.0.1", port=port, security="none")

    def kill(self, kills: int) -> None:
        """Kill one of the workers, by turns, after a random time; mails and replies come in all the while."""
        workers = [self._start() for _ in range(WORKERS)]
        for number in range(kills):
            if number % FETCHERS == 0:
                self._kill_fetcher()
                continue
            end = time.monotonic() + self.chance.uniform(0.01, LONGEST_LIFE)
            self._bring_in(MAILS)
            time.sleep(max(0.0, end - time.monotonic()))
            turn = number % WORKERS
            os.kill(workers[turn], signal.SIGKILL)
            self._note_moment(workers[turn])
            workers[turn] = self._start()
        for pid in workers:
            os.kill(pid, signal.SIGKILL)

    def finish(self) -> None:
        """Let one worker do what is left. RuntimeError where it does not come to an end."""
        pid, end = self._start(), time.monotonic() + PATIENCE
        try:
            while self._is_unfinished():
                if time.monotonic() > end:
                    raise RuntimeError(f"still unfinished: {self._is_unfinished()}")
                MailSource.objects.update(next_fetch_at=timezone.now())
                time.sleep(0.5)
        finally:
            os.kill(pid, signal.SIGKILL)

    def _kill_fetcher(self) -> None:
        self._bring_in(BURST)
        pid = self._start("fetch")
        time.sleep(self.chance.uniform(0.01, LONGEST_FETCH))
        os.kill(pid, signal.SIGKILL)
        self._note_moment(pid)

    def _start(self, what: str = "work") -> int:
        self.nursery.stdin.write(f"{what}\n")
        self.nursery.stdin.flush()
        return int(self.nursery.stdout.readline())

    def _bring_in(self, mails: int) -> None:
        for _ in range(mails):
            number = len(self.subjects)
            subject = f"Question {number:05}"
            mail = make_mail(f"Text of {subject}", subject=subject, sender=f"c{number}@d{number}.example")
            mail.replace_header("To", self.desk.mailbox.address)
            self.dovecot.deliver("support", mail.as_bytes())
            self.subjects.append(subject)
        tickets = Ticket.objects.exclude(pk__in=self.answered).filter(message_count=1, subject__startswith="Question")
        for ticket in tickets.order_by("pk")[:REPLIES]:
            mark = f"mark{len(self.marks):05}x"
            factories.add_reply(ticket, self.desk.superuser, f"<p>Our answer {mark}.</p>")
            self.answered.add(ticket.pk)
            self.marks.append(mark)
        MailSource.objects.update(next_fetch_at=timezone.now())
        # The limits on acknowledgements would keep most from being written.
        AutoReplyLedger.objects.filter(at__gt=timezone.now() - timedelta(hours=2)).update(
            at=timezone.now() - timedelta(days=2)
        )

    def _note_moment(self, pid: int) -> None:
        held = {"lease_owner__contains": f":{pid}:"}
        states = [
            *InboundMail.objects.filter(**held).values_list("state", flat=True),
            *OutboundMail.objects.filter(**held).values_list("state", flat=True),
        ]
        if self.source.folders.filter(**held).exists():
            states.append("fetching")
        self.moments.update(states or ["between two of them"])

    def _is_unfinished(self) -> dict[str, Any]:
        arrived = InboundMail.objects.filter(origin="imap")
        left = {
            "mails not fetched": len(self.subjects) - arrived.count(),
            "mails not read": arrived.exclude(state=InboundState.DONE).count(),
            "replies not published": Message.objects.filter(state="scheduled").count(),
            "mails not sent": OutboundMail.objects.filter(state__in=_UNFINISHED).count(),
        }
        return {name: count for name, count in left.items() if count}


def _print(run: _Run, folder: Path, kills: int, seed: int, seconds: float) -> None:
    received = [path.read_bytes() for path in sorted(folder.glob("*.eml"))]
    tickets = Counter(Ticket.objects.filter(subject__startswith="Question").values_list("subject", flat=True))
    messages = Counter(Message.objects.filter(direction="inbound").values_list("subject", flat=True))
    copies = {mark: sum(mark.encode() in raw for raw in received) for mark in run.marks}
    replies = {mark: OutboundMail.objects.filter(kind="reply", text__contains=mark) for mark in run.marks}
    states = {mark: [mail.state for mail in mails] for mark, mails in replies.items()}
    acknowledged = Counter(
        one for mail in OutboundMail.objects.filter(kind="ack") for one in [_copies_of(mail, received)]
    )
    uncertain = OutboundMail.objects.filter(state=OutboundState.UNCERTAIN)
    rows = [
        ("mails delivered to the mailbox", len(run.subjects)),
        ("mails lost (no ticket, or no message)", sum(not (tickets[one] and messages[one]) for one in run.subjects)),
        ("tickets doubled", sum(tickets[one] > 1 or messages[one] > 1 for one in run.subjects)),
        ("mails that wait for their mark on the server (set by the sweep)", _unmarked(run)),
        (
            "mails read by their header alone, after two kills",
            sum("unreadable" in flags for flags in Message.objects.values_list("flags", flat=True)),
        ),
        ("replies written", len(run.marks)),
        ("replies lost (not received, and not shown as uncertain)", _lost(copies, states)),
        ("replies doubled", sum(count > 1 for count in copies.values())),
        ("replies with more than one mail in the outbox", sum(len(one) != 1 for one in states.values())),
        ("replies uncertain", uncertain.filter(kind="reply").count()),
        ("  of these received", sum(copies[one] == 1 for one in run.marks if "uncertain" in states[one])),
        ("acknowledgements written", sum(acknowledged.values())),
        ("acknowledgements doubled", sum(count for copied, count in acknowledged.items() if copied > 1)),
        ("acknowledgements uncertain", uncertain.filter(kind="ack").count()),
    ]
    title = f"{kills} workers killed at random moments (seed {seed}) in {seconds:.0f} s, {connection.vendor}"
    print_table(title, ("what", "how many"), rows)
    moments = [(what, count) for what, count in run.moments.most_common()]
    print_table("What they held when they were killed", ("rows", "times"), moments)


def _copies_of(mail: OutboundMail, received: list[bytes]) -> int:
    own = f"Message-ID: <{mail.message_id_header}>".encode()
    return sum(own in raw for raw in received)


def _lost(copies: dict[str, int], states: dict[str, list[str]]) -> int:
    return sum(not copies[mark] and OutboundState.UNCERTAIN not in states[mark] for mark in copies)


def _unmarked(run: _Run) -> int:
    """Mails whose post-action, here "mark as read", is still to be done."""
    return sum(b"\\Seen" not in line for line in run.dovecot.flags("support") if isinstance(line, bytes))
