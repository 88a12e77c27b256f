"""Devices on the account page: turning one on, who may, what signing out does, and what the panel says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from tests.notifications.push.conftest import Browser
from wagtail_helpdesk import vault
from wagtail_helpdesk.checks import check_values
from wagtail_helpdesk.mail.health.facts import read_facts
from wagtail_helpdesk.mail.health.findings import judge
from wagtail_helpdesk.mail.health.words import describe
from wagtail_helpdesk.notifications.models import NoticePreference
from wagtail_helpdesk.notifications.preferences import Ways, ways_for
from wagtail_helpdesk.notifications.push.devices import FORGET_AFTER, MAX_DEVICES, forget_devices, hash_of
from wagtail_helpdesk.notifications.push.encoding import encode
from wagtail_helpdesk.notifications.push.keys import contact, private_key, public_key
from wagtail_helpdesk.notifications.push.models import Push, PushKey, PushSubscription
from wagtail_helpdesk.notifications.push.vapid import public_text
from wagtail_helpdesk.testing import factories

ENDPOINT = "https://push.example.net/send/abc"
CHROME = "Mozilla/5.0 (Linux; Android 10; K) Chrome/140.0.0.0 Mobile Safari/537.36"


def fields(endpoint=ENDPOINT, **more):
    browser = Browser()
    return {"endpoint": endpoint, "p256dh": browser.p256dh, "auth": encode(browser.auth), **more}


def turn_on(client, **values):
    return client.post(reverse("helpdesk_app:push"), fields(**values), headers={"user-agent": CHROME})


def account(client):
    return client.get(reverse("wagtailadmin_account"))


def is_live(user):
    return PushSubscription.objects.live(timezone.now()).filter(user=user).exists()


class TestTurningOn:
    def test_for_those_who_may_view_tickets(self, desk, login):
        for name in (*desk.INSIDERS, "other_agent"):
            client = login(getattr(desk, name))
            found = client.get(reverse("helpdesk_app:push")).json()
            assert found["key"] == public_key(), name
            assert found["token"]
            assert turn_on(client, endpoint=f"{ENDPOINT}{name}").status_code == 200, name
            assert is_live(getattr(desk, name)), name
        for who in (desk.editor, None):
            assert login(who).get(reverse("helpdesk_app:push")).status_code == 302
            assert turn_on(login(who)).status_code == 302
        assert PushSubscription.objects.count() == len(desk.INSIDERS) + 1

    def test_what_is_kept_is_sealed(self, desk, login):
        browser, client = fields(), login(desk.agent)
        client.get(reverse("helpdesk_app:push"))
        client.post(reverse("helpdesk_app:push"), browser, headers={"user-agent": CHROME})
        device = PushSubscription.objects.get()
        assert ENDPOINT not in device.endpoint
        assert vault.unseal(device.endpoint) == ENDPOINT
        assert vault.unseal(device.auth) == browser["auth"]
        assert device.auth != browser["auth"]
        assert device.endpoint_hash == hash_of(ENDPOINT)
        assert device.label == "Chrome on Android"
        assert PushKey.objects.count() == 1
        assert public_text(private_key()) == public_key()
        assert (
            encode(private_key().private_numbers().private_value.to_bytes(32, "big"))
            not in PushKey.objects.get().private
        )

    @pytest.mark.parametrize(
        "wrong",
        [
            {"endpoint": "http://push.example.net/x"},
            {"endpoint": "https://user:pw@push.example.net/x"},
            {"endpoint": "file:///etc/passwd"},
            {"endpoint": ""},
            {"endpoint": "https://push.example.net/" + "x" * 2_000},
            {"p256dh": "AAAA"},
            {"p256dh": "not base64 at all"},
            {"auth": "AAAA"},
            {"auth": "é"},
        ],
    )
    def test_what_is_no_subscription(self, desk, login, wrong):
        assert login(desk.agent).post(reverse("helpdesk_app:push"), fields() | wrong).status_code == 422
        assert not PushSubscription.objects.exists()

    def test_twice_is_one_device(self, desk, login):
        client = login(desk.agent)
        assert turn_on(client).json() == turn_on(client).json()

    def test_a_shared_browser_is_whose_turned_it_on_last(self, desk, login):
        turn_on(login(desk.agent))
        Push.objects.create(subscription=PushSubscription.objects.get(), topic="x")
        turn_on(login(desk.colleague))
        assert PushSubscription.objects.get().user == desk.colleague
        assert not Push.objects.exists()

    def test_no_more_than_one_can_oversee(self, desk, login):
        client = login(desk.agent)
        for number in range(MAX_DEVICES + 2):
            turn_on(client, endpoint=f"{ENDPOINT}{number}")
        hashes = set(PushSubscription.objects.values_list("endpoint_hash", flat=True))
        assert len(hashes) == MAX_DEVICES
        assert hash_of(f"{ENDPOINT}0") not in hashes

    def test_in_the_place_of_an_old_one(self, desk, login):
        client = login(desk.agent)
        turn_on(client)
        assert turn_on(client, endpoint=f"{ENDPOINT}2", old=hash_of(ENDPOINT)).status_code == 200
        assert PushSubscription.objects.get().endpoint_hash == hash_of(f"{ENDPOINT}2")

    def test_not_in_the_place_of_anybody_elses(self, desk, login):
        turn_on(login(desk.agent))
        response = turn_on(login(desk.colleague), endpoint=f"{ENDPOINT}2", old=hash_of(ENDPOINT))
        assert response.status_code == 404
        assert PushSubscription.objects.get().user == desk.agent

    def test_needs_its_token(self, desk, client):
        from django.test import Client

        strict = Client(enforce_csrf_checks=True)
        strict.force_login(desk.agent)
        assert turn_on(strict).status_code == 403
        token = strict.get(reverse("helpdesk_app:push")).json()["token"]
        response = strict.post(reverse("helpdesk_app:push"), fields(csrfmiddlewaretoken=token))
        assert response.status_code == 200

    def test_switched_off(self, desk, login, settings):
        settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "PUSH": False}
        client = login(desk.agent)
        assert client.get(reverse("helpdesk_app:push")).status_code == 404
        assert turn_on(client).status_code == 404
        text = account(client).text
        assert "On my devices" not in text
        assert "helpdesk-push" not in text


class TestSigningOut:
    def test_silences_the_device_until_one_is_back(self, desk, login):
        client = login(desk.agent)
        turn_on(client)
        turn_on(login(desk.agent), endpoint=f"{ENDPOINT}2")
        client.post(reverse("wagtailadmin_logout"))
        device = PushSubscription.objects.get(endpoint_hash=hash_of(ENDPOINT))
        assert device.signed_in_until <= timezone.now()
        assert PushSubscription.objects.live(timezone.now()).count() == 1, "the other one is not touched"
        seen = login(desk.agent).post(reverse("helpdesk_app:seen_device"), {"hash": hash_of(ENDPOINT)})
        assert seen.json() == {"known": True}
        assert PushSubscription.objects.live(timezone.now()).count() == 2

    def test_somebody_else_there_changes_nothing(self, desk, login):
        client = login(desk.agent)
        turn_on(client)
        client.post(reverse("wagtailadmin_logout"))
        seen = login(desk.colleague).post(reverse("helpdesk_app:seen_device"), {"hash": hash_of(ENDPOINT)})
        assert seen.json() == {"known": False}
        assert not is_live(desk.agent)

    def test_a_new_password_silences_all_but_where_one_is(self, desk, login):
        client = login(desk.agent)
        turn_on(client)
        desk.agent.set_password("another")
        desk.agent.save()
        device = PushSubscription.objects.select_related("user").get()
        from wagtail_helpdesk.notifications.push.devices import is_signed_in

        assert not is_signed_in(device)
        login(desk.agent).post(reverse("helpdesk_app:seen_device"), {"hash": hash_of(ENDPOINT)})
        assert is_signed_in(PushSubscription.objects.select_related("user").get())

    def test_devices_that_nobody_uses_go(self, desk, login):
        for name in ("agent", "colleague", "light"):
            turn_on(login(getattr(desk, name)), endpoint=f"{ENDPOINT}{name}")
        long_ago = timezone.now() - FORGET_AFTER - timedelta(days=1)
        PushSubscription.objects.filter(user=desk.agent).update(signed_in_until=long_ago)
        desk.colleague.is_active = False
        desk.colleague.save()
        assert forget_devices() == 2
        assert PushSubscription.objects.get().user == desk.light


class TestPanel:
    def test_lists_the_own_devices(self, desk, login):
        client = login(desk.agent)
        assert "No device shows your notices yet." in account(client).text
        turn_on(client)
        turn_on(login(desk.colleague), endpoint=f"{ENDPOINT}clara")
        text = account(client).text
        assert text.count("data-hash=") == 1
        assert "Chrome on Android" in text
        assert ENDPOINT not in text

    def test_shows_every_field_of_its_form(self, desk, login):
        """What a page does not show would be turned off by each saving."""
        factories.make_mailbox("orders@desk.example", team=desk.team, name="Orders")
        response = account(login(desk.agent))
        for panels in response.context["panels_by_tab"].values():
            for form in (panel.get_form() for panel in panels if panel.name == "helpdesk_notices"):
                for field in form:
                    assert f'name="{field.html_name}"' in response.text

    def test_says_what_is_wrong(self, desk, login):
        client = login(desk.agent)
        turn_on(client)
        PushSubscription.objects.update(failures=2, last_error="status 503")
        assert "could not be delivered (status 503)" in account(client).text
        PushSubscription.objects.update(signed_in_until=timezone.now())
        assert "You are signed out there" in account(client).text

    def test_devices_cost_one_query(self, desk, login, django_assert_max_num_queries):
        client = login(desk.agent)
        account(client)
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        def queries():
            with CaptureQueriesContext(connection) as captured:
                account(client)
            return len(captured)

        without = queries()
        for number in range(3):
            turn_on(client, endpoint=f"{ENDPOINT}{number}")
        assert queries() == without

    @pytest.mark.parametrize("name", ["test_device", "remove_device"])
    def test_buttons_are_for_the_own_devices(self, desk, login, name):
        turn_on(login(desk.agent))
        device = PushSubscription.objects.get()
        address = reverse(f"helpdesk_app:{name}", args=[device.pk])
        for who in ("colleague", "manager", "superuser", "other_agent", "light"):
            assert login(getattr(desk, who)).post(address).status_code == 404, who
        for who in (desk.editor, None):
            assert login(who).post(address).status_code == 302
        assert login(desk.agent).get(address).status_code == 405
        assert not Push.objects.exists()
        assert PushSubscription.objects.exists()
        response = login(desk.agent).post(address)
        assert response["Location"] == reverse("wagtailadmin_account") + "#tab-notifications"
        assert Push.objects.count() == (1 if name == "test_device" else 0)
        assert PushSubscription.objects.count() == (1 if name == "test_device" else 0)

    def test_the_enter_key_presses_save(self, desk, login):
        client = login(desk.agent)
        turn_on(client)
        text = account(client).text
        form = text[text.index("data-edit-form") if "data-edit-form" in text else 0 :]
        first = form[form.index('<button type="submit"') :][:200]
        assert "formaction" not in first.partition(">")[0]
        assert form.index('<button type="submit"') < form.index("formaction=")

    def test_choosing(self, desk, login):
        desk.agent.last_name = "Lima"
        desk.agent.save()
        client = login(desk.agent)
        data = {}
        for panels in account(client).context["panels_by_tab"].values():
            for panel in panels:
                for field in panel.get_form():
                    value = field.value()
                    if value not in (None, False, "") and not hasattr(value, "read"):
                        data[field.html_name] = "on" if value is True else value
        on = {name for name in data if name.endswith("_by_push")}
        assert on == {f"helpdesk_notices-{kind}_by_push" for kind in ("assigned", "answered", "mentioned")}
        assert data.pop("helpdesk_notices-show_subject") == "on"
        del data["helpdesk_notices-assigned_by_push"]
        data["helpdesk_notices-held_by_push"] = "on"
        assert client.post(reverse("wagtailadmin_account"), data).status_code == 302
        preference = NoticePreference.objects.get(user=desk.agent)
        assert not preference.show_subject
        assert preference.choices["assigned"] == {"in_app": True, "by_mail": True, "by_push": False}
        assert preference.choices["held"] == {"in_app": True, "by_push": True}


@pytest.mark.parametrize(
    ("chosen", "kind", "how", "by_push"),
    [
        ({}, "answered", {}, True),
        ({}, "answered", {"has_device": False}, False),
        ({}, "answered", {"automatic": True}, False),
        ({}, "team", {}, False),
        ({"answered": {"in_app": False, "by_mail": False}}, "answered", {}, False),
        ({"answered": {"in_app": False, "by_push": True}}, "answered", {}, True),
        ({"held": {"by_push": True}}, "held", {}, True),
    ],
)
def test_ways(chosen, kind, how, by_push):
    ways = ways_for(chosen, kind, **how)
    assert isinstance(ways, Ways)
    assert ways.by_push is by_push


class TestHealth:
    @pytest.fixture
    def failing(self, desk, login):
        def fail(error, **values):
            turn_on(login(desk.agent))
            now = timezone.now()
            usual = {"failures": 4, "failing_since": now - timedelta(hours=1), "rests_until": now, "last_error": error}
            PushSubscription.objects.update(**usual | values)
            return [finding for finding in judge(read_facts()) if finding.code.startswith("push_")]

        return fail

    def test_says_since_when_and_why(self, failing):
        (finding,) = failing("status 503")
        assert "1 device gets no push messages since" in describe(finding)
        assert "status 503" in describe(finding)

    def test_a_lost_key(self, failing):
        (finding,) = failing("SealBroken")
        assert "--new-keys" in describe(finding)

    def test_a_moment_is_no_fault(self, failing):
        assert failing("status 503", failing_since=timezone.now()) == []

    def test_signed_out_devices_are_none(self, failing):
        assert failing("status 503", signed_in_until=timezone.now()) == []


def test_new_keys(desk, login, capsys):
    turn_on(login(desk.agent))
    old = public_key()
    call_command("helpdesk_push")
    assert old in capsys.readouterr().out
    call_command("helpdesk_push", new_keys=True)
    assert public_key() != old
    assert public_text(private_key()) == public_key()
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    ("value", "is_bad"),
    [
        ("mailto:it@example.org", False),
        ("https://example.org/contact", False),
        (None, False),
        ("it@example.org", True),
        ("mailto:nobody", True),
        (5, True),
    ],
)
def test_contact(desk, settings, value, is_bad):
    settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "PUSH_CONTACT": value}
    assert any("PUSH_CONTACT" in found.msg for found in check_values()) is is_bad
    if not is_bad:
        assert contact().startswith(value or "mailto:")
