"""Message-IDs, and the headers that list them."""

from __future__ import annotations

import re

from .encoded_words import decode_value

_BRACKETED = re.compile(r"<([^<>]{1,998})>")
_SPACES = re.compile(r"\s+")


def parse_message_ids(value: bytes) -> tuple[str, ...]:
    """Return the Message-IDs of a header ``value`` without their brackets, in order; never raises.

    Anything may stand between the brackets (Exchange writes ``<[...]>``), also folds of clients that break long values.
    Without brackets a lone word counts, words around brackets ("your message of ...") do not.
    """
    text = decode_value(value)
    found = [_SPACES.sub("", inner) for inner in _BRACKETED.findall(text)]
    found = [message_id for message_id in found if message_id]
    if found or ("<" in text and ">" in text):
        return tuple(found)
    words = [word.strip("<>") for word in text.split(" ")]
    if len(words) == 1 or all("@" in word for word in words):
        return tuple(word for word in words if 0 < len(word) <= 998)
    return ()
