"""How many mails come in a second and what each asks of the database: beside a bare loop, and beside django-helpdesk.

The three take the same mails by turns, on desks of the same size, in databases of the same server.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from benchmarks.counting import Counter
from benchmarks.fill import BusyDesk
from benchmarks.floor import Floor
from benchmarks.growth import Growth
from benchmarks.mails import make_mail
from benchmarks.peer.client import Peer, django_helpdesk
from benchmarks.queries import take_in
from benchmarks.report import print_table, ratio
from wagtail_helpdesk.mail.choices import MailOutcome
from wagtail_helpdesk.mail.models import AutoReplyLedger, InboundMail
from wagtail_helpdesk.mail.work import process_due
from wagtail_helpdesk.tickets.models import Ticket

KINDS = ("plain, new", "with a file, new", "answer to one")
OURS, ACCEPT, PROCESS, FLOOR, PEER = "ours", "accept", "process", "floor", "django-helpdesk"
#: Mails of one turn: so many wait when the worker looks.
TURN = 20
WARM_UP = 10
FILE_BYTES = 60_000
#: So many messages has each ten tickets, as those of ``fill`` have.
MESSAGES = 33


@dataclass
class Letters:
    """Makes mails of each kind that nobody has seen; an answer is to a plain one that was taken in before."""

    to: str
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    number: int = 0
    #: Message-ID, subject and sender of those that can be answered.
    known: list[tuple[str, str, int]] = field(default_factory=list)

    def make(self, kind: str, count: int) -> list[bytes]:
        """Return ``count`` mails."""
        return [self._make(kind) for _ in range(count)]

    def _make(self, kind: str) -> bytes:
        self.number += 1
        number, message_id = self.number, f"<{self.number}.{self.chance.randrange(10**12)}@example.org>"
        answered = self.known.pop(0) if kind == KINDS[2] else None
        subject = f"Re: {answered[1]}" if answered else f"Question {number} about my order"
        sender = answered[2] if answered else 1_000_000 + number
        size = FILE_BYTES if kind == KINDS[1] else 0
        mail = make_mail(self.chance, self.to, sender=sender, subject=subject, message_id=message_id, file_bytes=size)
        if answered:
            mail["In-Reply-To"] = mail["References"] = answered[0]
        elif kind == KINDS[0]:
            self.known.append((message_id, subject, sender))
        return mail.as_bytes()


def measure_intake(desk: BusyDesk, sizes: Sequence[int], count: int) -> None:
    """Print mails a second of each kind on desks of each of the ``sizes``, ``count`` mails of a kind."""
    letters, floor, growth = Letters(desk.mailbox.address), Floor(desk), Growth(desk)
    taken: dict[tuple[int, str], dict[str, float]] = {}
    with django_helpdesk() if connection.vendor == "postgresql" else nullcontext() as peer:
        for size in sorted(sizes):
            growth.fill(size)
            if peer:
                peer.fill(size, MESSAGES)
            for kind, seconds in _at_this_size(desk, letters, floor, peer, count).items():
                taken[size, kind] = seconds
            _print_size(size, taken, peer)
        queries = _count_queries(desk, letters, peer)
    print_table("Reads and writes of the database for one mail", ("kind", *queries), _query_rows(queries))
    _print_growth(sorted(sizes), taken)


def _at_this_size(
    desk: BusyDesk, letters: Letters, floor: Floor, peer: Peer | None, count: int
) -> dict[str, dict[str, float]]:
    """Return the median seconds of a mail, by kind and by who took it."""
    seconds: dict[str, dict[str, list[float]]] = {kind: defaultdict(list) for kind in KINDS}
    takers: dict[str, Callable[[Sequence[bytes]], dict[str, list[float]]]] = {
        OURS: lambda mails: _take(desk, mails),
        FLOOR: lambda mails: {FLOOR: [_timed(floor.take, raw) for raw in mails]},
    }
    if peer:
        takers[PEER] = lambda mails: {PEER: peer.take(mails)}
    for turn in range(-1, -(-count // TURN)):
        for kind in KINDS:
            mails = letters.make(kind, WARM_UP if turn < 0 else TURN)
            for take in takers.values():
                for name, values in take(mails).items():
                    if turn >= 0:
                        seconds[kind][name] += values
            _forget_limits()
    return {kind: {name: statistics.median(values) for name, values in of.items()} for kind, of in seconds.items()}


def _take(desk: BusyDesk, mails: Sequence[bytes]) -> dict[str, list[float]]:
    """Take ``mails`` in; return the seconds of each, and of its two steps. RuntimeError where one was not filed.

    The worker reads them in one go: what that took is shared out evenly.
    """
    found: dict[str, list[float]] = {ACCEPT: [], PROCESS: []}
    waiting: list[int] = []
    for raw in mails:
        found[ACCEPT].append(_timed(lambda raw=raw: waiting.append(take_in(raw, desk.mailbox).mail.pk)))
    found[PROCESS] = [_timed(process_due) / len(mails)] * len(mails)
    filed = InboundMail.objects.filter(pk__in=waiting, outcome__in=(MailOutcome.OPENED, MailOutcome.APPENDED))
    if filed.count() != len(mails):
        raise RuntimeError("a mail was not filed")
    return {**found, OURS: [one + other for one, other in zip(*found.values(), strict=True)]}


def _timed(function: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - started


def _forget_limits() -> None:
    """Let the automatic mails be of yesterday: the limits on acknowledgements would make later mails cheaper."""
    now = timezone.now()
    AutoReplyLedger.objects.filter(at__gt=now - timedelta(hours=2)).update(at=now - timedelta(days=2))


def _count_queries(desk: BusyDesk, letters: Letters, peer: Peer | None) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {OURS: {}}
    for kind in KINDS:
        mails = letters.make(kind, TURN)
        with Counter() as counter:
            for raw in mails:
                take_in(raw, desk.mailbox)
            process_due()
        found[OURS][kind] = f"{counter.reads / TURN:.1f} + {counter.writes / TURN:.1f}"
        if peer:
            counts = peer.count_queries(mails)
            reads, writes = (statistics.mean(values) for values in zip(*counts, strict=True))
            found.setdefault(PEER, {})[kind] = f"{reads:.0f} + {writes:.0f}"
    return found


def _query_rows(queries: dict[str, dict[str, str]]) -> Iterator[tuple[str, ...]]:
    for kind in KINDS:
        yield (kind, *(of[kind] for of in queries.values()))


def _print_size(size: int, taken: dict[tuple[int, str], dict[str, float]], peer: Peer | None) -> None:
    head = ("kind", "ours: mails/s", "accept, ms", "process, ms", "floor: mails/s", "ours / floor")
    beside = f", beside django-helpdesk {peer.version}" if peer else ""
    title = f"Intake into a desk of {size:,} tickets, {connection.vendor}{beside}"
    rows = []
    for kind in KINDS:
        one = taken[size, kind]
        row = [kind, _rate(one[OURS]), _ms(one[ACCEPT]), _ms(one[PROCESS]), _rate(one[FLOOR])]
        row.append(ratio(one[FLOOR], one[OURS]))
        if peer:
            row += [_rate(one[PEER]), ratio(one[PEER], one[OURS])]
        rows.append(row)
    if peer:
        head = (*head, "peer: mails/s", "ours / peer")
    print_table(title, head, rows)
    print(
        f"\n{Ticket.objects.count():,} tickets with us, {peer.counts()[0] if peer else 0:,} with the peer.", flush=True
    )


def _print_growth(sizes: Sequence[int], taken: dict[tuple[int, str], dict[str, float]]) -> None:
    small, large = sizes[0], sizes[-1]
    names = [name for name in (OURS, FLOOR, PEER) if name in taken[small, KINDS[0]]]
    rows = [(kind, *(ratio(taken[large, kind][name], taken[small, kind][name]) for name in names)) for kind in KINDS]
    print_table(f"Time of a mail at {large:,} tickets / at {small:,}", ("kind", *names), rows)


def _rate(seconds: float) -> str:
    return f"{1 / seconds:.0f}"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f}"
