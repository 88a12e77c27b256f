"""The lines with which mail programs announce a quote: "On ... wrote:", header blocks, dividers."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from .delimiter import is_delimiter
from .languages import DIVIDERS, HEADERS, PREPOSITIONS, WEEKDAYS, WROTE
from .lines import Line

_MAX_LINES = 4
_MAX_CHARACTERS = 400
_MAX_HEADER_LINES = 14
_MAX_FOLDED = 4

_DATE_OR_TIME = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|(?<!\d)\d{1,2}[:.h]\d\d(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)"
)
_ADDRESS = re.compile(r"""([<(\[]?)[^\s@<>()\[\]"]{1,100}@[^\s@<>()\[\]"]{1,100}[>)\]"']*""")
_DATE_FIRST = re.compile(rf"(?:(?:{'|'.join(WEEKDAYS)})\w{{0,12}}[.,]{{0,2}}\s+)?\d")
# How far before its end the verb of an attribution may stand.
_NEAR_END = 40
_LONGEST_NAME = 60
_END = (":", "：", "----")  # noqa: RUF001 - the colon of Chinese and Japanese mail programs
_RULE = "-_=*—–─ \t"  # noqa: RUF001
_HEADER = re.compile(r"[\s*_>|]{0,20}([^:：]{1,30}?)[\s*_]{0,5}[:：]")  # noqa: RUF001


class Announcement(NamedTuple):
    """How many lines announce a quote, and whether they do so beyond doubt (with an address, or by their form)."""

    lines: int
    certain: bool


def announcement_at(lines: Sequence[Line], index: int) -> Announcement | None:
    """Return the announcement that begins with line `index`, or None."""
    text = lines[index].text
    if is_delimiter(text) or _is_divider(text):
        return Announcement(1, True)
    if length := _header_block(lines, index):
        return Announcement(length, True)
    return attribution_at(lines, index)


def attribution_at(lines: Sequence[Line], index: int) -> Announcement | None:
    """Return the "On ... wrote:" that begins with line `index`, over at most four lines; else None."""
    first = lines[index].text
    if len(first) > _MAX_CHARACTERS or not _DATE_OR_TIME.search(first):
        return _name_first(lines, index)
    for length in range(1, _MAX_LINES + 1):
        joined = _joined(lines, index, length)
        if joined is None:
            return None
        if joined.endswith(_END):
            return _judged(joined, length)
    return None


def _name_first(lines: Sequence[Line], index: int) -> Announcement | None:
    """Judge a line that begins with an address and has the date on the next one, as some languages have it."""
    if len(lines[index].text) > _MAX_CHARACTERS or "@" not in lines[index].text:
        return None
    joined = _joined(lines, index, 2)
    if joined is None or not joined.endswith(_END) or not _DATE_OR_TIME.search(joined):
        return None
    return _judged(joined, 2)


def _joined(lines: Sequence[Line], index: int, length: int) -> str | None:
    """Return `length` lines as one, or None where they cannot be one announcement."""
    part = lines[index : index + length]
    if len(part) < length or any(line.blank or line.repeated for line in part):
        return None
    joined = " ".join(line.text.strip() for line in part).strip("*_ \t\u00a0")
    return joined if len(joined) <= _MAX_CHARACTERS else None


def _judged(joined: str, length: int) -> Announcement | None:
    """Judge lines that hold a date and end with a colon: they may be an attribution or the writer's own words.

    With an address, nothing but a verb may follow it. Without a verb, the line must begin with the date.
    """
    folded = joined.casefold().rstrip(":：- ")  # noqa: RUF001
    addresses = list(_ADDRESS.finditer(folded))
    has_verb = any(verb in folded for verb in WROTE)
    if addresses:
        rest = folded[addresses[-1].end() :].strip()
        if rest and not any(verb in rest[-_NEAR_END:] for verb in WROTE):
            return None
    usual_start = folded.startswith(PREPOSITIONS) or _DATE_FIRST.match(folded)
    certain = joined.endswith("----") or any(address[0].endswith((">", ")", "]")) for address in addresses)
    if usual_start and has_verb:
        return Announcement(length, certain)
    if addresses and (_DATE_FIRST.match(folded) or _begins_with_name(folded, addresses[0])):
        return Announcement(length, certain)
    return None


def _begins_with_name(folded: str, address: re.Match[str]) -> bool:
    """Return True for "Name <address> date verb:", as in Turkish, Hungarian or Chinese."""
    after = folded[address.end() :]
    return bool(address[1]) and address.start() <= _LONGEST_NAME and bool(_DATE_OR_TIME.search(after))


def _is_divider(text: str) -> bool:
    """Return True for "--- Original message ---" and the like."""
    if len(text) > _MAX_CHARACTERS:
        return False
    stripped = text.strip()
    phrase = stripped.strip(_RULE).rstrip(":：").strip(_RULE).casefold()  # noqa: RUF001
    if phrase not in DIVIDERS:
        return False
    return stripped.startswith(("--", "__", "==", "*--", "**--", "——", "──")) or (
        stripped.endswith((":", "：")) and " " in phrase  # noqa: RUF001
    )


def _header_kind(text: str) -> str | None:
    """Return which header a line like "From: Jane" or "*Sent:* today" holds."""
    match = _HEADER.match(text)
    return HEADERS.get(match[1].casefold().strip()) if match else None


def _header_block(lines: Sequence[Line], index: int) -> int:
    """Return the length of the block of headers that begins with line `index`; 0 where there is none.

    A block names the sender, the date or the subject, and three different headers in all.
    """
    if _header_kind(lines[index].text) not in {"from", "sent"}:
        return 0
    kinds: set[str] = set()
    last = index
    folded = 0
    for position in range(index, min(index + _MAX_HEADER_LINES, len(lines))):
        line = lines[position]
        kind = None if line.repeated else _header_kind(line.text)
        if kind in kinds and kind != "cc":
            break
        if kind:
            kinds.add(kind)
            last = position
            continue
        folded += 1
        if folded > _MAX_FOLDED or (line.blank and len(kinds) >= 4):
            break
    if "from" in kinds and kinds & {"sent", "subject"} and len(kinds) >= 3:
        return last - index + 1
    return 0
