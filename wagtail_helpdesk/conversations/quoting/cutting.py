"""The rule: from which line on a message only repeats, and whether that is certain."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from .announcements import announcement_at, attribution_at
from .lines import Line
from .signatures import is_decoration, is_delimiter_line, is_signature, signature_start

# A divider, a block of headers, an attribution: more do not follow each other.
_MAX_ANNOUNCEMENTS = 4
_MAX_UNKNOWN = 3
_BROKEN_ADDRESS = re.compile(r"https?://\S+$")


class Reason(StrEnum):
    """Why a message is shown as it is."""

    NO_QUOTE = "no_quote"
    QUOTE = "quote"
    BARE_QUOTE = "bare_quote"
    SIGNATURE = "signature"
    TEXT_AFTER_QUOTE = "text_after_quote"
    NOTHING_LEFT = "nothing_left"
    NOT_LOSSLESS = "not_lossless"
    TOO_LONG = "too_long"


class Cut(NamedTuple):
    """The first line to hide (the number of lines for none) and why."""

    line: int
    reason: Reason


class _Tail(NamedTuple):
    """Where the repeated part begins, where its announcements end, and whether anything announces it at all."""

    start: int
    body: int
    announced: bool


def find_cut(lines: Sequence[Line]) -> Cut:
    """Return from which line on `lines` hold only what was quoted, and the signature above it.

    No line with a word of the writer's own comes after the cut: where words stand after or between quotes, and where
    nothing would be left to see, nothing is cut.
    """
    everything = len(lines)
    tail = _find_tail(lines)
    if tail is None:
        start = signature_start(lines, everything)
        if all(line.blank for line in lines[start:]) or _without_words(lines[:start]):
            return Cut(everything, Reason.NO_QUOTE)
        return Cut(start, Reason.SIGNATURE)
    if _writes_below(lines, tail):
        return Cut(everything, Reason.TEXT_AFTER_QUOTE)
    start = signature_start(lines, tail.start)
    if _without_words(lines[:start]):
        start = tail.start
    if _without_words(lines[:start]):
        return Cut(everything, Reason.NOTHING_LEFT)
    return Cut(start, Reason.QUOTE if tail.announced else Reason.BARE_QUOTE)


def _without_words(lines: Sequence[Line]) -> bool:
    return all(is_decoration(line.text) for line in lines)


def _find_tail(lines: Sequence[Line]) -> _Tail | None:
    """Return the first place where a quote begins or is announced."""
    for index, line in enumerate(lines):
        if line.blank:
            continue
        if line.boundary:
            return _Tail(index, _body(lines, index), True)
        if line.quoted:
            return _Tail(index, index, False)
        found = None if line.indented else announcement_at(lines, index)
        if found:
            body = _body(lines, index)
            if found.certain or (body < len(lines) and (lines[body].repeated or lines[body].boundary)):
                return _Tail(index, body, True)
    return None


def _body(lines: Sequence[Line], index: int) -> int:
    """Return the first line after all that announces the quote which begins at `index`."""
    if lines[index].boundary and not announcement_at(lines, index):
        # Announced in a language we do not know: a line or two, where marks follow.
        near = [_next_filled(lines, index + step) for step in range(1, _MAX_UNKNOWN + 1)]
        return next((line for line in near if line < len(lines) and lines[line].repeated), index)
    for _ in range(_MAX_ANNOUNCEMENTS):
        found = None if index == len(lines) or lines[index].repeated else announcement_at(lines, index)
        if found is None:
            break
        index = _next_filled(lines, index + found.lines)
    return index


def _next_filled(lines: Sequence[Line], index: int) -> int:
    while index < len(lines) and lines[index].blank:
        index += 1
    return index


def _writes_below(lines: Sequence[Line], tail: _Tail) -> bool:
    """Return True where the writer's own words may stand after or between what is quoted."""
    if tail.body == len(lines):
        return False
    if lines[tail.start].contained:
        return _own_words(lines, tail.start, _first_repeated(lines, tail.start))
    if not lines[tail.body].repeated:
        # Quoted without any mark: nothing tells whose words are whose, and programs that do so put all of it below.
        return False
    return _own_words(lines, tail.start, tail.body)


def _first_repeated(lines: Sequence[Line], start: int) -> int:
    """Return the first marked line of the element that begins with line `start`, or where that element ends."""
    index = start
    while index < len(lines) and lines[index].contained and not lines[index].repeated:
        index += 1
    return index


def _own_words(lines: Sequence[Line], start: int, first: int) -> bool:
    """Return True where a line from `first` on is neither quoted, nor announces a quote, nor belongs to a signature."""
    marked = any(line.repeated for line in lines[start:] if line.contained)
    index = first
    while index < len(lines):
        line = lines[index]
        if is_delimiter_line(line.text):
            return any(other.repeated for other in lines[index:])
        if line.repeated or is_decoration(line.text) or (line.contained and not marked) or _wraps(lines, index):
            index += 1
        elif attribution := attribution_at(lines, index):
            index += attribution.lines
        else:
            rest = [other for other in lines[index:] if not other.repeated]
            return any(other.repeated for other in lines[index:]) or not is_signature(rest)
    return False


def _wraps(lines: Sequence[Line], index: int) -> bool:
    """Return True where the line is the rest of a web address that was broken at the end of a quoted line."""
    before = lines[index - 1]
    return before.quoted and " " not in lines[index].text.strip() and bool(_BROKEN_ADDRESS.search(before.text[-500:]))
