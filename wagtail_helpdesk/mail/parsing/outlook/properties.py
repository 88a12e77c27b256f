"""The MAPI properties of one object in an Outlook file: a message, a recipient, an attached file."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

from ..charset_labels import codec_of_codepage
from ..charsets import decode_as
from .compound import Storage

#: The stream that an object has its small properties in; without it, it is none.
TABLE = "__properties_version1.0"
_STREAM = "__substg1.0_{:04x}{:04x}"
#: Types of values: text in the file's code page, text in Unicode, bytes, an object.
_STRING, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0xD
_LONG, _BOOLEAN, _TIME = 0x3, 0xB, 0x40
_MESSAGE_CODEPAGE, _INTERNET_CODEPAGE = 0x3FFD, 0x3FDE
#: What stands before the table: of the message of the file, of one in it, of a recipient or a file.
TOP, INNER, PART = 32, 24, 8
_MAX_VALUES = 10_000
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


class Properties:
    """Reads the properties in ``storage`` by their numbers. What is missing or of another type is "", b"" or None."""

    def __init__(self, storage: Storage, head: int, *, codec: str = "") -> None:
        self.storage = storage
        self._values: dict[int, tuple[int, bytes]] = {}
        table = storage.read(TABLE) or b""
        for offset in range(head, min(len(table) - 15, head + 16 * _MAX_VALUES), 16):
            kind, name = struct.unpack_from("<HH", table, offset)
            self._values[name] = kind, table[offset + 8 : offset + 16]
        #: How text without Unicode is read: as the message says that the file says.
        self.codec = codec or self.codepage(_MESSAGE_CODEPAGE) or self.codepage(_INTERNET_CODEPAGE) or "cp1252"

    def text(self, *names: int) -> str:
        """Return the first of the texts called ``names`` that is not empty."""
        for name in names:
            for kind, codec in ((_UNICODE, "utf-16-le"), (_STRING, self.codec)):
                value = self.storage.read(_STREAM.format(name, kind))
                found = decode_as(value, codec).text.rstrip("\0") if value else ""
                if found.strip():
                    return found
        return ""

    def binary(self, name: int) -> bytes:
        """Return bytes."""
        return self.storage.read(_STREAM.format(name, _BINARY)) or b""

    def object(self, name: int) -> Storage | None:
        """Return the storage of an object that lies in this one."""
        return self.storage.storages.get(_STREAM.format(name, _OBJECT))

    def number(self, name: int) -> int:
        """Return a number, 0 for none; of a flag 0 or 1."""
        kind, value = self._values.get(name, (0, b""))
        if kind == _LONG:
            return struct.unpack_from("<i", value)[0]
        return value[0] & 1 if kind == _BOOLEAN else 0

    def codepage(self, name: int) -> str:
        """Return the codec of a code page, "" where none is given, or one that nobody knows."""
        return codec_of_codepage(self.number(name)) or ""

    def time(self, *names: int) -> datetime | None:
        """Return the first of the times called ``names``."""
        for name in names:
            kind, value = self._values.get(name, (0, b""))
            ticks = struct.unpack_from("<Q", value)[0] if kind == _TIME else 0
            if 0 < ticks < 2**61:
                return _EPOCH + timedelta(microseconds=ticks // 10)
        return None
