"""What Outlook packs into a winmail.dat (TNEF, [MS-OXTNEF]): the files, and the words where the mail has none itself.

Written by hand: the one library for it can be made to count to four thousand million by a few bytes. Here every length
is checked against what is there, and a count ends where the data does.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .charset_labels import codec_of_codepage
from .charsets import decode, decode_as
from .mail_types import ParsedAttachment
from .rtf import decompress_rtf, read_rtf
from .scrub import clean_line

logger = logging.getLogger(__name__)

TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SIGNATURE = 0x223E9F78
_MAX_PARTS = 5_000

# Attributes of a TNEF stream (the low half of their id).
_BODY, _CODEPAGE, _MESSAGE_PROPERTIES = 0x800C, 0x9007, 0x9003
_NEW_FILE, _FILE_NAME, _FILE_DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
# MAPI properties.
_PLAIN_BODY, _RTF, _HTML, _INTERNET_CODEPAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_LONG_NAME, _SHORT_NAME, _SHOWN_NAME, _MIME_TYPE, _CONTENT_ID, _DATA = 0x3707, 0x3704, 0x3001, 0x370E, 0x3712, 0x3701
# MAPI types: how many bytes a value takes (always padded to four), and those that say their length themselves.
_FIXED = {0x2: 2, 0x3: 4, 0x4: 4, 0x5: 8, 0x6: 8, 0x7: 8, 0xA: 4, 0xB: 2, 0x14: 8, 0x40: 8, 0x48: 16}
_OBJECT, _STRING, _UNICODE = 0xD, 0x1E, 0x1F
_VARIABLE = frozenset({_OBJECT, _STRING, _UNICODE, 0x102})
_SEVERAL, _NAMED = 0x1000, 0x8000
#: What stands before an object's data when that is a message of its own.
_MESSAGE_INSIDE = bytes.fromhex("0703020000000000c000000000000046")


@dataclass(slots=True)
class _File:
    name: str = ""
    content: bytes = b""
    content_id: str = ""
    declared_type: str = ""


@dataclass(slots=True)
class Unpacked:
    """What was in it: files, and the words as text and as HTML ("" for none)."""

    files: list[ParsedAttachment] = field(default_factory=list)
    text: str = ""
    html: str = ""


def is_tnef(file: ParsedAttachment) -> bool:
    """Tell whether a file says that it is TNEF."""
    return file.declared_type in TNEF_TYPES or file.file_name.lower() == "winmail.dat"


def unpack(content: bytes) -> Unpacked | None:
    """Return what is in TNEF ``content``; None where it is none, or broken: then the file itself stays. Never raises.

    Takes time in proportion to the length.
    """
    try:
        return _Reader(content).read()
    except Exception as error:  # noqa: BLE001 - whatever is in it, the file is still there
        logger.info("tnef_unreadable error=%s", type(error).__name__)
        return None


def hide(file: ParsedAttachment) -> ParsedAttachment:
    """Return the packed file as one that nobody needs to see."""
    return replace(file, hidden=True)


class _Reader:
    """One pass over a stream."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.codec = "cp1252"
        self.files: list[_File] = []
        self.text = self.html = ""
        self.rtf = b""

    def read(self) -> Unpacked:
        for name, data in self._attributes():
            self._take(name, data)
        rtf_text, rtf_html = read_rtf(decompress_rtf(self.rtf)) if self.rtf else ("", "")
        files = [
            ParsedAttachment(file.name, file.declared_type, file.content, content_id=file.content_id)
            for file in self.files
            if file.content
        ]
        return Unpacked(files, self.text or rtf_text, self.html or rtf_html)

    def _attributes(self) -> Iterator[tuple[int, bytes]]:
        data, end = self.data, len(self.data)
        if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
            raise ValueError("signature")
        position = 6
        for _count in range(_MAX_PARTS):
            if position + 9 > end:
                return
            _level, identity, length = struct.unpack_from("<BII", data, position)
            position += 9
            if position + length > end:
                raise ValueError("length")
            yield identity & 0xFFFF, data[position : position + length]
            # Two bytes of checksum follow.
            position += length + 2

    def _take(self, name: int, data: bytes) -> None:
        if name == _CODEPAGE and len(data) >= 4:
            self.codec = codec_of_codepage(struct.unpack_from("<I", data)[0]) or self.codec
        elif name == _BODY:
            self.text = decode_as(data.rstrip(b"\0"), self.codec).text
        elif name == _MESSAGE_PROPERTIES:
            self._take_message(data)
        elif name == _NEW_FILE:
            self.files.append(_File())
        elif self.files and name == _FILE_NAME:
            self.files[-1].name = self.files[-1].name or self._string(_STRING, data)
        elif self.files and name == _FILE_DATA:
            self.files[-1].content = data
        elif self.files and name == _FILE_PROPERTIES:
            self._take_file(self.files[-1], data)

    def _take_message(self, data: bytes) -> None:
        html = b""
        codec = ""
        for name, kind, value in _properties(data):
            if name == _PLAIN_BODY:
                self.text = self._body(kind, value)
            elif name == _HTML:
                html = value
            elif name == _RTF:
                self.rtf = value
            elif name == _INTERNET_CODEPAGE and len(value) >= 4:
                codec = codec_of_codepage(struct.unpack_from("<I", value)[0]) or ""
        if html:
            html = html.rstrip(b"\0")
            self.html = (decode_as(html, codec) if codec else decode(html, "", html=True)).text

    def _take_file(self, file: _File, data: bytes) -> None:
        names: dict[int, str] = {}
        for name, kind, value in _properties(data):
            if name in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME):
                names[name] = self._string(kind, value)
            elif name == _MIME_TYPE:
                file.declared_type = self._string(kind, value).lower()
            elif name == _CONTENT_ID:
                file.content_id = self._string(kind, value).strip("<> ")
            elif name == _DATA:
                _take_object(file, kind, value)
        file.name = names.get(_LONG_NAME) or file.name or names.get(_SHORT_NAME) or names.get(_SHOWN_NAME, "")

    def _body(self, kind: int, value: bytes) -> str:
        codec = "utf-16-le" if kind == _UNICODE else self.codec
        return decode_as(value, codec).text.rstrip("\0")

    def _string(self, kind: int, value: bytes) -> str:
        return clean_line(self._body(kind, value))


def _take_object(file: _File, kind: int, value: bytes) -> None:
    if kind != _OBJECT:
        file.content = value
        return
    file.content = value[16:]
    if value.startswith(_MESSAGE_INSIDE):
        file.declared_type = "application/ms-tnef"


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield name, type and bytes of the MAPI properties in ``data``, the first value of those with several."""
    cursor = _Cursor(data)
    for _count in range(min(cursor.number(), _MAX_PARTS)):
        kind, name = cursor.short(), cursor.short()
        if name >= _NAMED:
            cursor.skip(16)
            cursor.skip(4) if cursor.number() == 0 else cursor.skip(cursor.number(), padded=True)
        values = 1
        if kind & _SEVERAL:
            kind &= ~_SEVERAL
            values = cursor.number()
        elif kind in _VARIABLE:
            values = cursor.number()
        if kind not in _VARIABLE and kind not in _FIXED:
            raise ValueError("type")
        for position in range(min(values, _MAX_PARTS)):
            value = cursor.take(cursor.number() if kind in _VARIABLE else _FIXED[kind])
            if position == 0:
                yield name, kind, value


class _Cursor:
    """Reads little-endian values one after the other; ValueError at the end of the data."""

    def __init__(self, data: bytes) -> None:
        self.data, self.position = data, 0

    def take(self, length: int, *, padded: bool = True) -> bytes:
        start, end = self.position, self.position + length
        if end > len(self.data):
            raise ValueError("length")
        self.position = end + (-length % 4 if padded else 0)
        return self.data[start:end]

    def skip(self, length: int, *, padded: bool = False) -> None:
        self.take(length, padded=padded)

    def short(self) -> int:
        return struct.unpack("<H", self.take(2, padded=False))[0]

    def number(self) -> int:
        return struct.unpack("<I", self.take(4))[0]
