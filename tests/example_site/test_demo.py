"""The example site as demo.py makes it: loaded once, in its own settings and folder, then looked at.

One test, so that processes that share the tests do not each load it.
"""

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


@pytest.fixture
def facts(tmp_path: Path) -> dict[str, Any]:
    """Migrate, load, load again; return what ``facts.py`` saw."""
    environ = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "EXAMPLE_SITE_DATA": str(tmp_path),
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


def desk_is_full(facts: dict[str, Any]) -> None:
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


def past_is_in_the_past(facts: dict[str, Any]) -> None:
    desk = facts["desk"]
    assert desk["in_order"]
    assert desk["from_the_future"] == 0
    assert desk["events_on_the_last_day"] == 0


def every_mail_found_its_ticket(facts: dict[str, Any]) -> None:
    outcomes = facts["desk"]["mail_outcomes"]
    assert set(outcomes) == {"opened", "appended", "quarantined"}
    assert set(facts["desk"]["outbox"]) == {"sent"}


def everybody_can_sign_in(facts: dict[str, Any]) -> None:
    assert facts["desk"]["sign_in"] == [True] * len(USERS)


def second_run_changes_nothing(facts: dict[str, Any]) -> None:
    assert facts["second_run"] == facts["desk"]["counts"]


def website(facts: dict[str, Any]) -> None:
    pages = facts["pages"]
    assert set(pages.values()) == {200}
    assert {f"{ADDRESS}/", f"{ADDRESS}/help/", f"{ADDRESS}/farol-one/", f"{ADDRESS}/farol-tail/"} <= {
        address if address.startswith("http") else f"{ADDRESS}{address}" for address in pages
    }
    assert sum("/help/" in address and address.count("/") >= 4 for address in pages) >= 10
    for language in ("pt-br", "es"):
        assert any(f"/{language}/help/" in address for address in pages)


def post_office_closes_the_circle(facts: dict[str, Any]) -> None:
    circle = facts["circle"]
    assert (circle["written"], circle["answered"], circle["empty_answer"], circle["missing"]) == (302, 302, 200, 404)
    assert circle["subject"] == "Hello"
    assert circle["texts"] == ["Anybody?", "I mean it."]
    assert circle["mail_names_ticket"]
    assert "default-src 'none'" in circle["frame_policy"]
    assert "allow-scripts" not in circle["frame_policy"]


def mailed_links_lead_to_the_site(facts: dict[str, Any]) -> None:
    circle = facts["circle"]
    assert circle["link"].startswith(f"{ADDRESS}/helpdesk/t/")
    assert circle["tracking"] == 200
    assert circle["tracking_in_design"]


def test_demo(facts: dict[str, Any], subtests: pytest.Subtests) -> None:
    for look in (
        desk_is_full,
        past_is_in_the_past,
        every_mail_found_its_ticket,
        everybody_can_sign_in,
        second_run_changes_nothing,
        website,
        post_office_closes_the_circle,
        mailed_links_lead_to_the_site,
    ):
        with subtests.test(look.__name__):
            look(facts)
