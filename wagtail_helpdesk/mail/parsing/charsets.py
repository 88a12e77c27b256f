"""From bytes to text, whatever the mail says its character set is."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from .charset_detection import Detector
from .charset_labels import SINGLE_BYTE, codec_for
from .iso2022jp import decode_iso2022jp, looks_like_iso2022jp
from .scrub import clean_text

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"<meta\b[^<>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,60})", re.IGNORECASE)
_META_REACH = 4096
# windows-1252 with the five bytes that Python leaves undefined kept, as browsers do: it can read anything.
_ANY_BYTE = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the codec that read it, and whether that is another one than declared (or some bytes could not be read)."""

    text: str
    used: str
    repaired: bool


def decode(data: bytes, declared: str = "", *, html: bool = False, detector: Detector | None = None) -> Decoded:
    """Return the text of ``data``; never raises. See EMAIL 6.1 for the order of trials.

    ``declared`` is the label of the mail ("" for none); ``html`` allows a ``<meta charset>`` to have a say; without
    ``detector`` no statistical guess is made.
    """
    codec = codec_for(declared)
    text, used = _read(data, codec, html=html, detector=detector)
    repaired = "\ufffd" in text or used != (codec or "utf-8")
    return Decoded(clean_text(text), used, repaired)


def decode_as(data: bytes, codec: str) -> Decoded:
    """Return the text of ``data`` read by ``codec`` (a result of ``codec_for``) and nothing else; never raises."""
    if codec == "cp1252":
        text = codecs.charmap_decode(data, "strict", _ANY_BYTE)[0]
    elif codec == "iso2022_jp":
        text = decode_iso2022jp(data)[0]
    else:
        text = data.decode(codec, "replace")
    return Decoded(clean_text(text), codec, "\ufffd" in text)


def _read(data: bytes, codec: str | None, *, html: bool, detector: Detector | None) -> tuple[str, str]:
    certain = _read_by_signature(data, codec) or _read_as_declared(data, codec) or _strict(data, "utf-8")
    if certain:
        return certain
    mostly = _mostly(data, codec) or _mostly(data, "utf-8")
    if mostly:
        return mostly
    if html and (meta := _META.search(data, 0, _META_REACH)):
        stated = codec_for(meta[1].decode("ascii"))
        if stated and (read := _strict(data, stated)):
            return read
    guessed = detector.guess(data) if detector else None
    if guessed and (read := _strict(data, guessed)):
        return read
    return codecs.charmap_decode(data, "strict", _ANY_BYTE)[0], "cp1252"


def _read_by_signature(data: bytes, codec: str | None) -> tuple[str, str] | None:
    for bom, name in _BOMS:
        if not data.startswith(bom):
            continue
        # The marks of UTF-16 are also letters of single-byte sets; its line ends and spaces have NUL in them.
        if name == "utf-8-sig" or b"\x00" in data or codec == name:
            read = _strict(data, name)
            if read:
                return read[0], name.removesuffix("-sig")
    if looks_like_iso2022jp(data):
        text, complete = decode_iso2022jp(data)
        if complete or codec in (None, "iso2022_jp"):
            return text, "iso2022_jp"
    return None


def _read_as_declared(data: bytes, codec: str | None) -> tuple[str, str] | None:
    if codec is None:
        return None
    if codec.startswith(("utf-16", "utf-32")) and b"\x00" not in data:
        # Western text in UTF-16 is full of NUL; without one, bytes that are valid UTF-8 were never UTF-16.
        return _strict(data, "utf-8") or _strict(data, codec)
    if data.isascii() and codec not in ("utf-7", "hz", "iso2022_kr", "iso2022_jp") and not codec.startswith("utf-"):
        return data.decode("ascii"), codec
    if codec != "utf-8" and (utf8 := _strict(data, "utf-8")) and _is_utf8_by_nature(data, utf8[0], codec):
        return utf8
    if codec == "cp1252":
        return codecs.charmap_decode(data, "strict", _ANY_BYTE)[0], codec
    return _strict(data, codec)


def _is_utf8_by_nature(data: bytes, text: str, codec: str) -> bool:
    """Tell whether bytes that can be read as UTF-8 are so in spite of the declared ``codec``.

    Letters of a single-byte set do not form UTF-8 by chance. The double bytes of East Asia may, in a word or two.
    """
    foreign = len(data) - len(data.translate(None, bytes(range(0x80, 0x100))))
    letters = sum(1 for char in text[:2000] if char > "\x7f")
    if codec in SINGLE_BYTE:
        return foreign > 0
    return codec in ("gb18030", "big5hkscs", "cp932", "cp949", "euc_jp", "johab") and letters >= 4


def _strict(data: bytes, codec: str) -> tuple[str, str] | None:
    if codec == "iso2022_jp":
        text, complete = decode_iso2022jp(data)
        return (text, codec) if complete else None
    try:
        return data.decode(codec), codec
    except (UnicodeError, ValueError):
        return None


def _mostly(data: bytes, codec: str | None) -> tuple[str, str] | None:
    """Read multi-byte text that was cut or has a few foreign bytes in it (a footer added by a gateway)."""
    if codec is None or codec in SINGLE_BYTE:
        return None
    text = data.decode(codec, "replace")
    broken = text.count("\ufffd")
    ascii_only = text.encode("ascii", "ignore")
    if len(text) - len(ascii_only) - broken >= 4 * broken:
        return text, codec
    return None
