"""ISO-2022-JP as mail clients really write it.

Python's codecs follow the standard and refuse the rows that Windows and Apple clients add to it (circled digits,
company signs), so the two-byte sets are read through Shift_JIS' Windows superset here.
"""

from __future__ import annotations

import re

_ESCAPE = re.compile(rb"\x1b(\$[@B]|\([BJIH]|\$\([DOPQ]|&@\x1b\$B)")
#: The escapes that nothing but ISO-2022-JP holds.
_SIGNATURE = re.compile(rb"\x1b\$[@B]")
_JIS_X_0212 = b"$(D"


def looks_like_iso2022jp(data: bytes) -> bool:
    """Tell whether the escapes of ISO-2022-JP stand in ``data``, which then holds seven-bit bytes only."""
    return _SIGNATURE.search(data) is not None and data.isascii()


def decode_iso2022jp(data: bytes) -> tuple[str, bool]:
    """Return the text of ``data`` and whether all of it could be read. Unreadable pairs become U+FFFD; never raises."""
    pieces = _ESCAPE.split(data)
    out = [pieces[0].decode("ascii", "replace")]
    for escape, segment in zip(pieces[1::2], pieces[2::2], strict=True):
        out.append(_decode_segment(escape, segment))
    text = "".join(out)
    return text, "\ufffd" not in text


def _decode_segment(escape: bytes, segment: bytes) -> str:
    if escape == b"(I":
        return bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in segment).decode("cp932", "replace")
    if not escape.startswith((b"$", b"&")):
        return segment.decode("ascii", "replace")
    if escape == _JIS_X_0212:
        return (b"\x1b$(D" + segment + b"\x1b(B").decode("iso2022_jp_2", "replace")
    # A line end inside a two-byte run means that the escape back to ASCII was lost: the set ends with the line.
    double, separator, rest = segment.partition(b"\n")
    return _to_shift_jis(double).decode("cp932", "replace") + (separator + rest).decode("ascii", "replace")


def _to_shift_jis(pairs: bytes) -> bytes:
    out = bytearray()
    for first, second in zip(pairs[::2], pairs[1::2], strict=False):
        if not (0x21 <= first <= 0x7E and 0x21 <= second <= 0x7E):
            out += b"?"
            continue
        lead = ((first - 0x21) >> 1) + 0x81
        out.append(lead + 0x40 if lead > 0x9F else lead)
        if first % 2:
            out.append(second + (0x1F if second < 0x60 else 0x20))
        else:
            out.append(second + 0x7E)
    return bytes(out)
