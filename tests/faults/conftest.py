"""Processes that are killed, on the database of the test run and with a real mail server."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.mail.smtp import Inbox, smtp_server

PROJECT = Path(__file__).resolve().parents[2]


@dataclass
class Site:
    """A site that other processes work on."""

    media: Path
    inbox: Inbox
    smtp_port: int

    def start(self, *command: str, point: str = "-") -> subprocess.Popen[str]:
        """Start a management command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "tests.faults.victim", point, *command],
            cwd=PROJECT,
            env=self._environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str, point: str = "-") -> int:
        """Run a management command to its end, or to its death; return the exit code (-9 for SIGKILL)."""
        process = self.start(*command, point=point)
        _out, errors = process.communicate(timeout=120)
        assert process.returncode in (0, -signal.SIGKILL), errors
        return process.returncode

    def run_and_kill(self, *command: str, seconds: float) -> None:
        """Kill a management command after ``seconds``, if it still runs then."""
        process = self.start(*command)
        try:
            process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()

    def _environ(self) -> dict[str, str]:
        database = dict(settings.DATABASES["default"])
        database["NAME"] = connection.settings_dict["NAME"]
        wanted = {key: database[key] for key in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "FAULT_DATABASE": json.dumps(wanted, default=str),
            "FAULT_MEDIA": str(self.media),
            "FAULT_SMTP_PORT": str(self.smtp_port),
        }


@pytest.fixture
def site(transactional_db: None, tmp_path: Path, settings) -> Iterator[Site]:
    """Return a site whose files and mail server are this test's own."""
    settings.WAGTAIL_HELPDESK = {}
    settings.MEDIA_ROOT = str(tmp_path / "media")
    inbox = Inbox()
    with smtp_server(inbox) as (_host, port):
        yield Site(tmp_path / "media", inbox, port)


@pytest.fixture
def dice() -> random.Random:
    """Return the same chances in every run."""
    return random.Random(20261122)
