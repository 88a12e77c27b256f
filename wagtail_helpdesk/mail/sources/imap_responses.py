"""Reads what imaplib returns for FETCH and SEARCH (RFC 3501 7.2.5, 7.4.2): pure functions.

A server may put answers in that nobody asked for (RFC 3501 7): somebody else read a mail, and its flags come along. So
nothing is taken by its place, all by its UID.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

_UID = re.compile(rb"[( ]UID (\d{1,10})(?=[ )]|$)", re.IGNORECASE)
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,18})", re.IGNORECASE)
_DATE = re.compile(
    rb'INTERNALDATE "([ \d]\d)-([A-Z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([-+])(\d\d)(\d\d)"', re.IGNORECASE
)
_QUOTED_BODY = re.compile(rb'BODY\[\](?:<\d+>)? "((?:[^"\\]|\\.)*)"', re.IGNORECASE | re.DOTALL)
_BEFORE_BODY = re.compile(rb"BODY\[\](?:<\d+>)? \{\d+\}$", re.IGNORECASE)
_MONTHS = (b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV", b"DEC")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a server says of one mail; None for what it did not say."""

    size: int | None = None
    received_at: datetime | None = None


@dataclass(slots=True)
class _Answer:
    """One FETCH response: its text without the literals, and each literal with the text before it."""

    text: bytes = b""
    literals: list[tuple[bytes, bytes]] = field(default_factory=list)

    @property
    def uid(self) -> int | None:
        match = _UID.search(self.text)
        return int(match[1]) if match else None

    @property
    def body(self) -> bytes | None:
        for before, literal in self.literals:
            if _BEFORE_BODY.search(before):
                return literal
        match = _QUOTED_BODY.search(self.text)
        return re.sub(rb"\\(.)", rb"\1", match[1], flags=re.DOTALL) if match else None


def find_body(data: Iterable[Any], uid: int) -> bytes | None:
    """Return the bytes that ``BODY[]`` of the mail ``uid`` has in ``data``; None where they are not among it."""
    for answer in _answers(data):
        if answer.uid == uid and answer.body is not None:
            return answer.body
    return None


def mentions(data: Iterable[Any], uid: int) -> bool:
    """Tell whether ``data`` says anything of the mail ``uid``: a server passes over the ones that are gone."""
    return any(answer.uid == uid for answer in _answers(data))


def read_facts(data: Iterable[Any]) -> dict[int, Facts]:
    """Return size and arrival of each mail that ``data`` tells of."""
    found: dict[int, Facts] = {}
    for answer in _answers(data):
        uid, size = answer.uid, _SIZE.search(answer.text)
        if uid is not None and size is not None:
            found[uid] = Facts(int(size[1]), read_date(answer.text))
    return found


def read_date(text: bytes) -> datetime | None:
    """Return the INTERNALDATE in ``text`` in UTC; None for none, and for one that no calendar has."""
    match = _DATE.search(text)
    if match is None or match[2].upper() not in _MONTHS:
        return None
    day, month, year = int(match[1]), _MONTHS.index(match[2].upper()) + 1, int(match[3])
    offset = timedelta(hours=int(match[8]), minutes=int(match[9])) * (-1 if match[7] == b"-" else 1)
    try:
        zone = timezone(offset)
        return datetime(year, month, day, int(match[4]), int(match[5]), int(match[6]), tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_uids(data: Iterable[Any]) -> list[int]:
    """Return the numbers of a SEARCH, ascending, each once; a server may split them over several lines."""
    words = (word for line in data if isinstance(line, bytes) for word in line.split())
    return sorted({int(word) for word in words if word.isdigit() and len(word) <= 10})


def _answers(data: Iterable[Any]) -> Iterator[_Answer]:
    """Put together what imaplib took apart: a tuple ends in a literal, and bytes end the response."""
    answer = _Answer()
    for item in data:
        if isinstance(item, tuple) and len(item) == 2:
            answer.text += item[0]
            answer.literals.append((item[0], item[1]))
        elif isinstance(item, bytes):
            answer.text += item
            yield answer
            answer = _Answer()
    if answer.literals:
        yield answer
