"""Says to a push service who sends (RFC 8292): pure functions over a key pair."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from wagtail_helpdesk.notifications.push.encoding import decode, encode
from wagtail_helpdesk.notifications.push.encryption import public_bytes

#: RFC 8292 2: at most a day. Clocks differ.
LIFE = timedelta(hours=12)


def new_private_key() -> str:
    """Return a new private key, as text."""
    key = ec.generate_private_key(ec.SECP256R1())
    return encode(key.private_numbers().private_value.to_bytes(32, "big"))


def read_private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """Return the key in a text of :func:`new_private_key`. Raises ValueError."""
    return ec.derive_private_key(int.from_bytes(decode(text), "big"), ec.SECP256R1())


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """Return the public key as browsers take it (``applicationServerKey``)."""
    return encode(public_bytes(key.public_key()))


def authorization(origin: str, key: ec.EllipticCurvePrivateKey, contact: str, now: datetime) -> str:
    """Return the header for a push service of ``origin``; ``contact`` is a ``mailto:`` or ``https:`` address."""
    claims = {"aud": origin, "exp": int((now + LIFE).timestamp()), "sub": contact}
    signed = signing_input(claims)
    r, s = decode_dss_signature(key.sign(signed.encode("ascii"), ec.ECDSA(SHA256())))
    signature = encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={public_text(key)}"


def signing_input(claims: dict[str, str | int]) -> str:
    """Return header and claims of the token, which its signature is for."""
    return ".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in (_HEADER, claims))


_HEADER = {"typ": "JWT", "alg": "ES256"}
