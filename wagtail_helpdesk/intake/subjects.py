"""What two subjects of one conversation share."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ANSWERS = re.compile(
    r"\A(?:(?:re|aw|antw|sv|vs|res|rif|odp|ynt|回复|答复|返信)(?:\s?\[\d{1,3}\])?\s?[:\uff1a]\s*)+", re.IGNORECASE
)
_FORWARDS = re.compile(r"\A(?:(?:fwd?|wg|tr|enc|rv|i|vl|doorst|pd|ilt|转发|轉寄|転送)\s?[:\uff1a]\s*)+", re.IGNORECASE)


def normal_subject(subject: str) -> str:
    """Return a subject without "Re:" and "Fwd:" in front, case and needless white space; "" where nothing is left."""
    return " ".join(without_prefixes(subject).casefold().split())


def without_prefixes(subject: str) -> str:
    """Return a subject without "Re:" and "Fwd:" in front, in the words of several languages."""
    before = None
    while subject != before:
        before = subject
        subject = _FORWARDS.sub("", _ANSWERS.sub("", subject.strip()).strip())
    return subject


def is_other_subject(subject: str, known: Iterable[str]) -> bool:
    """Tell whether a message is about something else by its subject: none of those ``known`` stands in it."""
    wanted = normal_subject(subject)
    return bool(wanted) and not any(one in wanted for one in map(normal_subject, known) if one)


def is_answer(subject: str) -> bool:
    """Tell whether a mail program marked the subject as that of an answer."""
    return _ANSWERS.match(subject.strip()) is not None
