"""The example site as demo.py makes it: loaded once, in its own settings and folder, then looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SITE = PROJECT / "example_site"
ADDRESS = "http://127.0.0.1:8765"
USERS = ("admin", "editor", "manager", "bruno", "carla", "lea")


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Migrate, load, load again; return what ``facts.py`` saw."""
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EXAMPLE_SITE_DATA": str(tmp_path_factory.mktemp("example_site")),
        "EXAMPLE_SITE_ADDRESS": ADDRESS,
        "PYTHONPATH": os.pathsep.join([str(PROJECT), str(SITE)]),
    }

    def run(*arguments: str) -> str:
        process = subprocess.run(
            [sys.executable, *arguments], cwd=SITE, env=environ, capture_output=True, text=True, check=False
        )
        assert process.returncode == 0, process.stdout + process.stderr
        return process.stdout

    run("manage.py", "migrate", "--verbosity", "0")
    run("manage.py", "load_demo")
    return json.loads(run(str(Path(__file__).with_name("facts.py")), ",".join(USERS)).splitlines()[-1])


def test_desk_is_full(facts):
    desk = facts["desk"]
    assert 28 <= desk["counts"]["Ticket"] <= 35
    assert desk["categories"] == ["closed", "new", "open", "pending", "resolved", "spam", "trash"]
    assert desk["channels"] == ["email", "form"]
    assert {"en", "pt-br", "es", "de"} <= set(desk["languages"])
    assert desk["longest"] == 40
    assert desk["counts"]["Team"] == desk["counts"]["Mailbox"] == 3
    assert desk["counts"]["Attachment"] >= 10
    assert all(desk["messages"][direction] > 10 for direction in ("inbound", "outbound", "internal"))
    assert desk["scheduled"] == 1
    assert desk["articles"] == ["in_review"]


def test_past_is_in_the_past(facts):
    desk = facts["desk"]
    assert desk["in_order"]
    assert desk["from_the_future"] == 0
    assert desk["events_on_the_last_day"] == 0


def test_every_mail_found_its_ticket(facts):
    outcomes = facts["desk"]["mail_outcomes"]
    assert set(outcomes) == {"opened", "appended", "quarantined"}
    assert set(facts["desk"]["outbox"]) == {"sent"}


def test_everybody_can_sign_in(facts):
    assert facts["desk"]["sign_in"] == [True] * len(USERS)


def test_second_run_changes_nothing(facts):
    assert facts["second_run"] == facts["desk"]["counts"]


def test_website(facts):
    pages = facts["pages"]
    assert set(pages.values()) == {200}
    assert {f"{ADDRESS}/", f"{ADDRESS}/help/", f"{ADDRESS}/farol-one/", f"{ADDRESS}/farol-tail/"} <= {
        address if address.startswith("http") else f"{ADDRESS}{address}" for address in pages
    }
    assert sum("/help/" in address and address.count("/") >= 4 for address in pages) >= 10
    for language in ("pt-br", "es"):
        assert any(f"/{language}/help/" in address for address in pages)


def test_post_office_closes_the_circle(facts):
    circle = facts["circle"]
    assert (circle["written"], circle["answered"], circle["empty_answer"], circle["missing"]) == (302, 302, 200, 404)
    assert circle["subject"] == "Hello"
    assert circle["texts"] == ["Anybody?", "I mean it."]
    assert circle["mail_names_ticket"]
    assert "default-src 'none'" in circle["frame_policy"]
    assert "allow-scripts" not in circle["frame_policy"]


def test_mailed_links_lead_to_the_site(facts):
    circle = facts["circle"]
    assert circle["link"].startswith(f"{ADDRESS}/helpdesk/t/")
    assert circle["tracking"] == 200
    assert circle["tracking_in_design"]
