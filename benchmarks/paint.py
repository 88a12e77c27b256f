"""When a conversation is on the screen of a real browser, the longer it is: old messages must not hold it up."""

from __future__ import annotations

from django.db import connection
from django.urls import reverse
from playwright.sync_api import Page

from benchmarks.conversations import make_conversations
from benchmarks.fill import BusyDesk
from benchmarks.live_server import browsing
from benchmarks.report import WARM_UP, print_table, ratio, spread
from benchmarks.triage import EDITOR

_FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_NOW = "performance.now()"


def measure_paint(desk: BusyDesk, repeat: int) -> None:
    """Print the times from asking for the page to its first paint, and to an editor that can be written in."""
    addresses = {
        length: reverse("helpdesk_tickets:ticket", args=[ticket.pk])
        for length, ticket in make_conversations(desk).items()
    }
    taken: dict[int, list[tuple[float, float]]] = {length: [] for length in addresses}
    with browsing(desk.agent) as page:
        for turn in range(-WARM_UP, repeat):
            for length, address in addresses.items():
                times = _open(page, address)
                if turn >= 0:
                    taken[length].append(times)
    found = {length: [spread(values) for values in zip(*times, strict=True)] for length, times in taken.items()}
    shortest = found[min(found)][0].p50
    rows = [
        (f"{length} messages", painted, ready, ratio(painted.p50, shortest))
        for length, (painted, ready) in found.items()
    ]
    head = ("conversation", "first paint", "ready to write", "first paint: long / short")
    print_table(f"Conversations in Chromium, {connection.vendor}, p50 / p95 in ms", head, rows)


def _open(page: Page, address: str) -> tuple[float, float]:
    page.goto(address)
    page.locator(EDITOR).wait_for()
    ready = page.evaluate(_NOW)
    return page.evaluate(_FIRST_PAINT), ready
