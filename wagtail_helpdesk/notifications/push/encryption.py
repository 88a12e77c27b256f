"""Encrypts what a push says for the one browser that may read it (RFC 8291, with RFC 8188): pure functions."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

#: RFC 8291 4: there is one record, and push services take at least so much.
RECORD = 4096
#: What fits: the record without header (RFC 8188 2.1, with the key of 65 bytes), delimiter and tag.
MAX_PLAIN = RECORD - 86 - 1 - 16
AUTH_LENGTH = 16
_CURVE = ec.SECP256R1()


def read_public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    """Return the key in an uncompressed point on P-256. Raises ValueError."""
    if len(point) != 65 or point[0] != 4:
        raise ValueError("not an uncompressed point")
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)


def public_bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return a public key as an uncompressed point."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encrypt(
    plain: bytes,
    receiver: bytes,
    auth: bytes,
    *,
    sender: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return the body of a push with the coding ``aes128gcm``.

    ``receiver`` and ``auth`` are the browser's p256dh and auth. ``sender`` and ``salt`` are made for each message; they
    are given by tests only. Raises ValueError for what is too long and for keys that are none.
    """
    if len(plain) > MAX_PLAIN or len(auth) != AUTH_LENGTH:
        raise ValueError("too long, or not a secret")
    sender, salt = sender or ec.generate_private_key(_CURVE), salt or os.urandom(16)
    own = public_bytes(sender.public_key())
    shared = sender.exchange(ec.ECDH(), read_public_key(receiver))
    material = _derive(shared, auth, b"WebPush: info\0" + receiver + own, 32)
    key = _derive(material, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(material, salt, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD.to_bytes(4, "big") + bytes([len(own)]) + own
    # RFC 8188 2: the byte 2 ends the last record.
    return header + AESGCM(key).encrypt(nonce, plain + b"\x02", None)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
