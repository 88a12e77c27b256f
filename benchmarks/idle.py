"""What open pages that nobody touches ask of the server: the looks of one minute, replayed without the waiting."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benchmarks.counting import Counter
from benchmarks.fill import BusyDesk, fill
from benchmarks.queries import TICKETS, signed_in
from benchmarks.report import print_table, spread
from wagtail_helpdesk.inbox.presence import HEARTBEAT
from wagtail_helpdesk.tickets.models import Ticket

PAGES = 50
MINUTE = 60.0
_FOLDER = "wagtail_helpdesk/inbox"
_ROW = re.compile(r'data-ticket="(\d+)" data-version="(\w+)"')
_NEWEST = re.compile(r'data-helpdesk-live-(message|event)-value="(\d+)"')


@dataclass
class _Look:
    """One page's question, as its script asks it."""

    client: Client
    address: str
    #: What is posted; None asks for a list.
    body: dict[str, str] | None = None
    etag: str = ""

    def ask(self) -> int:
        """Ask once; return the status. RuntimeError where it is neither an answer nor "as before"."""
        if self.body is not None:
            response = self.client.post(self.address, self.body)
        else:
            response = self.client.get(self.address, headers={"If-None-Match": self.etag} if self.etag else None)
            self.etag = response.headers.get("ETag", "")
        if response.status_code not in (200, 304):
            raise RuntimeError(f"{self.address} answers {response.status_code}")
        return response.status_code


def measure_idle(desk: BusyDesk) -> None:
    """Print what fifty open lists, and fifty open tickets, ask in a minute in which nothing happens."""
    fill(desk, TICKETS)
    lists, tickets = list(_lists(desk)), list(_tickets(desk, resting=False))
    beat = HEARTBEAT * _constant("live_controller", r"isResting \? (\d+) : 1")
    rows = [
        _row("lists", lists, _constant("pulse_controller", r"pause: \{ type: Number, default: (\d+) \}") / 1000),
        _row("tickets, the first five minutes", tickets, HEARTBEAT),
        _row("tickets, after that", list(_tickets(desk, resting=True)), beat),
    ]
    head = ("open pages", "s between looks", "requests/s", "of them 304", "queries/s", "p50 / p95 in ms", "server ms/s")
    print_table(f"What {PAGES} open pages ask that nobody touches, on {connection.vendor}", head, rows)


def _row(name: str, looks: list[_Look], pause: float) -> tuple[Any, ...]:
    """Replay a minute by a clock of its own: what the server says anew once a minute comes once a minute."""
    begun = timezone.now()
    taken, statuses = [], []
    for look in looks:
        look.ask()
    with Counter() as counter:
        for second, look in _schedule(looks, pause):
            with mock.patch.object(timezone, "now", _clock(begun + timedelta(seconds=second))):
                start = time.perf_counter()
                statuses.append(look.ask())
                taken.append((time.perf_counter() - start) * 1000)
    return (
        f"{len(looks)} {name}",
        f"{pause:g}",
        f"{len(taken) / MINUTE:.1f}",
        f"{statuses.count(304) / len(statuses):.0%}",
        f"{(counter.reads + counter.writes) / MINUTE:.1f}",
        spread(taken),
        f"{sum(taken) / MINUTE:.0f}",
    )


def _schedule(looks: list[_Look], pause: float) -> Iterator[tuple[float, _Look]]:
    """Each page looks after each pause; they were opened at even distances."""
    for turn in range(round(MINUTE / pause)):
        for number, look in enumerate(looks):
            yield (turn + number / len(looks)) * pause, look


def _clock(now: datetime) -> Any:
    return lambda: now


def _people(desk: BusyDesk) -> Iterator[Any]:
    agents = [agent for team in desk.agents.values() for agent in team]
    return (agents[number % len(agents)] for number in range(PAGES))


def _lists(desk: BusyDesk) -> Iterator[_Look]:
    for user in _people(desk):
        client = signed_in(user)
        html = client.get(reverse("helpdesk_inbox:view", args=["all"])).content.decode()
        rows = ",".join(f"{key}.{version}" for key, version in _ROW.findall(html))
        yield _Look(client, f"{reverse('helpdesk_inbox:pulse')}?counts=1&view=all&more=1&rows={rows}")


def _tickets(desk: BusyDesk, *, resting: bool) -> Iterator[_Look]:
    for number, user in enumerate(_people(desk)):
        client = signed_in(user)
        ticket = Ticket.objects.filter(team__in=[key for key, team in desk.agents.items() if user in team])[number]
        html = client.get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()
        body = {**dict(_NEWEST.findall(html)), "here": "0" if resting else "1"}
        yield _Look(client, reverse("helpdesk_tickets:pulse", args=[ticket.pk]), body)


def _constant(script: str, pattern: str) -> int:
    """Return a number that stands in one of the scripts. RuntimeError where it stands there no more."""
    path = finders.find(f"{_FOLDER}/{script}.js")
    found = re.search(pattern, Path(path).read_text()) if path else None
    if found is None:
        raise RuntimeError(f"{script}.js has no {pattern}")
    return int(found[1])
