"""Starts workers quickly: loads Django once, then forks one for each line of standard input and answers its number.

A line is "work", for a worker that does what ``helpdesk_work`` does, or "fetch", for one that only fetches; both for
ever. Who reads the numbers kills them.
"""

from __future__ import annotations

import os
import signal
import sys
import time

import django

PAUSE = 0.02


def main(mailbox_id: str) -> None:
    """Fork for each line; when standard input ends, end all."""
    django.setup()
    warm_up(int(mailbox_id))
    # A killed worker leaves at once, instead of waiting to be asked for its exit code.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            work(only_fetch=line.strip() == "fetch")
        answers.write(f"{pid}\n")
        answers.flush()


def warm_up(mailbox_id: int) -> None:
    """Read one mail, so that no worker spends its short life on loading what all of them need."""
    from django.db import connection

    from tests.mail.helpers import make_mail
    from wagtail_helpdesk.mail.arriving.accept import Envelope, Origin, accept
    from wagtail_helpdesk.mail.arriving.process import process

    raw = make_mail("Text of the first mail, which is about nothing.", subject="Warm up").as_bytes()
    process(accept(raw, Envelope(), Origin("import", mailbox_id)).mail.pk)
    connection.close()


def work(*, only_fetch: bool) -> None:
    """Do all that is due, again and again."""
    from wagtail_helpdesk.mail.fetching.fetch import fetch_due
    from wagtail_helpdesk.pipeline import STEPS
    from wagtail_helpdesk.worker import Worker

    worker = Worker([step for step in STEPS if step.function is fetch_due] if only_fetch else STEPS)
    while True:
        if not worker.run_once():
            time.sleep(PAUSE)


if __name__ == "__main__":
    main(*sys.argv[1:])
