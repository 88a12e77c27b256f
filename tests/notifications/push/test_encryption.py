"""What is encrypted and signed, by the examples of the RFCs and by reading it as a browser does."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from tests.notifications.push.conftest import Browser
from wagtail_helpdesk.notifications.push.encoding import decode, encode
from wagtail_helpdesk.notifications.push.encryption import MAX_PLAIN, RECORD, encrypt, public_bytes, read_public_key
from wagtail_helpdesk.notifications.push.vapid import (
    authorization,
    new_private_key,
    public_text,
    read_private_key,
    signing_input,
)

# RFC 8291, section 5 and appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RECEIVER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
RECEIVER_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH, SALT = "BTBZMqHH6r4Tts7J_aSIgg", "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
# RFC 8292, section 2.4.
TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6"
    "Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9Ok"
    "SSHzvoD1oA"
)
TOKEN_KEY = "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"


def verify(token: str, key: str) -> dict:
    """Return the claims of a token that ``key`` signed. Raises InvalidSignature."""
    signed, _dot, signature = token.rpartition(".")
    raw = decode(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    read_public_key(decode(key)).verify(der, signed.encode(), ec.ECDSA(SHA256()))
    return json.loads(decode(signed.partition(".")[2]))


def test_example_of_rfc_8291():
    sender = read_private_key(SENDER)
    assert encode(encrypt(PLAIN, decode(RECEIVER_PUBLIC), decode(AUTH), sender=sender, salt=decode(SALT))) == BODY
    browser = Browser(read_private_key(RECEIVER), decode(AUTH))
    assert browser.p256dh == RECEIVER_PUBLIC
    assert browser.open(decode(BODY)) == PLAIN


@given(st.binary(max_size=MAX_PLAIN))
def test_only_the_browser_reads_it(plain):
    browser = Browser()
    body = encrypt(plain, decode(browser.p256dh), browser.auth)
    assert browser.open(body) == plain
    assert len(body) <= RECORD


def test_never_twice_the_same():
    browser = Browser()
    bodies = [encrypt(b"x", decode(browser.p256dh), browser.auth) for _number in range(2)]
    assert bodies[0][:16] != bodies[1][:16]
    assert bodies[0][21:86] != bodies[1][21:86]


@pytest.mark.parametrize(
    ("plain", "receiver", "auth"),
    [
        (b"x" * (MAX_PLAIN + 1), decode(RECEIVER_PUBLIC), decode(AUTH)),
        (b"", decode(RECEIVER_PUBLIC)[:-1], decode(AUTH)),
        (b"", b"\x02" + decode(RECEIVER_PUBLIC)[1:33], decode(AUTH)),
        (b"", b"\x04" + b"\x01" * 64, decode(AUTH)),
        (b"", decode(RECEIVER_PUBLIC), b"short"),
    ],
)
def test_what_cannot_be_encrypted(plain, receiver, auth):
    with pytest.raises(ValueError):
        encrypt(plain, receiver, auth)


def test_example_of_rfc_8292():
    claims = {"aud": "https://push.example.net", "exp": 1453523768, "sub": "mailto:push@example.com"}
    assert signing_input(claims) == TOKEN.rpartition(".")[0]
    assert verify(TOKEN, TOKEN_KEY) == claims


def test_own_header_is_of_that_shape():
    secret = new_private_key()
    key, now = read_private_key(secret), datetime(2026, 11, 20, 9, tzinfo=UTC)
    header = authorization("https://push.example.net", key, "mailto:a@b.example", now)
    token, _comma, public = header.removeprefix("vapid t=").partition(", k=")
    assert public == public_text(key) == encode(public_bytes(key.public_key()))
    assert verify(token, public) == {
        "aud": "https://push.example.net",
        "exp": int(now.timestamp()) + 12 * 3600,
        "sub": "mailto:a@b.example",
    }


@given(st.text(max_size=200))
def test_decoding_nonsense(text):
    try:
        found = decode(text)
    except ValueError:
        return
    assert isinstance(found, bytes)
