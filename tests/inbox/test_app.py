"""The inbox as an app on a phone: what a browser needs to install it, and that nobody's data is kept in it."""

from __future__ import annotations

import json
import re
import struct

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from wagtail_helpdesk.testing import factories

PAGES = ("manifest", "worker", "offline")


def get(client, name):
    return client.get(reverse(f"helpdesk_app:{name}"))


@pytest.mark.parametrize("name", PAGES)
def test_for_those_who_may_view_tickets(desk, login, name):
    for who in (*desk.INSIDERS, "other_agent"):
        response = get(login(getattr(desk, who)), name)
        assert response.status_code == 200, who
        assert "no-store" in response["Cache-Control"]
    for who in (desk.editor, None):
        assert get(login(who), name).status_code == 302


class TestManifest:
    @pytest.fixture
    def manifest(self, desk, login):
        response = get(login(desk.agent), "manifest")
        assert response["Content-Type"] == "application/manifest+json"
        return json.loads(response.content)

    def test_opens_the_inbox_and_stays_in_the_help_desk(self, manifest):
        assert manifest["start_url"] == manifest["id"] == reverse("helpdesk_inbox:index")
        assert manifest["scope"] == "/admin/helpdesk/"
        for inside in (manifest["start_url"], reverse("helpdesk_tickets:ticket", args=[1])):
            assert inside.startswith(manifest["scope"])
        assert manifest["display"] == "standalone"
        assert {"name", "short_name", "lang", "theme_color", "background_color"} <= manifest.keys()

    def test_its_shortcuts_lead_somewhere(self, desk, login, manifest):
        for shortcut in manifest["shortcuts"]:
            assert login(desk.agent).get(shortcut["url"]).status_code == 200

    def test_its_icons_are_as_large_as_it_says(self, manifest):
        kinds = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
        assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= kinds
        for icon in manifest["icons"]:
            path = finders.find(icon["src"].removeprefix("/static/").split("?")[0])
            with open(path, "rb") as file:
                start = file.read(24)
            if icon["type"] == "image/png":
                width, height = struct.unpack(">II", start[16:24])
                assert f"{width}x{height}" == icon["sizes"]

    def test_it_speaks_the_agents_language(self, desk, login):
        from wagtail.users.models import UserProfile

        profile = UserProfile.get_for_user(desk.agent)
        profile.preferred_language = "pt-br"
        profile.save()
        assert json.loads(get(login(desk.agent), "manifest").content)["lang"] == "pt-br"


class TestWorker:
    def test_is_a_script_at_the_top_of_what_it_serves(self, desk, login):
        response = get(login(desk.agent), "worker")
        assert response["Content-Type"] == "text/javascript; charset=utf-8"
        known = json.loads(re.match(r"globalThis\.HELPDESK_APP = (\{.*\});\n", response.text)[1])
        assert known["page"] == reverse("helpdesk_app:offline")
        assert all(address.startswith("http://testserver/static/wagtail_helpdesk/app/") for address in known["assets"])

    def test_is_the_same_until_something_changes(self, desk, login, monkeypatch):
        client = login(desk.agent)
        before = get(client, "worker").content
        assert before == get(client, "worker").content == get(login(desk.manager), "worker").content
        monkeypatch.setattr("wagtail_helpdesk.inbox.app.VERSION", "9.9")
        assert before != get(client, "worker").content


def test_the_page_without_a_connection_holds_nobodys_data(desk, ticket, login):
    """It is the same for everybody, and asks for nothing that is not there."""
    text = get(login(desk.agent), "offline").text
    assert text == get(login(desk.manager), "offline").text
    assert ticket.subject not in text
    assert "csrf" not in text
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", text)


@pytest.mark.parametrize("name", ["view", "my_day", "people", "notices"])
def test_screens_of_the_inbox_name_it(desk, ticket, login, name):
    args = ["all"] if name == "view" else []
    text = login(desk.agent).get(reverse(f"helpdesk_inbox:{name}", args=args)).text
    assert text.count('<link rel="manifest" href="/admin/helpdesk/app.webmanifest" crossorigin="use-credentials"') == 1


def test_conversations_name_it_other_screens_do_not(desk, login):
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    client = login(desk.agent)
    assert 'rel="manifest"' in client.get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).text
    assert 'rel="manifest"' not in client.get(reverse("wagtailadmin_home")).text
