"""The content of an S/MIME message that was signed as one piece (RFC 8551 3.5.2): readable, once it is unwrapped.

Only unwrapped: whether the signature is good is not looked at.
"""

from __future__ import annotations

PKCS7_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SEQUENCE, _OBJECT, _OCTETS, _OCTET_PIECES, _INSIDE = 0x30, 0x06, 0x04, 0x24, 0xA0
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")
_MAX_PIECES = 100_000


def signed_content(message: bytes) -> bytes | None:
    """Return the MIME entity inside a signed message in BER or DER (RFC 5652 5); None for anything else.

    Never raises; takes time in proportion to the length.
    """
    try:
        return _read(message)
    except (IndexError, ValueError):
        return None


def _read(message: bytes) -> bytes | None:
    inside = _Reader(message)
    inside.enter(_SEQUENCE)
    if inside.value(_OBJECT) != _SIGNED_DATA:
        return None
    inside.enter(_INSIDE)
    inside.enter(_SEQUENCE)
    # The version, and the digests that are used.
    inside.skip()
    inside.skip()
    inside.enter(_SEQUENCE)
    if inside.value(_OBJECT) != _DATA:
        return None
    inside.enter(_INSIDE)
    return inside.octets()


class _Reader:
    """Goes forward through nested values; ValueError or IndexError where something else is found."""

    def __init__(self, data: bytes) -> None:
        self.data, self.position = data, 0

    def enter(self, tag: int) -> None:
        """Go to the first value inside the one that begins here."""
        found, _length = self._head()
        if found != tag:
            raise ValueError("tag")

    def value(self, tag: int) -> bytes:
        """Return the bytes of the value here and go behind it."""
        found, length = self._head()
        if found != tag or length is None:
            raise ValueError("tag")
        return self._take(length)

    def skip(self) -> None:
        """Go behind the value here."""
        _found, length = self._head()
        if length is None:
            raise ValueError("length")
        self._take(length)

    def octets(self) -> bytes:
        """Return the octets here, whole or in pieces."""
        found, length = self._head()
        if found == _OCTETS and length is not None:
            return self._take(length)
        if found != _OCTET_PIECES:
            raise ValueError("tag")
        end = None if length is None else self.position + length
        pieces: list[bytes] = []
        for _count in range(_MAX_PIECES):
            at_end = self.data[self.position : self.position + 2] == b"\0\0" if end is None else self.position >= end
            if at_end:
                break
            pieces.append(self.value(_OCTETS))
        return b"".join(pieces)

    def _head(self) -> tuple[int, int | None]:
        """Return tag and length of the value here (None for one that ends with a mark) and go to its content."""
        tag, length = self.data[self.position], self.data[self.position + 1]
        self.position += 2
        if length == 0x80:
            return tag, None
        if length > 0x80:
            size = length & 0x7F
            if size > 4:
                raise ValueError("length")
            length = int.from_bytes(self._take(size), "big")
        return tag, length

    def _take(self, length: int) -> bytes:
        start, end = self.position, self.position + length
        if end > len(self.data):
            raise ValueError("length")
        self.position = end
        return self.data[start:end]
