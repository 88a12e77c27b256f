"""Signed tokens: nobody but us makes one."""

from __future__ import annotations

import re
import string

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from wagtail_helpdesk.tickets import tokens


def settings_with(*keys: str) -> override_settings:
    return override_settings(WAGTAIL_HELPDESK={"MAIL_KEYS": list(keys)})


def test_token_survives_gateways_that_change_case():
    token = tokens.sign("portal", "abcdefghij")
    assert re.fullmatch(r"[a-z2-7]{26}", token)
    assert tokens.unsign("portal", token.upper()) == "abcdefghij"


def test_token_of_one_purpose_is_useless_for_another():
    assert tokens.unsign("reply", tokens.sign("portal", "abcdefghij")) is None


def test_each_character_counts():
    token = tokens.sign("portal", "abcdefghij")
    for position in range(len(token)):
        other = "b" if token[position] == "a" else "a"
        assert tokens.unsign("portal", token[:position] + other + token[position + 1 :]) is None


def test_keys_rotate():
    with settings_with("old"):
        token = tokens.sign("portal", "abcdefghij")
    with settings_with("new", "old"):
        assert tokens.unsign("portal", token) == "abcdefghij"
        assert tokens.sign("portal", "abcdefghij") != token
    with settings_with("new"):
        assert tokens.unsign("portal", token) is None


@pytest.mark.parametrize("token", ["", "a", "a" * 26, "a" * 27, "é" * 26, "a" * 10 + "\x00" * 16, "K" * 26, "ſ" * 26])
def test_foreign_text_is_no_token(token):
    assert tokens.unsign("portal", token) is None


@given(st.text(max_size=40) | st.text(alphabet=string.ascii_lowercase + "234567", min_size=26, max_size=26))
def test_any_text_is_no_token(text):
    assert tokens.unsign("portal", text) is None


def test_public_ids_do_not_repeat():
    assert len({tokens.new_public_id() for _time in range(1000)}) == 1000
