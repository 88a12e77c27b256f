"""Keeps secrets sealed at rest: Fernet (AES-128-CBC and HMAC-SHA256), with keys that can be changed.

The keys are ``ENCRYPTION_KEYS``: the first seals, all open. Without any, one is derived from SECRET_KEY, and
SECRET_KEY_FALLBACKS open what was sealed before.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from wagtail_helpdesk import conf


class SealBroken(Exception):
    """A sealed text that none of our keys opens: sealed with a key that is gone, or damaged."""


def seal(secret: str) -> str:
    """Return ``secret`` sealed, as ASCII text for a column; "" for ""."""
    return _fernet().encrypt(secret.encode()).decode("ascii") if secret else ""


def unseal(sealed: str) -> str:
    """Return the secret in a sealed text; "" for "". Raises SealBroken."""
    if not sealed:
        return ""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except (InvalidToken, UnicodeError) as error:
        raise SealBroken from error


def is_stale(sealed: str) -> bool:
    """Tell whether a sealed text should be sealed anew, because not the first of the keys made it."""
    if not sealed:
        return False
    try:
        Fernet(_keys()[0]).decrypt(sealed.encode())
    except InvalidToken:
        return True
    return False


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in _keys()])


def _keys() -> list[bytes]:
    given = conf.get("ENCRYPTION_KEYS")
    if given:
        return [key.encode("ascii") for key in given]
    return [_derived(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _derived(secret: str) -> bytes:
    """SECRET_KEY is long and random by its own rules, so one hash with a name of its own is enough to derive from."""
    return base64.urlsafe_b64encode(hashlib.sha256(b"wagtail_helpdesk.vault\0" + secret.encode()).digest())
