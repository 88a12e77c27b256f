"""Takes one mail from a mail server's pipe: ``python -m wagtail_helpdesk.mail.pipe --mailbox ADDRESS < mail``.

The exit code is all that the server understands (sysexits.h): 0, the mail is ours now; 65, there was none; and 75, "try
again later", for whatever goes wrong, be it the database, the disk, the settings or this very program. Any other code
would send the mail back to the customer. Nothing of Django is imported before that is certain.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

OK = 0
EMPTY = 65
TRY_AGAIN = 75
#: What mail servers write where the sender is null (RFC 5321 4.5.5); Postfix says MAILER-DAEMON.
_NULL_SENDERS = ("", "<>", "MAILER-DAEMON")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read a mail from standard input, accept it, return the exit code. Raises nothing."""
    try:
        # What a site's settings print must not stand in the mail server's log as our answer.
        sys.stdout = sys.stderr
        return _take(_parser().parse_args(arguments))
    except BaseException as error:  # noqa: BLE001 - see above: also SystemExit, KeyboardInterrupt, MemoryError
        # RFC 3463: other or undefined mail system status. The kind of error only: its words may be a customer's.
        _say(f"4.3.0 The help desk could not take the mail ({type(error).__name__})")
        return TRY_AGAIN


def _take(options: argparse.Namespace) -> int:
    raw = sys.stdin.buffer.read()
    if not raw.strip():
        return EMPTY
    if options.settings:
        os.environ["DJANGO_SETTINGS_MODULE"] = options.settings
    import django

    django.setup()
    _accept(raw, options)
    return OK


def _accept(raw: bytes, options: argparse.Namespace) -> None:
    from django.db import transaction

    from wagtail_helpdesk.desk.querysets import mailbox_for
    from wagtail_helpdesk.mail.arriving.accept import Envelope, Origin, accept

    mailbox = mailbox_for(options.mailbox)
    if mailbox is None:
        raise LookupError("no such mailbox")
    sender = "" if options.sender in _NULL_SENDERS else options.sender
    with transaction.atomic(durable=True):
        accept(raw, Envelope(mail_from=sender, rcpt_tos=tuple(options.recipient)), Origin("pipe", mailbox.pk))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m wagtail_helpdesk.mail.pipe", description="Takes one mail.")
    parser.add_argument("--mailbox", required=True, metavar="ADDRESS", help="the mailbox of ours that it is for")
    parser.add_argument("--sender", metavar="ADDRESS", help="the envelope's sender")
    parser.add_argument("--recipient", action="append", default=[], metavar="ADDRESS", help="a recipient it came to")
    parser.add_argument("--settings", metavar="MODULE", help="Django's settings, else DJANGO_SETTINGS_MODULE")
    return parser


def _say(line: str) -> None:
    try:
        os.write(1, f"{line}\n".encode())
    except OSError:
        # Nobody listens; the exit code has said it all.
        return


if __name__ == "__main__":
    sys.exit(main())
