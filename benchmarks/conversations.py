"""How long a conversation takes to open, the longer it is and the more tickets there are."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse

from benchmarks.counting import queries_of, span
from benchmarks.fill import BusyDesk
from benchmarks.growth import Growth
from benchmarks.queries import getting, make_conversation, signed_in
from benchmarks.report import Times, print_growth, times_of
from wagtail_helpdesk.tickets.models import Ticket

LENGTHS = (5, 50, 500)
_MESSAGE = re.compile(rb'<article id="message-\d+"')
_GAP = re.compile(r'data-helpdesk-thread-target="gap" data-after="(\d+)" data-before="(\d+)"')


def measure_conversations(desk: BusyDesk, sizes: Iterable[int], repeat: int) -> None:
    """Fill the database to each size, and print the times of conversations of each length at each of them."""
    growth = Growth(desk, mails=False)
    tickets: dict[int, Ticket] = {}
    found: dict[int, dict[str, Times]] = {}
    queries: dict[str, list[int]] = defaultdict(list)
    answers: dict[str, Any] = {}
    for size in sorted(sizes):
        growth.fill(size)
        tickets = tickets or make_conversations(desk)
        addresses = dict(_addresses(desk, tickets))
        client = signed_in(desk.agent)
        runs: dict[str, Callable[[], Any]] = {name: getting(client, url) for name, url in addresses.items()}
        for name, run in runs.items():
            queries[name].append(queries_of(run))
            answers[name] = client.get(addresses[name])
        found[size] = times_of(runs, repeat)
    print_growth(
        "Times of a conversation",
        "what is asked for",
        found,
        {
            "queries": {name: span(counts) for name, counts in queries.items()},
            "messages in it": {name: len(_MESSAGE.findall(answer.content)) for name, answer in answers.items()},
            "kB": {name: f"{len(answer.content) / 1000:.0f}" for name, answer in answers.items()},
        },
    )


def make_conversations(desk: BusyDesk) -> dict[int, Ticket]:
    """Return a ticket of each length, by its length."""
    start = time.perf_counter()
    tickets = {length: make_conversation(desk, length) for length in LENGTHS}
    print(f"conversations made in {time.perf_counter() - start:.0f} s", flush=True)
    return tickets


def _addresses(desk: BusyDesk, tickets: dict[int, Ticket]) -> Iterable[tuple[str, str]]:
    client = signed_in(desk.agent)
    for length, ticket in tickets.items():
        page = reverse("helpdesk_tickets:ticket", args=[ticket.pk])
        yield f"page, {length} messages", page
        # What is folded in it is fetched a stretch at a time, when somebody asks.
        if gap := _gap(client.get(page).content.decode()):
            yield f"earlier ones, {length} messages", f"{reverse('helpdesk_tickets:older', args=[ticket.pk])}?{gap}"


def _gap(html: str) -> str:
    """Return what asks for the messages that the page leaves out; "" where it has all."""
    gap = _GAP.search(html)
    return f"after={gap[1]}&before={gap[2]}" if gap else ""
