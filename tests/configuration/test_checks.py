"""The numbered system checks: each says its number when its mistake is made, and is silent otherwise."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import override_settings

from wagtail_helpdesk import checks, conf


def ids(check: Any, **kwargs: Any) -> list[str]:
    return [message.id.removeprefix("wagtail_helpdesk.") for message in check(**kwargs)]


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        ({}, []),
        ({"UNDO_SECONDS": 5}, []),
        ({"UNDO_SECOND": 5}, ["E001"]),
        ({"a": 1, "b": 2}, ["E001", "E001"]),
        ([], ["E002"]),
    ],
)
def test_keys(configured, expected):
    with override_settings(WAGTAIL_HELPDESK=configured):
        assert ids(checks.check_keys) == expected


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        ({}, []),
        ({"MULTI_MAILBOX": "both"}, ["E002"]),
        ({"ON_UNCERTAIN": "retry"}, ["E002"]),
        ({"RAW_STORE": "disk"}, ["E002"]),
        ({"UNDO_SECONDS": 0}, []),
        ({"UNDO_SECONDS": 61}, ["E002"]),
        ({"UNDO_SECONDS": "10"}, ["E002"]),
        ({"VERIFY_DKIM": "yes"}, ["E002"]),
        ({"VERIFY_DKIM": True}, []),
        ({"MAX_MAIL_BYTES": 0}, ["E002"]),
        ({"MAX_MAIL_BYTES": True}, ["E002"]),
        ({"MAX_UPLOAD_FILES": "3"}, ["E002"]),
        ({"MAIL_KEYS": "secret"}, ["E002"]),
        ({"MAIL_KEYS": []}, ["E002"]),
        ({"MAIL_KEYS": ["a", ""]}, ["E002"]),
        ({"MAIL_KEYS": ("a", "b")}, []),
        ({"MESSAGE_ID_DOMAIN": "mail.example.org"}, []),
        ({"MESSAGE_ID_DOMAIN": "no domain"}, ["E002"]),
        ({"MESSAGE_ID_DOMAIN": "a-very-long-name-for-a-domain.example.org"}, ["W108"]),
    ],
)
def test_values(configured, expected):
    with override_settings(WAGTAIL_HELPDESK=configured):
        assert ids(checks.check_values) == expected


def test_private_storage(tmp_path, settings):
    media = tmp_path / "media"
    settings.STORAGES = {
        **settings.STORAGES,
        "inside": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": media / "files"}},
        "beside": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "private"},
        },
    }
    for alias, root, expected in [
        (None, media, []),
        (None, "", ["E003"]),
        ("nowhere", media, ["E004"]),
        ("inside", media, ["W104"]),
        ("beside", media, []),
        ("beside", "", []),
    ]:
        settings.MEDIA_ROOT = root
        settings.WAGTAIL_HELPDESK = {"PRIVATE_STORAGE": alias}
        assert ids(checks.check_private_storage) == expected, alias


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"USE_TZ": False}, ["E005"]),
        ({"DEFAULT_FROM_EMAIL": "root"}, ["W109"]),
        ({"DEFAULT_FROM_EMAIL": "Acme <desk@acme.example>"}, []),
    ],
)
def test_site(changed, expected):
    with override_settings(**changed):
        assert ids(checks.check_site) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL;"}, []),
        ({"transaction_mode": "IMMEDIATE"}, ["W106"]),
        ({"init_command": "PRAGMA journal_mode=WAL;"}, ["W106"]),
        ({}, ["W106"]),
    ],
)
def test_sqlite(options, expected, monkeypatch):
    connection = SimpleNamespace(vendor="sqlite", settings_dict={"OPTIONS": options})
    monkeypatch.setattr(checks, "connections", {"default": connection})
    assert ids(checks.check_sqlite, databases=["default"]) == expected
    assert ids(checks.check_sqlite) == [], "checks of databases run when somebody asks for them"
    connection.vendor = "postgresql"
    assert ids(checks.check_sqlite, databases=["default"]) == []


@pytest.mark.parametrize(("configured", "expected"), [({}, ["W102"]), ({"MAIL_KEYS": ["a"]}, [])])
def test_mail_keys(configured, expected):
    with override_settings(WAGTAIL_HELPDESK=configured):
        assert ids(checks.check_mail_keys) == expected


@pytest.mark.parametrize(
    ("backend", "expected"),
    [
        ("django.core.mail.backends.smtp.EmailBackend", []),
        ("django.core.mail.backends.console.EmailBackend", ["W105"]),
        ("django.core.mail.backends.dummy.EmailBackend", ["W105"]),
        ("anymail.backends.mailgun.EmailBackend", []),
    ],
)
def test_mail_backend(backend, expected):
    with override_settings(EMAIL_BACKEND=backend):
        assert ids(checks.check_mail_backend) == expected


def test_defaults_pass_their_own_checks():
    with override_settings(WAGTAIL_HELPDESK={}):
        assert ids(checks.check_keys) == ids(checks.check_values) == []


def test_unknown_key_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        conf.get("NO_SUCH_KEY")


def test_keys_are_read_when_they_are_asked_for():
    with override_settings(WAGTAIL_HELPDESK={}, SECRET_KEY="one", SECRET_KEY_FALLBACKS=["two"]):
        assert conf.mail_keys() == ["one", "two"]
    with override_settings(WAGTAIL_HELPDESK={"MAIL_KEYS": ["a", "b"]}):
        assert conf.mail_keys() == ["a", "b"]


@pytest.mark.parametrize(("urls", "expected"), [("tests.urls", []), ("wagtail.admin.urls", ["W110"])])
def test_public_addresses(urls, expected):
    with override_settings(ROOT_URLCONF=urls):
        assert ids(checks.check_addresses) == expected
