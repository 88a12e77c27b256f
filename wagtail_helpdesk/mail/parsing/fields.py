"""The header block as raw fields: where it ends, and what stands in it, byte for byte."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .caps import Caps
from .outlook import as_mail, is_outlook_file

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_BLOCK_END = re.compile(rb"\n\r?\n")
_BLANK_LINES = re.compile(rb"(?:[ \t]*+\r?\n)*+")
_LINE_BREAKS = re.compile(rb"[\r\n\x00]+")
_MAX_LINES = 50_000
_MAX_PART_LINES = 500

#: What tells a mail from any other text; these are read even after the cap of the block is used up.
_ESSENTIAL = frozenset(
    {
        *("from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references"),
        *("return-path", "received", "delivered-to", "auto-submitted", "mime-version"),
        *("content-type", "content-transfer-encoding", "content-disposition"),
    }
)


@dataclass(frozen=True, slots=True)
class RawField:
    """One header field: the name in lower case, the unfolded value without line breaks and NUL."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class FieldBlock:
    """The fields of a header block, where the body begins, and what was wrong (codes)."""

    fields: tuple[RawField, ...]
    body_start: int
    problems: tuple[str, ...] = ()

    def first(self, name: str) -> bytes:
        """Return the value of the first field called ``name`` (lower case), or b""."""
        return next((field.value for field in self.fields if field.name == name), b"")

    def all(self, name: str) -> tuple[bytes, ...]:
        """Return the values of all fields called ``name`` (lower case), top to bottom."""
        return tuple(field.value for field in self.fields if field.name == name)


def open_source(raw: bytes, limit: int) -> bytes:
    """Return the mail ``raw`` as it is to be read: at most ``limit`` bytes, with LF or CRLF as its line ends.

    A file of Outlook's as the mail that it holds; ValueError where it holds none.
    """
    if is_outlook_file(raw):
        return as_mail(raw[:limit])
    raw = raw[:limit].removeprefix(codecs.BOM_UTF8)
    # Line ends of an old Macintosh. Beside real ones a CR is never a line end: it could smuggle in a header.
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def read_mail_fields(raw: bytes, caps: Caps) -> FieldBlock:
    """Return the header block of a whole mail. Text without any field that mails have is all body."""
    start = 0
    if raw.startswith((b"From ", b">From ")):
        start = raw.find(b"\n") + 1
    start = _BLANK_LINES.match(raw, start).end()
    block = _read(raw, start, len(raw), caps, _MAX_LINES)
    if not any(field.name in _ESSENTIAL for field in block.fields):
        return FieldBlock((), 0, ("no_headers",) if raw.strip() else ())
    return block


def read_part_fields(raw: bytes, start: int, end: int, caps: Caps) -> FieldBlock:
    """Return the header block of the MIME part at ``raw[start:end]``."""
    return _read(raw, start, end, caps, _MAX_PART_LINES)


def _read(raw: bytes, start: int, end: int, caps: Caps, max_lines: int) -> FieldBlock:
    lines, body_start, problems = _split_lines(raw, start, end, max_lines)
    fields: list[RawField] = []
    problems = set(problems)
    used = 0
    for pieces in lines:
        name, value, cut = _join(pieces, caps.header)
        if cut:
            problems.add("header_too_long")
        used += len(name) + len(value)
        if used > caps.header_block:
            problems.add("header_block_too_long")
            if name not in _ESSENTIAL or any(field.name == name for field in fields):
                continue
        fields.append(RawField(name, value))
    return FieldBlock(tuple(fields), body_start, tuple(sorted(problems)))


def _split_lines(raw: bytes, start: int, end: int, max_lines: int) -> tuple[list[list[bytes]], int, set[str]]:
    """Return the lines of each field, where the body begins, and problems."""
    found: list[list[bytes]] = []
    problems: set[str] = set()
    for number, (position, line, following) in enumerate(_lines(raw, start, end)):
        if number >= max_lines:
            problems.add("header_block_too_long")
            blank = _BLOCK_END.search(raw, position, end)
            return found, blank.end() if blank else end, problems
        if not line:
            return found, following, problems
        if line[:1] in b" \t" and found:
            found[-1].append(line)
        elif _FIELD.match(line):
            found.append([line])
        elif line.startswith(b">From ") and found:
            continue
        elif found and _is_lost_fold(raw, following, end):
            problems.add("malformed_header")
            found[-1].append(b" " + line)
        else:
            problems.add("no_blank_line")
            return found, position, problems
    return found, end, problems


def _lines(raw: bytes, start: int, end: int) -> Iterator[tuple[int, bytes, int]]:
    """Yield (position, line without its end, position of the next line)."""
    position = start
    while position < end:
        newline = raw.find(b"\n", position, end)
        following = newline + 1 if newline >= 0 else end
        line = raw[position : newline if newline >= 0 else end]
        yield position, line.removesuffix(b"\r"), following
        position = following


def _is_lost_fold(raw: bytes, position: int, end: int) -> bool:
    """Tell whether the header goes on at ``position``, so that the line before it only lost its leading space."""
    match = _FIELD.match(raw, position, end)
    name = match[1].decode("ascii").lower() if match else ""
    return name in _ESSENTIAL or name.startswith(("x-", "content-"))


def _join(pieces: list[bytes], limit: int) -> tuple[str, bytes, bool]:
    """Return name, unfolded value, and whether it was cut to ``limit`` bytes."""
    kept: list[bytes] = []
    size = 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size > limit:
            break
    name, _, value = b"".join(kept).partition(b":")
    # A bare CR would be a line end, and so a second header, to other readers; NUL is refused by databases.
    value = _LINE_BREAKS.sub(b" ", value[:limit]).strip()
    return name.strip().lower().decode("ascii"), value, size > limit
