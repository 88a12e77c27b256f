"""The mail server's pipe, in a process of its own as the mail server starts it: never an exit code that bounces."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from django.conf import settings
from django.db import connection

from tests.mail.helpers import make_mail
from wagtail_helpdesk.mail.arriving.raw_store import load_raw
from wagtail_helpdesk.mail.models import InboundDelivery, InboundMail
from wagtail_helpdesk.mail.pipe import EMPTY, OK, TRY_AGAIN
from wagtail_helpdesk.testing import factories

PROJECT = Path(__file__).resolve().parents[2]
ADDRESS = "support@desk.example"
MAIL = make_mail("Hello by pipe").as_bytes()
SAID = "4.3.0 The help desk could not take the mail"


def run(*arguments: str, raw: bytes = MAIL, no_disk: bool = False, **environ: str) -> tuple[int, str]:
    """Return the exit code of the pipe and its standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "wagtail_helpdesk.mail.pipe", *arguments],
        cwd=PROJECT,
        env=os.environ | environ,
        input=raw,
        capture_output=True,
        preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))) if no_disk else None,
        check=False,
    )
    return done.returncode, done.stdout.decode()


def on_this_database() -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TESTS_SCRATCH": str(settings.SCRATCH),
        "TESTS_DATABASE": str(connection.settings_dict["NAME"]),
    }


def test_a_mail_is_taken_once_and_nothing_is_said(transactional_db: None) -> None:
    mailbox = factories.make_mailbox(ADDRESS)
    arguments = ("--mailbox", ADDRESS, "--sender", "ana@example.org", "--recipient", "support+x@desk.example")
    assert run(*arguments, **on_this_database()) == (OK, "")
    mail = InboundMail.objects.get()
    assert load_raw(mail) == MAIL
    assert (mail.mailbox_id, mail.origin, mail.state) == (mailbox.pk, "pipe", "received")
    assert mail.envelope == {"mail_from": "ana@example.org", "rcpt_tos": ["support+x@desk.example"]}
    assert run("--mailbox", ADDRESS, "--sender", "MAILER-DAEMON", **on_this_database()) == (OK, "")
    assert InboundMail.objects.count() == 1
    assert InboundDelivery.objects.get().origin == "pipe"


def test_disk_full(transactional_db: None) -> None:
    factories.make_mailbox(ADDRESS)
    code, said = run("--mailbox", ADDRESS, no_disk=True, **on_this_database())
    assert (code, said) == (TRY_AGAIN, f"{SAID} (OSError)\n")
    assert not InboundMail.objects.exists()


@pytest.mark.parametrize(
    "text",
    ["raise SystemExit(1)", "import no_such_module", "SECRET_KEY = 'x'\nINSTALLED_APPS = ['no_such_app']", "if:"],
    ids=["exit", "import", "app", "syntax"],
)
def test_broken_settings(tmp_path: Path, text: str) -> None:
    (tmp_path / "broken.py").write_text(f"print('hello')\n{text}\n")
    path = os.pathsep.join([str(tmp_path), str(PROJECT)])
    code, said = run("--mailbox", ADDRESS, "--settings", "broken", PYTHONPATH=path)
    assert code == TRY_AGAIN
    assert said.startswith(SAID)
    assert len(said.splitlines()) == 1


def test_database_gone(transactional_db: None, tmp_path: Path) -> None:
    (tmp_path / "gone.py").write_text(
        "from tests.settings import *\n"
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': '/nowhere/at/all.sqlite3'}}\n"
    )
    path = os.pathsep.join([str(tmp_path), str(PROJECT)])
    environ = on_this_database() | {"PYTHONPATH": path}
    assert run("--mailbox", ADDRESS, "--settings", "gone", **environ) == (TRY_AGAIN, f"{SAID} (OperationalError)\n")


@pytest.mark.parametrize(
    ("arguments", "raw", "expected"),
    [((), MAIL, TRY_AGAIN), (("--help",), MAIL, TRY_AGAIN), (("--mailbox", ADDRESS), b" \n", EMPTY)],
    ids=["no-mailbox", "help", "empty"],
)
def test_called_wrongly(arguments: tuple[str, ...], raw: bytes, expected: int) -> None:
    assert run(*arguments, raw=raw)[0] == expected


def test_mailbox_that_does_not_exist(transactional_db: None) -> None:
    code, said = run("--mailbox", "nobody@desk.example", **on_this_database())
    assert (code, said) == (TRY_AGAIN, f"{SAID} (LookupError)\n")


def test_documented_script(tmp_path: Path) -> None:
    """As it stands in the documentation, with a Python that cannot find us: the mail server hears "try again"."""
    text = (PROJECT / "docs" / "mail-servers.md").read_text()
    start = text.index("    #!/bin/sh")
    script = dedent(text[start : text.index("\n\n", start)]).replace("/srv/site", str(tmp_path))
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").symlink_to(sys.executable)
    done = subprocess.run(["/bin/sh", "-c", script, "x", ADDRESS, "", ADDRESS], cwd="/", env={}, capture_output=True)
    assert done.returncode == TRY_AGAIN
