"""Secrets at rest."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk import vault

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@given(st.text())
def test_what_is_sealed_comes_back(secret):
    sealed = vault.seal(secret)
    assert vault.unseal(sealed) == secret
    assert sealed.isascii()
    assert not secret or (len(secret) < 4 or secret not in sealed)


def test_same_secret_is_never_sealed_alike():
    assert vault.seal("hunter2") != vault.seal("hunter2")


def test_keys_can_be_changed(settings):
    settings.WAGTAIL_HELPDESK = {"ENCRYPTION_KEYS": [OLD]}
    sealed = vault.seal("hunter2")
    settings.WAGTAIL_HELPDESK = {"ENCRYPTION_KEYS": [NEW, OLD]}
    assert vault.unseal(sealed) == "hunter2"
    assert vault.is_stale(sealed)
    assert not vault.is_stale(vault.seal("hunter2"))
    settings.WAGTAIL_HELPDESK = {"ENCRYPTION_KEYS": [NEW]}
    with pytest.raises(vault.SealBroken):
        vault.unseal(sealed)


def test_without_keys_of_its_own_follows_secret_key(settings):
    settings.WAGTAIL_HELPDESK = {}
    settings.SECRET_KEY = "one"
    sealed = vault.seal("hunter2")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "two", ["one"]
    assert vault.unseal(sealed) == "hunter2"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(vault.SealBroken):
        vault.unseal(sealed)


@pytest.mark.parametrize("damaged", ["x", "gAAAA", "ü", "gAAAAA==" * 20])
def test_damaged_seal_is_told(damaged):
    with pytest.raises(vault.SealBroken):
        vault.unseal(damaged)
