"""LMTP, as a mail server speaks it, to the command in a process of its own."""

from __future__ import annotations

import os
import re
import resource
import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from tests.faults.test_pipe import PROJECT, on_this_database
from tests.mail.helpers import make_mail
from wagtail_helpdesk.mail.arriving.raw_store import load_raw
from wagtail_helpdesk.mail.lmtp import MAX_CONNECTIONS, Address
from wagtail_helpdesk.mail.models import InboundDelivery, InboundMail, MailboxOptions, OutboundMail
from wagtail_helpdesk.mail.work import process_due
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket

SUPPORT, REPAIRS, NOBODY = "support@desk.example", "repairs@desk.example", "nobody@desk.example"
RAW = make_mail("Hello by LMTP\n.\n.dots\n", date=None).as_bytes().replace(b"\n", b"\r\n")


class Client(smtplib.LMTP):
    """smtplib reads one answer to a mail; a mail server reads one for each recipient."""

    def deliver(self, raw: bytes, *recipients: str, sender: str = "ana@example.org") -> tuple[list[int], list[str]]:
        """Return the code for each recipient after RCPT, and the beginning of each answer after the mail."""
        self.ehlo_or_helo_if_needed()
        assert self.mail(sender)[0] == 250
        codes = [self.rcpt(recipient)[0] for recipient in recipients]
        taken = codes.count(250)
        if not taken:
            self.rset()
            return codes, []
        assert self.docmd("DATA")[0] == 354
        self.sock.settimeout(30)
        lines = re.sub(rb"\r?\n", b"\r\n", raw)
        self.send(re.sub(rb"(?m)^\.", b"..", lines) + b".\r\n")
        answers = [self.getreply() for _recipient in range(taken)]
        return codes, [f"{code} {text.decode().split(' ')[0]}" for code, text in answers]


def greetings(path: Path, count: int) -> list[str]:
    """Return what each of ``count`` connections at once is greeted with."""
    with ExitStack() as stack:
        found = []
        for _number in range(count):
            one = stack.enter_context(socket.socket(socket.AF_UNIX))
            one.settimeout(30)
            one.connect(str(path))
            found.append(one.recv(3).decode())
        return found


@contextmanager
def listening(folder: Path, *, settings: str = "", no_disk: bool = False) -> Iterator[Path]:
    """Yield the socket of the command, which is stopped in the end as an init system does it."""
    (folder / "lmtp_settings.py").write_text(f"from tests.settings import *\n{settings}\n")
    path = folder / "lmtp.sock"
    environ = on_this_database() | {
        "DJANGO_SETTINGS_MODULE": "lmtp_settings",
        "PYTHONPATH": os.pathsep.join([str(folder), str(PROJECT)]),
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "django", "helpdesk_lmtp", "--listen", f"unix:{path}", "--skip-checks"],
        cwd=PROJECT,
        env=os.environ | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))) if no_disk else None,
        text=True,
    ) as process:
        try:
            assert process.stdout.readline().startswith("Listening"), process.stderr.read()
            yield path
        finally:
            process.send_signal(signal.SIGTERM)
        _said, errors = process.communicate(timeout=30)
        assert process.returncode == 0, errors
        assert "@" not in errors, "an address in the log"
        assert not path.exists()


def test_each_recipient_has_its_answer(transactional_db: None, tmp_path: Path) -> None:
    support = factories.make_mailbox(SUPPORT)
    repairs = factories.make_mailbox(REPAIRS, team=factories.make_team("Repairs"))
    MailboxOptions.objects.create(mailbox=support, plus_addressing=True)
    factories.make_ticket(mailbox=support)
    bounce = OutboundMail.objects.get().envelope_from
    InboundMail.objects.all().delete()
    with listening(tmp_path) as path:
        assert oct(path.stat().st_mode)[-3:] == "660"
        with Client(str(path)) as client:
            client.ehlo()
            assert {"pipelining", "enhancedstatuscodes", "size", "8bitmime"} <= client.esmtp_features.keys()
            assert client.deliver(RAW, SUPPORT, NOBODY) == ([250, 550], ["250 2.0.0"])
            mail = InboundMail.objects.get()
            assert load_raw(mail) == RAW
            assert (mail.mailbox_id, mail.origin, mail.state) == (support.pk, "lmtp", "received")
            assert mail.envelope == {"mail_from": "ana@example.org", "rcpt_tos": [SUPPORT]}
            assert client.deliver(RAW, SUPPORT) == ([250], ["250 2.0.0"])
            assert InboundDelivery.objects.filter(inbound=mail).count() == 1
            assert client.deliver(RAW, NOBODY) == ([550], [])
            both = make_mail("Both", to="undisclosed@example.net").as_bytes()
            assert client.deliver(both, REPAIRS, SUPPORT) == ([250, 250], ["250 2.0.0", "250 2.0.0"])
            report = make_mail("No such user", sender="x@example.org", to="x@example.org").as_bytes()
            assert client.deliver(report, bounce, sender="") == ([250], ["250 2.0.0"])
        assert greetings(path, MAX_CONNECTIONS + 1) == ["220"] * MAX_CONNECTIONS + ["421"]
        assert any(greetings(path, 1) == ["220"] for _try in range(500)), "those that went have made room"
    tickets = Ticket.objects.count()
    while process_due():
        pass
    assert Ticket.objects.count() == tickets + 2
    assert InboundMail.objects.get(envelope__rcpt_tos=[REPAIRS, SUPPORT]).mailbox_id == repairs.pk
    assert InboundMail.objects.get(envelope__rcpt_tos=[bounce]).outcome == "report"


def test_a_mail_that_is_too_large(transactional_db: None, tmp_path: Path) -> None:
    factories.make_mailbox(SUPPORT)
    factories.make_mailbox(REPAIRS)
    with (
        listening(tmp_path, settings="WAGTAIL_HELPDESK = {**WAGTAIL_HELPDESK, 'MAX_MAIL_BYTES': 5000}") as path,
        Client(str(path)) as client,
    ):
        codes, answers = client.deliver(RAW + b"x" * 70 + b"\r\n" * 3000, SUPPORT, REPAIRS)
        assert (codes, answers) == ([250, 250], ["552 5.3.4", "552 5.3.4"])
        assert client.deliver(RAW + b"x" * 3000 + b"\r\n", SUPPORT) == ([250], ["250 2.0.0"])


def test_disk_full(transactional_db: None, tmp_path: Path) -> None:
    factories.make_mailbox(SUPPORT)
    with listening(tmp_path, no_disk=True) as path, Client(str(path)) as client:
        assert client.deliver(RAW, SUPPORT) == ([250], ["452 4.3.1"])
    assert not InboundMail.objects.exists()


GONE = """
from django.db.backends.signals import connection_created


def refuse(execute, sql, params, many, context):
    from django.db import OperationalError

    if sql.startswith("INSERT"):
        raise OperationalError("gone")
    return execute(sql, params, many, context)


def watch(sender, connection, **kwargs):
    connection.execute_wrappers.append(refuse)


connection_created.connect(watch)
"""


def test_database_gone(transactional_db: None, tmp_path: Path) -> None:
    factories.make_mailbox(SUPPORT)
    factories.make_mailbox(REPAIRS)
    with listening(tmp_path, settings=GONE) as path, Client(str(path)) as client:
        assert client.deliver(RAW, SUPPORT, REPAIRS) == ([250, 250], ["451 4.3.0", "451 4.3.0"])
    nowhere = {"ENGINE": "django.db.backends.sqlite3", "NAME": "/nowhere/at/all.sqlite3"}
    with listening(tmp_path, settings=f"DATABASES = {{'default': {nowhere!r}}}") as path, Client(str(path)) as client:
        assert client.deliver(RAW, SUPPORT) == ([451], [])
    assert connection.is_usable()
    assert not InboundMail.objects.exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unix:/run/x.sock", Address(path="/run/x.sock")),
        ("127.0.0.1:24", Address(host="127.0.0.1", port=24)),
        ("[::1]:24", Address(host="::1", port=24)),
        ("localhost:24", Address(host="localhost", port=24)),
    ],
)
def test_where_it_may_listen(text: str, expected: Address) -> None:
    assert Address.parse(text) == expected


@pytest.mark.parametrize(
    "text", ["0.0.0.0:24", "[::]:24", "192.0.2.1:24", "mx.example:24", "127.0.0.1", ":24", "unix:x"]
)
def test_where_it_may_not(text: str) -> None:
    with pytest.raises(CommandError, match="Cannot listen there"):
        call_command("helpdesk_lmtp", "--listen", text)
