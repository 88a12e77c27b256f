"""Base64 as browsers and push services write it: for addresses, without padding."""

from __future__ import annotations

import base64
import binascii


def encode(content: bytes) -> str:
    """Return ``content`` as text."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Return the bytes of a text, with or without padding. Raises ValueError."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
