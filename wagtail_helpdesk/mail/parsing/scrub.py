"""Making decoded text safe to store: no NUL, no control characters, no lone surrogates."""

from __future__ import annotations

import re

# C0 without tab and newline, DEL, C1. NEL (U+0085) is a line end and becomes one before this runs.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|\r|\x85|\x0c|\u2028|\u2029")
# RFC 5322 folding white space is one space to a reader; so is a line end that came out of an encoded word.
_SPACES = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029 ]+")


def clean_text(text: str) -> str:
    """Return ``text`` with ``\\n`` as its only line end, without control characters and lone surrogates."""
    text = _LINE_ENDS.sub("\n", text)
    text = _CONTROLS.sub("", text)
    return _SURROGATES.sub("\ufffd", text)


def clean_line(text: str) -> str:
    """Return ``text`` as one line: runs of white space are one space, the ends are stripped, else as ``clean_text``."""
    text = _SPACES.sub(" ", text)
    text = _CONTROLS.sub("", text)
    return _SURROGATES.sub("\ufffd", text).strip()
