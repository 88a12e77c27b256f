"""Thirty prepared tickets, worked through by keyboard alone in a real browser: key strokes and seconds for each.

Each is assigned to oneself, answered and resolved; the next one comes by itself. The keys follow each other as quickly
as the pages allow: the seconds are what somebody waits, not what somebody reads and thinks.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from playwright.sync_api import Page, expect

from benchmarks import words
from benchmarks.live_server import browsing
from benchmarks.report import print_table, spread
from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.automation.models import SavedReply
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.inbox.models import SendPreference
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket

TICKETS = 30
VIEW = "team"
EDITOR = ".public-DraftEditor-content"
HEADING = "#ticket-subject"
#: Every second ticket gets a saved reply, found by its first letters, the others a sentence of one's own.
SAVED, TYPED = "saved reply", "own sentence"
SENTENCE = "Thank you, we have sent you a new one today."
TRIGGER = "/repl"
ASSIGN, ANSWER, SEND = "assigned to me", "answer written", "sent, resolved, next one shown"
#: So many keys in a second presses somebody who types 40 words in a minute.
KEYS_A_SECOND = 40 * 5 / 60


@dataclass
class Keys:
    """The keyboard, with a count of its strokes. Keys that are held together count as one."""

    page: Page
    strokes: int = 0

    def press(self, *keys: str) -> None:
        """Press one key after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.strokes += 1

    def write(self, text: str) -> None:
        """Type a text."""
        self.page.keyboard.type(text)
        self.strokes += len(text)


@dataclass
class _Worked:
    """What one ticket took."""

    how: str
    strokes: int = 0
    #: Milliseconds, by step.
    steps: dict[str, float] = field(default_factory=dict)


def measure_triage() -> None:
    """Print key strokes and seconds for each ticket, and how long each step keeps somebody waiting."""
    agent, tickets = _prepare()
    with browsing(agent) as page:
        worked = _work_through(page, [ticket.subject for ticket in tickets])
    _check(agent, tickets)
    rows = [_row(how, [one for one in worked if one.how == how]) for how in (SAVED, TYPED)]
    head = ("answered with", "tickets", "keys for each", "s for each", "s at 40 words a minute")
    title = f"{TICKETS} tickets by keyboard alone in Chromium, {connection.vendor}"
    print_table(title, head, [*rows, _row("all", worked)])
    steps = [(name, spread([one.steps[name] for one in worked])) for name in (ASSIGN, ANSWER, SEND)]
    print_table("The steps of a ticket", ("step", "p50 / p95 in ms"), steps)


def _prepare() -> tuple[Any, list[Ticket]]:
    """Make a team of its own with its tickets, so that what else the desk has does not stand between them."""
    chance = random.Random(30)
    team = factories.make_team("Triage")
    agent = factories.make_user("triager", group=factories.AGENTS, teams=[team])
    mailbox = factories.make_mailbox("triage@desk.example", team=team)
    SavedReply.objects.create(name="Replacement", body=f"<p>{SENTENCE}</p>", scope=Scope.EVERYONE)
    # Where one is after sending is chosen once, and kept.
    SendPreference.objects.create(user=agent, after="next")
    tickets = [
        factories.make_ticket(
            words.text(chance),
            subject=f"{words.subject(chance)} {number}",
            team=team,
            mailbox=mailbox,
            address=f"triage{number}@example.org",
        )
        for number in range(TICKETS)
    ]
    return agent, tickets


def _work_through(page: Page, subjects: list[str]) -> list[_Worked]:
    keys, worked = Keys(page), []
    page.goto(f"/admin/helpdesk/inbox/{VIEW}/")
    expect(page.locator(".helpdesk-row")).not_to_have_count(0)
    keys.press("j", "Enter")
    for number in range(len(subjects)):
        page.locator(EDITOR).wait_for()
        one = _Worked(TYPED if number % 2 else SAVED)
        before = keys.strokes
        _work_on(page, keys, one, is_last=number == len(subjects) - 1)
        one.strokes = keys.strokes - before
        worked.append(one)
    return worked


def _work_on(page: Page, keys: Keys, one: _Worked, *, is_last: bool) -> None:
    here = page.url

    def assign() -> None:
        with page.expect_response(lambda response: response.request.method == "POST" and "/pulse/" not in response.url):
            keys.press("m")

    def answer() -> None:
        keys.press("r")
        expect(page.locator(EDITOR)).to_be_focused()
        if one.how == SAVED:
            keys.write(TRIGGER)
            expect(page.locator(".helpdesk-choices--floating").get_by_role("option")).to_have_count(1)
            keys.press("Enter")
        else:
            keys.write(SENTENCE)
        expect(page.locator(EDITOR)).to_contain_text(SENTENCE)

    def send() -> None:
        keys.press("Control+Shift+Enter")
        page.wait_for_url(lambda address: address != here)
        page.locator(".helpdesk-inbox" if is_last else HEADING).wait_for()

    for name, step in ((ASSIGN, assign), (ANSWER, answer), (SEND, send)):
        one.steps[name] = _timed(step)


def _timed(step: Callable[[], None]) -> float:
    start = time.perf_counter()
    step()
    return (time.perf_counter() - start) * 1000


def _check(agent: Any, tickets: list[Ticket]) -> None:
    """RuntimeError where one of the tickets was left out."""
    of_ours = {"ticket__in": tickets, "ticket__assignee": agent, "direction": Direction.OUTBOUND}
    answered = Message.objects.filter(**of_ours, author_user=agent, on_publish__category=Category.RESOLVED)
    if answered.values("ticket").distinct().count() != len(tickets):
        raise RuntimeError(f"{answered.count()} answers, {len(tickets)} tickets")


def _row(name: str, worked: list[_Worked]) -> tuple[Any, ...]:
    count = len(worked)
    strokes = sum(one.strokes for one in worked) / count
    seconds = sum(sum(one.steps.values()) for one in worked) / count / 1000
    return name, count, f"{strokes:.1f}", f"{seconds:.2f}", f"{seconds + strokes / KEYS_A_SECOND:.1f}"
