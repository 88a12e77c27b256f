"""Who is counted as whom."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import RequestFactory, override_settings

from wagtail_helpdesk.contact_forms.limits import client_address, seconds_to_wait


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("8.8.8.8", None, "8.8.8.8"),
        # Anybody can send the header: only a proxy of ours is believed, and only what it wrote itself.
        ("8.8.8.8", "9.9.9.9", "8.8.8.8"),
        ("127.0.0.1", "9.9.9.9", "9.9.9.9"),
        ("10.0.0.2", "1.1.1.1, 9.9.9.9", "9.9.9.9"),
        ("10.0.0.2", "nonsense", "10.0.0.2"),
        ("", "9.9.9.9", "9.9.9.9"),
        ("", None, ""),
        ("unix:", None, ""),
        ("::ffff:8.8.8.8", None, "8.8.8.8"),
        ("2606:4700:1:2:3::1", None, "2606:4700:1:2::/64"),
        ("2606:4700:1:2:ffff::9", None, "2606:4700:1:2::/64"),
    ],
)
def test_client_address(peer, forwarded, counted):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)) == counted


@override_settings(WAGTAIL_HELPDESK={"SUBMISSIONS_PER_HOUR": 1})
def test_scopes_and_people_are_apart():
    assert seconds_to_wait("form", "a") == 0
    assert 0 < seconds_to_wait("form", "a") <= 3600
    assert seconds_to_wait("form", "b") == seconds_to_wait("portal", "a") == 0


@override_settings(WAGTAIL_HELPDESK={"SUBMISSIONS_PER_HOUR": 1})
def test_nobody_is_not_limited():
    assert [seconds_to_wait("form", "") for _ in range(3)] == [0, 0, 0]


def test_no_address_is_kept():
    seconds_to_wait("form", "8.8.8.8")
    assert cache._cache
    assert not any("8.8.8.8" in key for key in cache._cache)


@override_settings(
    CACHES={"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}},
    WAGTAIL_HELPDESK={"SUBMISSIONS_PER_HOUR": 1},
)
def test_a_cache_that_keeps_nothing_limits_nothing():
    assert [seconds_to_wait("form", "a") for _ in range(3)] == [0, 0, 0]
