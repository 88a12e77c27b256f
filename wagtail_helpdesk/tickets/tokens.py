"""Signed identifiers for reply addresses, Message-IDs and links.

A token is ten characters that name a row and sixteen that prove we made it:
base32 in lower case, so that it survives gateways that change case.
"""

from __future__ import annotations

import base64
import secrets

from django.utils.crypto import constant_time_compare, salted_hmac

from wagtail_helpdesk import conf

ID_LENGTH = 10
MAC_LENGTH = 16
TOKEN_LENGTH = ID_LENGTH + MAC_LENGTH
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def new_public_id(length: int = ID_LENGTH) -> str:
    """Return ``length`` random base32 characters (5 bits each)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def mac(purpose: str, value: str, key: str | None = None) -> str:
    """Return the 80-bit MAC of ``value`` as 16 base32 characters; by default with the key that signs."""
    key = key or conf.mail_keys()[0]
    digest = salted_hmac(f"wagtail_helpdesk.{purpose}", value, secret=key, algorithm="sha256").digest()
    return base64.b32encode(digest[:10]).decode("ascii").lower()


def verify_mac(purpose: str, value: str, given: str) -> bool:
    """Tell whether any of our keys made ``given`` for ``value``; in constant time for each key."""
    results = [constant_time_compare(mac(purpose, value, key), given) for key in conf.mail_keys()]
    return any(results)


def sign(purpose: str, public_id: str) -> str:
    """Return the token (26 characters) for a row's public id."""
    return public_id + mac(purpose, public_id)


def unsign(purpose: str, token: str) -> str | None:
    """Return the public id inside a token that is ours, None for any other text, whatever it holds."""
    token = token.lower()
    if len(token) != TOKEN_LENGTH or any(character not in _ALPHABET for character in token):
        return None
    public_id, given = token[:ID_LENGTH], token[ID_LENGTH:]
    return public_id if verify_mac(purpose, public_id, given) else None
