"""Takes orders on standard input, as JSON lines, in django-helpdesk's environment: ``python -m benchmarks.peer.serve``.

``migrate``; ``fill`` to a number of ``tickets``; ``take`` some ``mails`` and answer with the ``seconds`` and
``queries`` of each and the number of ``tickets`` and messages there are then; ``screens`` answers with the ``seconds``
of some runs of each screen and its ``queries``.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import sys
import time
from typing import Any

import django

ADDRESS = "support@desk.example"
TEMPLATE = 1000


def main() -> None:
    """Answer each order with a line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.peer.settings")
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    django.setup()
    desk = _Desk()
    for line in sys.stdin:
        order = json.loads(line)
        answers.write(json.dumps(getattr(desk, order.pop("do"))(**order)) + "\n")
        answers.flush()


class _Desk:
    def __init__(self) -> None:
        self.template: Any = None
        self.queue: Any = None

    def migrate(self) -> dict[str, str]:
        from django.core.management import call_command
        from helpdesk.models import Queue

        call_command("migrate", verbosity=0)
        # The texts of its mails, as its documentation says.
        call_command("loaddata", "emailtemplate.json", verbosity=0)
        self.queue = Queue.objects.create(
            title="Support", slug="support", email_address=ADDRESS, allow_email_submission=True
        )
        from importlib.metadata import version

        return {"version": version("django-helpdesk")}

    def fill(self, tickets: int, messages: int) -> dict[str, int]:
        """Bring the number of tickets to ``tickets``, with ``messages`` for each ten of them."""
        from helpdesk.models import Ticket

        if tickets and self.template is None:
            self._make_template(messages)
        missing = tickets - Ticket.objects.count()
        if missing >= TEMPLATE:
            self.template.copy(missing // TEMPLATE)
        return self._count()

    def _make_template(self, messages: int) -> None:
        from django.utils import timezone
        from helpdesk.models import FollowUp, Ticket

        from benchmarks.multiply import Template
        from benchmarks.peer.screens import COMMON_WORD, RARE_WORD

        text = "I ordered it three weeks ago and have heard nothing since. " * 5
        tickets = Ticket.objects.bulk_create(
            Ticket(
                title=f"The {COMMON_WORD if number % 2 else 'order'} never came ({number or RARE_WORD})",
                queue=self.queue,
                submitter_email=f"customer{number}@example{number % 97}.org",
                created=timezone.now(),
                modified=timezone.now(),
                description=text,
                status=Ticket.CLOSED_STATUS if number % 5 else Ticket.OPEN_STATUS,
                secret_key=f"{number:036}",
            )
            for number in range(TEMPLATE)
        )
        FollowUp.objects.bulk_create(
            FollowUp(
                ticket=tickets[number * 10 // messages],
                date=timezone.now(),
                title="E-Mail Received",
                comment=text,
                public=True,
                message_id=f"<{number}@template.example>",
            )
            for number in range(TEMPLATE * messages // 10)
        )
        self.template = Template(
            [Ticket, FollowUp], {"Ticket.submitter_email", "Ticket.secret_key", "FollowUp.message_id"}
        )

    def take(self, mails: list[str]) -> dict[str, Any]:
        """Take ``mails`` in as its IMAP reader does, each decoded first."""
        from django.utils import encoding
        from helpdesk.email import extract_email_metadata

        logger = logging.getLogger("django.helpdesk.queue.support")
        seconds = []
        for mail in mails:
            raw = base64.b64decode(mail)
            started = time.perf_counter()
            extract_email_metadata(message=encoding.force_str(raw, errors="replace"), queue=self.queue, logger=logger)
            seconds.append(time.perf_counter() - started)
        return {"seconds": seconds, **self._count()}

    def count_queries(self, mails: list[str]) -> dict[str, Any]:
        """Take ``mails`` in and answer with the reads and writes of each."""
        from benchmarks.counting import Counter

        counts = []
        for mail in mails:
            with Counter() as counter:
                self.take([mail])
            # The two with which take() counts.
            counts.append([counter.reads - 2, counter.writes])
        return {"queries": counts}

    def screens(self, repeat: int, lengths: list[int]) -> dict[str, Any]:
        """Time the agent's screens, with conversations of the ``lengths`` (messages)."""
        from benchmarks.peer.screens import Screens

        screens = Screens(lengths)
        return {"queries": screens.queries(), "seconds": screens.times(repeat)}

    def _count(self) -> dict[str, int]:
        from helpdesk.models import FollowUp, Ticket

        return {"tickets": Ticket.objects.count(), "messages": FollowUp.objects.count()}


if __name__ == "__main__":
    main()
