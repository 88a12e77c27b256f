"""The line that our own mails put above the history they quote."""

import re

# An attribute or a comment in the HTML would not survive other mail programs; these characters do.
_OPENING, _CLOSING = "##-", "-##"

#: Finds the line whatever the language of the words in it, also where a mail program wrapped it.
OUR_DELIMITER = re.compile(rf"[\s>|*_]{{0,40}}{_OPENING} \S")


def reply_delimiter(translated_text: str) -> str:
    """Return the line to print above quoted history, around a text in the reader's language."""
    return f"{_OPENING} {' '.join(translated_text.split())} {_CLOSING}"


def is_delimiter(line: str) -> bool:
    """Return True where `line` is, or begins, a line made by `reply_delimiter`."""
    return OUR_DELIMITER.match(line) is not None
