"""Mails made to take time, memory or stack: through accept and process, beside the standard library's parser.

Each bomb and each way of reading it has a process of its own, so that its memory can be told.
"""

from __future__ import annotations

import base64
import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from benchmarks.children import PROJECT, environ
from benchmarks.report import print_table

#: Seconds after which a reader is stopped.
LIMIT = 120
OURS, STDLIB = "ours", "standard library"


def measure_hostile(mailbox_id: int) -> None:
    """Print the worst, then all of them."""
    rows = []
    for name in _bombs():
        found = {reader: _in_a_process(reader, name, mailbox_id) for reader in (OURS, STDLIB)}
        rows.append((name, found))
    base = {reader: _in_a_process(reader, "an ordinary mail", mailbox_id) for reader in (OURS, STDLIB)}
    head = ("mail", "MB", "ours: CPU s", "memory, MB", "what became of it", "standard library: CPU s", "memory, MB")
    rows.sort(key=lambda row: -row[1][OURS]["seconds"])
    lines = [_line(name, found) for name, found in rows]
    title = f"{len(rows)} hostile mails; memory is the most that was needed, above what the process has before the mail"
    print_table(
        title,
        head,
        [_line("an ordinary mail", base), *lines],
    )
    print(
        f"\nWorst of ours: {max(one[OURS]['seconds'] for _, one in rows):.1f} s, "
        f"{max(one[OURS]['memory'] for _, one in rows)} MB."
    )


def _line(name: str, found: dict[str, dict[str, Any]]) -> tuple[object, ...]:
    ours, stdlib = found[OURS], found[STDLIB]
    failed = stdlib.get("failed")
    seconds = f"{stdlib['seconds']:.2f}" + (f" ({failed})" if failed else "")
    return (
        name,
        f"{ours['size'] / 1024 / 1024:.1f}",
        f"{ours['seconds']:.2f}",
        ours["memory"],
        ours["outcome"],
        seconds,
        stdlib["memory"],
    )


def _bombs() -> dict[str, Callable[[], bytes]]:
    """Return the bombs of the tests: whole mails, and bodies, which are put into one as HTML."""
    from tests.conversations.content.test_bombs import BOMBS as BODIES
    from tests.mail.parsing.test_bombs import BOMBS

    mails: dict[str, Callable[[], bytes]] = dict(BOMBS)
    for name, body in BODIES.items():
        for subtype in ("html", "plain"):
            mails[f"{subtype}: {name}"] = lambda body=body, subtype=subtype: _mail(body, subtype)
    mails["an ordinary mail"] = lambda: _mail("<p>Hello, it is broken.</p>", "html")
    return mails


def _mail(body: str, subtype: str) -> bytes:
    head = EmailMessage()
    head["From"], head["To"], head["Subject"] = "a@example.org", "support@desk.example", "A bomb"
    head["Content-Type"] = f"text/{subtype}; charset=utf-8"
    head["Content-Transfer-Encoding"] = "base64"
    return head.as_bytes().rstrip(b"\n") + b"\n\n" + base64.encodebytes(body.encode())


def _in_a_process(reader: str, name: str, mailbox_id: int) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.hostile", reader, name, str(mailbox_id)],
            cwd=PROJECT,
            env=environ(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=LIMIT * 2,
        )
    except subprocess.CalledProcessError as error:
        return {"seconds": LIMIT, "memory": 0, "size": 0, "before": 0, "outcome": "died", "failed": f"died: {error}"}
    return json.loads(done.stdout.splitlines()[-1])


def _memory() -> int:
    """The most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _ours(raw: bytes, mailbox_id: int) -> str:
    from wagtail_helpdesk.mail.arriving.accept import Envelope, Origin, accept
    from wagtail_helpdesk.mail.arriving.process import process

    accepted = accept(raw, Envelope(), Origin("import", mailbox_id))
    return process(accepted.mail.pk, may_defer=False).outcome


def _standard_library(raw: bytes, mailbox_id: int) -> str:
    import email
    import email.policy

    mail = email.message_from_bytes(raw, policy=email.policy.default)
    for name in ("From", "To", "Cc", "Subject", "Date", "Message-ID", "References"):
        str(mail[name])
    for part in mail.walk():
        part.get_filename()
        if not part.is_multipart():
            part.get_payload(decode=True)
    body = mail.get_body(("plain", "html"))
    if body is not None:
        body.get_content()
    return "read"


def main(reader: str, name: str, mailbox_id: str) -> None:
    """Read one bomb and print what it took."""
    if reader == OURS:
        import django
        from django.db import connection

        django.setup()
        connection.ensure_connection()
        # What is loaded when it is needed is not the mail's doing.
        _ours(
            _mail(f"{time.time()} Words from which a language is told. " + "and more of them " * 20, "plain"),
            int(mailbox_id),
        )
    read = _ours if reader == OURS else _standard_library
    raw = _bombs()[name]()
    if name == "an ordinary mail":
        raw = raw.replace(b"A bomb", f"Mail {time.time()}".encode())
    before, result = _memory(), {}
    signal.signal(signal.SIGALRM, _stop)
    signal.alarm(LIMIT)
    started = time.process_time()
    try:
        result["outcome"] = read(raw, int(mailbox_id))
    except (Exception, TimeoutError) as error:  # noqa: BLE001 - that is what is measured
        result["failed"] = type(error).__name__
    signal.alarm(0)
    result |= {"seconds": time.process_time() - started, "memory": _memory() - before, "before": before}
    print(json.dumps({"outcome": "failed", **result, "size": len(raw)}))


def _stop(signum: int, frame: object) -> None:
    raise TimeoutError


if __name__ == "__main__":
    main(*sys.argv[1:])
