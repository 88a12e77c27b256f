"""Content-Transfer-Encoding: base64, quoted-printable and uuencode, read as far as they can be read."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from itertools import islice

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_PADDING = re.compile(rb"=+")
# Text after the padding, on its line: a remark, not more of the code.
_AFTER_PADDING = re.compile(rb"=[ \t]+[^\r\n]*")
# A line that lists and gateways put below the encoded text: a rule of dashes or underscores, or three words.
_FOOTER = re.compile(rb"\n[ \t]*(?:[_*~#-]{4,}|--[ \t]*\r?\n|[^\s]+[ \t]+[^\s]+[ \t]+[^\s])")
#: Chunks that end in padding, as from encoders that write each block of input by itself.
_MAX_CHUNKS = 10_000

_BROKEN_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*(?:\r?\n|\Z))")
#: Repairs in one part; what needs more is no quoted-printable.
_MAX_REPAIRS = 1_000_000
_PADDED_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n|\Z)")

_UU_BEGIN = re.compile(rb"^begin[ \t]+[0-7]{3,4}(?:[ \t]+([^\r\n]{0,255}))?\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"(?:[` ]?[ \t]*\r?\n)?end[ \t]*(?:\r?\n|\Z)")
_MAX_UU_FILES = 100


@dataclass(frozen=True, slots=True)
class UuFile:
    """A file that stood uuencoded in a text."""

    name: bytes
    content: bytes


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """Return ``data`` without its transfer encoding; what has none, or one that nobody knows, comes back as it is."""
    encoding = encoding.strip().strip("\"'").lower().split(";", 1)[0].split("(", 1)[0].strip()
    if encoding in ("base64", "b", "x-base64"):
        return decode_base64(data)
    if encoding in ("quoted-printable", "quotedprintable", "q", "qp"):
        return decode_quoted_printable(data)
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        files = split_uuencoded(data)[1]
        return files[0].content if files else data
    return data


def decode_base64(data: bytes) -> bytes:
    """Return the bytes of base64 ``data``: padding in the middle is no end, footers that are no base64 are left out."""
    if data.translate(None, _BASE64 + b"\r\n"):
        footer = _FOOTER.search(data)
        data = _AFTER_PADDING.sub(b"=", data[: footer.start()] if footer else data, count=_MAX_CHUNKS)
    chunks = _PADDING.split(data.translate(None, _NOT_BASE64), maxsplit=_MAX_CHUNKS)
    return b"".join(_decode_chunk(chunk.replace(b"=", b"")) for chunk in chunks)


def _decode_chunk(chunk: bytes) -> bytes:
    rest = len(chunk) % 4
    if rest == 1:
        # Six bits alone are no byte: the chunk was cut.
        chunk = chunk[:-1]
        rest = 0
    return binascii.a2b_base64(chunk + b"=" * (-rest % 4))


def decode_quoted_printable(data: bytes) -> bytes:
    """Return the bytes of quoted-printable ``data``; raw eight-bit bytes and "=" that begin no escape are kept."""
    data = _BROKEN_ESCAPE.sub(b"=3D", data, count=_MAX_REPAIRS)
    return binascii.a2b_qp(_PADDED_SOFT_BREAK.sub(b"=", data, count=_MAX_REPAIRS))


def split_uuencoded(data: bytes) -> tuple[bytes, tuple[UuFile, ...]]:
    """Return the text of ``data`` without its complete uuencoded files, and these files."""
    if b"begin" not in data:
        return data, ()
    kept: list[bytes] = []
    files: list[UuFile] = []
    position = 0
    for begin in islice(_UU_BEGIN.finditer(data), _MAX_UU_FILES):
        if begin.start() < position:
            continue
        decoded = _decode_uu_lines(data, begin.end())
        if decoded is None:
            continue
        content, end = decoded
        kept.append(data[position : begin.start()])
        files.append(UuFile((begin[1] or b"").strip(), content))
        position = end
    kept.append(data[position:])
    return b"".join(kept), tuple(files)


def _decode_uu_lines(data: bytes, position: int) -> tuple[bytes, int] | None:
    """Return the content of the lines from ``position`` and where text goes on; None for lines that are no uucode."""
    out: list[bytes] = []
    while True:
        end = _UU_END.match(data, position)
        if end:
            return b"".join(out), end.end()
        newline = data.find(b"\n", position)
        if newline < 0:
            return None
        line = data[position:newline].rstrip(b"\r")
        decoded = _decode_uu_line(line)
        if decoded is None:
            return None
        out.append(decoded)
        position = newline + 1


def _decode_uu_line(line: bytes) -> bytes | None:
    if not line or not 0x20 <= line[0] <= 0x60:
        return None
    count = (line[0] - 0x20) & 0x3F
    # Four characters stand for three bytes; trailing spaces are often lost on the way, some encoders add a checksum.
    wanted = 1 + (count + 2) // 3 * 4
    if len(line) > wanted + 2 or len(line) < wanted - 8:
        return None
    try:
        return binascii.a2b_uu(line[:wanted].ljust(wanted))
    except binascii.Error:
        return None
