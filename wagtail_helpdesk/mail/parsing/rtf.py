"""Rich text as Outlook packs it: compressed ([MS-OXRTFCP]), and HTML wrapped in it ([MS-OXRTFEX])."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace
from html import escape
from itertools import islice

from .charset_labels import codec_for
from .charsets import decode_as
from .scrub import clean_text

#: Bytes of unpacked RTF, and words, signs and braces in it; more is a bomb, or a picture.
MAX_BYTES = 2 * 1024 * 1024
MAX_TOKENS = 200_000
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096
_COMPRESSED, _PLAIN = b"LZFu", b"MELA"

_TOKEN = re.compile(
    rb"\\(?P<word>[a-z]{1,32})(?P<number>-?\d{1,9})? ?|\\'(?P<byte>[0-9a-f]{2})|\\(?P<sign>[^a-z])"
    rb"|(?P<brace>[{}])|[\r\n]+|(?P<words>[^\\{}\r\n]+)",
    re.IGNORECASE | re.DOTALL,
)
#: Groups whose content is not for readers.
_UNREAD = frozenset(
    (
        b"fonttbl colortbl stylesheet info pict object objdata header headerl headerr footer footerl footerr generator "
        b"listtable listoverridetable rsidtbl themedata xmlnstbl bkmkstart bkmkend fldinst"
    ).split()
)
_SIGNS = {
    b"par": "\n",
    b"line": "\n",
    b"tab": "\t",
    b"cell": "\t",
    b"row": "\n",
    b"lquote": "\u2018",
    b"rquote": "\u2019",
    b"ldblquote": "\u201c",
    b"rdblquote": "\u201d",
    b"bullet": "\u2022",
    b"endash": "\u2013",
    b"emdash": "\u2014",
}
_MAX_DEPTH = 2_000


def decompress_rtf(data: bytes) -> bytes:
    """Return compressed RTF unpacked, at most MAX_BYTES. ValueError for what is none; cut data give what is there."""
    if len(data) < 16:
        raise ValueError("rtf")
    size, magic = struct.unpack_from("<I4s", data, 4)
    if magic == _PLAIN:
        return data[16 : 16 + size]
    if magic != _COMPRESSED:
        raise ValueError("rtf")
    return bytes(_Unpacking(data).run())


class _Unpacking:
    """The state of one decompression: what comes out, and the window that references look back into."""

    def __init__(self, data: bytes) -> None:
        self.data, self.position = data, 16
        self.window = bytearray(_DICTIONARY.ljust(_WINDOW, b"\0"))
        self.at = len(_DICTIONARY)
        self.out = bytearray()

    def run(self) -> bytearray:
        while self.position < len(self.data) and len(self.out) < MAX_BYTES:
            control = self.data[self.position]
            self.position += 1
            if not all(self._reference() if control >> bit & 1 else self._byte() for bit in range(8)):
                break
        return self.out

    def _reference(self) -> bool:
        """Repeat what stands in the window; False at the end."""
        pair = self.data[self.position : self.position + 2]
        self.position += 2
        if len(pair) < 2:
            return False
        source, length = (pair[0] << 8 | pair[1]) >> 4, (pair[1] & 0xF) + 2
        if source == self.at:
            return False
        for step in range(length):
            self._put(self.window[(source + step) % _WINDOW])
        return True

    def _byte(self) -> bool:
        if self.position >= len(self.data):
            return False
        self._put(self.data[self.position])
        self.position += 1
        return True

    def _put(self, byte: int) -> None:
        self.out.append(byte)
        self.window[self.at] = byte
        self.at = (self.at + 1) % _WINDOW


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds inside one pair of braces."""

    unread: bool = False
    #: A tag of the HTML that is wrapped in the RTF.
    tag: bool = False
    #: Only for readers of RTF, not of the HTML.
    rtf_only: bool = False
    #: How many characters stand in for one that is given by number.
    stand_ins: int = 1


def read_rtf(data: bytes) -> tuple[str, str]:
    """Return the words of RTF as text, and the HTML that is wrapped in it, "" for none. Linear; never raises."""
    reader = _Reader(has_html=b"\\fromhtml1" in data[:_WINDOW])
    for match in islice(_TOKEN.finditer(data[:MAX_BYTES]), MAX_TOKENS):
        reader.take(match)
    reader.flush()
    return _joined(reader.text), _joined(reader.html)


def _joined(pieces: list[str]) -> str:
    """Return the pieces as one text; characters that RTF gives as two halves are whole again."""
    joined = "".join(pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return clean_text(joined).strip()


class _Reader:
    def __init__(self, *, has_html: bool) -> None:
        self.has_html = has_html
        self.codec = "cp1252"
        self.group = _Group()
        self.stack: list[_Group] = []
        self.text: list[str] = []
        self.html: list[str] = []
        self.pending = bytearray()
        self.to_skip = 0
        self.optional = False

    def take(self, match: re.Match[bytes]) -> None:
        """Take in the next token."""
        if match["byte"] is not None:
            self._bytes(bytes([int(match["byte"], 16)]))
            return
        if match["words"] is not None:
            self._bytes(match["words"])
            return
        self.flush()
        if match["brace"] is not None:
            self._brace(match["brace"])
        elif match["word"] is not None:
            self._word(match["word"].lower(), int(match["number"]) if match["number"] else None)
        elif match["sign"] is not None:
            self._sign(match["sign"])

    def flush(self) -> None:
        """Write the bytes that are waiting: those of one character may come in several tokens."""
        if self.pending:
            words = decode_as(bytes(self.pending), self.codec).text
            self.pending.clear()
            self._write(words)

    def _bytes(self, found: bytes) -> None:
        skipped = min(self.to_skip, len(found))
        self.to_skip -= skipped
        self.pending += found[skipped:]

    def _brace(self, brace: bytes) -> None:
        self.optional, self.to_skip = False, 0
        if brace == b"{" and len(self.stack) < _MAX_DEPTH:
            self.stack.append(self.group)
        elif brace == b"}" and self.stack:
            self.group = self.stack.pop()

    def _word(self, word: bytes, number: int | None) -> None:
        optional, self.optional = self.optional, False
        if word == b"htmltag":
            self.group = replace(self.group, tag=True)
        elif optional or word in _UNREAD:
            self.group = replace(self.group, unread=True)
        elif word == b"htmlrtf":
            self.group = replace(self.group, rtf_only=number != 0)
        elif word == b"ansicpg" and number:
            self.codec = codec_for(f"cp{number}") or self.codec
        elif word == b"uc" and number is not None:
            self.group = replace(self.group, stand_ins=min(max(number, 0), 10))
        elif word == b"u" and number is not None:
            self._write(chr(number % 0x10000))
            self.to_skip = self.group.stand_ins
        elif word in _SIGNS:
            self._write(_SIGNS[word])

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self.optional = True
        elif sign in (b"\\", b"{", b"}"):
            self._bytes(sign)
        elif sign == b"~":
            self._write("\u00a0")
        elif sign in (b"\r", b"\n"):
            self._write("\n")

    def _write(self, words: str) -> None:
        group = self.group
        if group.unread:
            return
        if group.tag:
            self.html.append(words)
            return
        self.text.append(words)
        if self.has_html and not group.rtf_only:
            self.html.append(escape(words, quote=False))
