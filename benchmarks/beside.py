"""Our screens beside django-helpdesk's: list, conversation and search, in databases of one server. PostgreSQL only.

Both desks have as many tickets with as many messages, one word that half of them have and one that one in a thousand
has. Each product is asked in a process of its own, by an agent who may see everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection
from django.urls import reverse

from benchmarks.conversations import LENGTHS, make_conversations
from benchmarks.corpus_fill import Corpus
from benchmarks.counting import queries_of
from benchmarks.fill import BusyDesk
from benchmarks.peer.client import django_helpdesk
from benchmarks.peer.screens import COMMON, CONVERSATION, LIST, RARE
from benchmarks.queries import getting, signed_in
from benchmarks.report import print_table, ratio, spread, times_of
from wagtail_helpdesk.tickets.models import Ticket

#: Messages that each ten tickets have with us.
MESSAGES = 30


def measure_beside(desk: BusyDesk, sizes: Iterable[int], repeat: int) -> None:
    """Print the times of both at each size. SystemExit on another database than PostgreSQL."""
    if connection.vendor != "postgresql":
        raise SystemExit("django-helpdesk's settings here are for PostgreSQL: --database postgres")
    corpus, tickets = Corpus(desk, room=max(sizes)), {}
    with django_helpdesk() as peer:
        for size in sorted(sizes):
            corpus.fill(size)
            peer.fill(size, MESSAGES)
            tickets = tickets or make_conversations(desk)
            screens = _screens(corpus, tickets)
            queries = {name: queries_of(run) for name, run in screens.items()}
            ours = times_of(screens, repeat)
            seconds, reads = peer.screens(repeat, LENGTHS)
            theirs = {name: spread([1000 * value for value in values]) for name, values in seconds.items()}
            rows = [
                (name, ours[name], theirs[name], ratio(ours[name].p50, theirs[name].p50), queries[name], reads[name])
                for name in screens
            ]
            head = ("screen", "ours", f"django-helpdesk {peer.version}", "ours / peer", "our queries", "the peer's")
            print_table(f"Screens of desks of {size:,} tickets, PostgreSQL, p50 / p95 in ms", head, rows)


def _screens(corpus: Corpus, tickets: dict[int, Ticket]) -> dict[str, Callable[[], Any]]:
    client = signed_in(corpus.desk.manager)
    results = reverse("helpdesk_inbox:results", args=["closed"])
    addresses = {
        LIST: reverse("helpdesk_inbox:view", args=["all"]),
        COMMON: f"{results}?q={corpus.words[0]}",
        RARE: f"{results}?q={corpus.words[12_000]}",
    }
    for length, ticket in tickets.items():
        addresses[CONVERSATION.format(length)] = reverse("helpdesk_tickets:ticket", args=[ticket.pk])
    return {name: getting(client, address) for name, address in addresses.items()}
