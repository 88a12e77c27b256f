"""Where the signature at the end of the writer's own words begins."""

import re
from collections.abc import Sequence

from .languages import DEVICES, SENT_FROM
from .lines import Line

# A short dash line alone may also part two pieces of a letter: then what follows is too long for a signature.
_MAX_LINES_AFTER_DASHES = 12
_MAX_LINES_AFTER_DELIMITER = 40
# People write into the element of their signature, too.
_MAX_MARKED_CHARACTERS = 600
_MAX_DEVICE_CHARACTERS = 120
_MAX_ROUNDS = 4

_DECORATION = re.compile(r"[-_=*#~+.·ᐧ—–─\s]*")  # noqa: RUF001
_WEB_ADDRESS = re.compile(r"[<(\[]?https?://\S{1,500}")
_SENTENCE = re.compile(r"[,;!?]|\.\s")


def signature_start(lines: Sequence[Line], end: int) -> int:
    """Return where in `lines[:end]` the signature at their end begins; `end` where there is none."""
    for _ in range(_MAX_ROUNDS):
        trimmed = _without_decoration(lines, end)
        start = _one_signature(lines, trimmed)
        if start == trimmed:
            return trimmed
        end = start
    return end


def is_signature(lines: Sequence[Line]) -> bool:
    """Return True where nothing but a signature stands in `lines`."""
    for index, line in enumerate(lines):
        if is_delimiter_line(line.text):
            return True
        if not (line.signature or is_decoration(line.text) or is_device_line(line.text)):
            return False
        if index > _MAX_LINES_AFTER_DELIMITER:
            return False
    return True


def is_delimiter_line(text: str) -> bool:
    """Return True for the line of two dashes above a signature."""
    return text.strip() in {"--", "—"}


def is_decoration(text: str) -> bool:
    """Return True for blank lines and lines of dashes, stars and the like."""
    return _DECORATION.fullmatch(text) is not None


def is_device_line(text: str) -> bool:
    """Return True for "Sent from my iPhone" in many languages; not for a sentence that only begins like it."""
    if len(text) > _MAX_DEVICE_CHARACTERS + 500:
        return False
    words = _WEB_ADDRESS.sub("", text).strip(" \t*_.<>[]()\u00a0").casefold()
    return (
        len(words) <= _MAX_DEVICE_CHARACTERS
        and words.startswith(SENT_FROM)
        and any(device in words for device in DEVICES)
        and not _SENTENCE.search(words)
    )


def _without_decoration(lines: Sequence[Line], end: int) -> int:
    while end and is_decoration(lines[end - 1].text):
        end -= 1
    return end


def _one_signature(lines: Sequence[Line], end: int) -> int:
    """Return where the last signature of `lines[:end]` begins, whichever kind it is."""
    if not end:
        return end
    start = end
    while start and (lines[start - 1].signature or (start < end and lines[start - 1].blank)):
        start -= 1
    if start < end and sum(len(line.text) for line in lines[start:end]) <= _MAX_MARKED_CHARACTERS:
        return start
    if is_device_line(lines[end - 1].text):
        return end - 1
    filled = 0
    for index in range(end - 1, -1, -1):
        text = lines[index].text
        if is_delimiter_line(text):
            most = _MAX_LINES_AFTER_DELIMITER if text == "-- " else _MAX_LINES_AFTER_DASHES
            return index if filled <= most else end
        filled += not lines[index].blank
        if filled > _MAX_LINES_AFTER_DELIMITER:
            break
    return end
