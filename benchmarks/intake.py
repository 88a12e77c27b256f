"""How many mails come in a second, beside a bare loop that parses them and inserts two rows for each."""

from __future__ import annotations

import email
import email.policy
import random
import time
from collections.abc import Callable, Iterator, Sequence

from django.db import connection, transaction

from benchmarks.fill import BusyDesk
from benchmarks.mails import make_mails
from benchmarks.queries import take_in
from benchmarks.report import print_table, ratio
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_priority, default_status
from wagtail_helpdesk.mail.parsing import parse
from wagtail_helpdesk.mail.process import process
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.choices import Channel, Visibility
from wagtail_helpdesk.tickets.models import Ticket

BATCH = 50
FLOOR = "bare loop: stdlib parser, one ticket, one message"
ACCEPT = "accept (source stored, committed)"
PROCESS = "process (parse, match, file, acknowledge)"


def measure_intake(desk: BusyDesk, count: int) -> None:
    """Print mails per second: taken in wholly, step by step, and by the bare loop."""
    mails = list(make_mails(count, desk.mailbox.address))
    waiting: list[int] = []
    steps: dict[str, Callable[[bytes], object]] = {
        FLOOR: _bare_loop(desk),
        "stdlib parser alone": _parse_bare,
        "our parser alone": parse,
        ACCEPT: lambda raw: waiting.append(take_in(raw, desk.mailbox).mail.pk),
        PROCESS: lambda raw: process(waiting.pop(0), may_defer=False),
    }
    seconds = dict.fromkeys(steps, 0.0)
    # By turns, so that what else the machine does slows all of them alike.
    for part in _batched(mails):
        for name, step in steps.items():
            start = time.perf_counter()
            for raw in part:
                step(raw)
            seconds[name] += time.perf_counter() - start
    seconds["accept and process"] = seconds[ACCEPT] + seconds[PROCESS]
    rows = [
        (name, f"{count / taken:.0f}", f"{1000 * taken / count:.1f}", ratio(taken, seconds[FLOOR]))
        for name, taken in seconds.items()
    ]
    size = sum(map(len, mails)) / count / 1024
    title = f"Intake of {count:,} mails of {size:.0f} KB on average into a desk of {Ticket.objects.count():,} tickets"
    print_table(f"{title}, {connection.vendor}", ("what", "mails/s", "ms a mail", "time / floor"), rows)


def _batched(mails: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Yield the mails some at a time."""
    for first in range(0, len(mails), BATCH):
        yield mails[first : first + BATCH]


def _parse_bare(raw: bytes) -> tuple[str, str]:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    body = mail.get_body(("plain", "html"))
    return mail["subject"], body.get_content() if body else ""


def _bare_loop(desk: BusyDesk) -> Callable[[bytes], None]:
    """The least that any help desk could do: no dedupe, no thread, no files, no sanitising, no contact."""
    status, priority = default_status(Category.NEW), default_priority()
    requester = factories.make_contact(f"bare{random.random()}@example.org")

    def take(raw: bytes) -> None:
        subject, text = _parse_bare(raw)
        with transaction.atomic():
            ticket = Ticket.objects.create(
                subject=subject,
                status=status,
                category=status.category,
                priority=priority,
                channel=Channel.EMAIL,
                team=desk.teams[0],
                requester=requester,
                mailbox=desk.mailbox,
            )
            Message.objects.create(
                ticket=ticket,
                direction=Direction.INBOUND,
                visibility=Visibility.PUBLIC,
                channel=Channel.EMAIL,
                text=text,
            )

    return take
