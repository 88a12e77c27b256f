"""How long a change to a thousand tickets takes, the more tickets there are."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection

from benchmarks.counting import Counter
from benchmarks.fill import BusyDesk
from benchmarks.growth import Growth
from benchmarks.report import print_table, spread
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.inbox.bulk.models import BulkJob
from wagtail_helpdesk.inbox.bulk.registry import action_called
from wagtail_helpdesk.inbox.bulk.running import outcome_of, start_job, take_turn
from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.tickets.models import Ticket

TICKETS = 1000
#: What is neither pending nor spam: so that each of the tickets changes.
CHOSEN = (Category.NEW, Category.OPEN, Category.RESOLVED)


@dataclass
class _Run:
    """One job: how long each of its turns took, in milliseconds, and what it asked of the database."""

    tickets: int
    turns: list[float] = field(default_factory=list)
    queries: int = 0
    refused: int = 0


def measure_bulk(desk: BusyDesk, sizes: Iterable[int]) -> None:
    """Fill the database to each size, and print how long jobs of a thousand tickets take at each of them."""
    growth, rows = Growth(desk, mails=False), []
    for size in sorted(sizes):
        growth.fill(size)
        there = Ticket.objects.count()
        for name, run in _runs(desk):
            seconds = sum(run.turns) / 1000
            rows.append(
                (
                    f"{name}, {run.tickets:,} of {there:,} tickets",
                    f"{seconds:.1f}",
                    f"{run.tickets / seconds:.0f}",
                    spread(run.turns),
                    f"{run.queries / run.tickets:.1f}",
                    run.refused,
                )
            )
    head = ("change", "seconds", "tickets/s", "a batch: p50 / p95 in ms", "queries a ticket", "refused")
    print_table(f"Changes to many tickets on {connection.vendor}", head, rows)


def _runs(desk: BusyDesk) -> Iterator[tuple[str, _Run]]:
    tickets = visible_tickets(desk.manager).filter(category__in=CHOSEN).order_by("-pk")
    keys = list(tickets.values_list("pk", flat=True)[:TICKETS])
    yield "assign", _run(desk, keys, "assign", {"assignee": str(desk.manager.pk)})
    yield "status", _run(desk, keys, "status", {"status": default_status(Category.PENDING).pk})


def _run(desk: BusyDesk, keys: Sequence[int], name: str, data: dict[str, object]) -> _Run:
    """Take a job from its beginning to its end, as the worker does; each turn is a batch."""
    run = _Run(len(keys))
    with Counter() as counter:
        job = start_job(action_called(name), [(key, "") for key in keys], data, desk.manager)
        while job.finished_at is None:
            start = time.perf_counter()
            job = take_turn(job, seconds=0)
            run.turns.append((time.perf_counter() - start) * 1000)
    run.queries, run.refused = counter.reads + counter.writes, len(outcome_of(job).refused)
    # Its results are no part of a desk that has another size next.
    BulkJob.objects.filter(pk=job.pk).delete()
    return run
