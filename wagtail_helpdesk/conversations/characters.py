"""Characters that foreign text may hold and that no database, parser or screen should meet."""

import re

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def scrub(text: str) -> str:
    """Return `text` without control characters, with U+FFFD for lone surrogates and one kind of line end (LF).

    Tabs and line ends stay. PostgreSQL refuses NUL, and a lone surrogate cannot be encoded at all.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSTORABLE.sub(lambda match: "\ufffd" if match[0] >= "\ud800" else "", text)
