"""Header values as people read them: RFC 2047 words, and the many ways of getting them wrong."""

from __future__ import annotations

import binascii
import re

from .charset_detection import Detector
from .charsets import decode
from .scrub import clean_line
from .transfer import decode_base64

# Bounded, so that a header full of beginnings costs no more than a constant times its length. The end may be missing
# where a gateway cut the header.
_WORD = re.compile(rb"=\?([^?\s=]{1,60})\?([bBqQ])\?(.{0,4000}?)(?:\?=|\?$|$)", re.DOTALL)
_BROKEN_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2})")


def decode_value(value: bytes, *, hint: str = "", detector: Detector | None = None) -> str:
    """Return the unfolded header ``value`` as one clean line of text; never raises.

    Neighbouring words of one charset are joined before decoding, because clients split characters between them. Raw
    eight-bit bytes are read as UTF-8 or else with ``hint``, the charset of the mail's body.
    """
    if b"=?" not in value:
        return clean_line(_raw(value, hint, detector))
    out: list[str] = []
    pending: tuple[bytes, bytes] | None = None
    position = 0
    for word in _WORD.finditer(value):
        gap = value[position : word.start()]
        position = word.end()
        charset, data = word[1].lower(), _word_bytes(word[2], word[3])
        if pending and not gap.strip() and pending[0] == charset:
            pending = charset, pending[1] + data
            continue
        if pending:
            out.append(_word_text(pending, detector))
        if gap.strip() or not pending:
            out.append(_raw(gap, hint, detector))
        pending = charset, data
    if pending:
        out.append(_word_text(pending, detector))
    out.append(_raw(value[position:], hint, detector))
    return clean_line("".join(out))


def _raw(value: bytes, hint: str, detector: Detector | None) -> str:
    if value.isascii() and b"\x1b" not in value:
        return value.decode("ascii")
    return decode(value, "" if hint.lower() in ("us-ascii", "utf-7") else hint, detector=detector).text


def _word_text(word: tuple[bytes, bytes], detector: Detector | None) -> str:
    charset, data = word
    return decode(data, charset.decode("ascii", "replace"), detector=detector).text


def _word_bytes(encoding: bytes, encoded: bytes) -> bytes:
    if encoding.lower() == b"b":
        return decode_base64(encoded)
    # Spaces are not allowed inside a word, but folding puts line ends there; "_" is a space whatever the charset.
    return binascii.a2b_qp(_BROKEN_ESCAPE.sub(b"=3D", encoded.replace(b"\r\n", b"")), header=True)
