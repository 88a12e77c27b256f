"""format=flowed (RFC 3676): lines that the writer's client broke are joined again."""

from __future__ import annotations

import re

_QUOTES = re.compile(">+")
_SIGNATURE = "-- "


def unwrap_flowed(text: str, *, delete_space: bool) -> str:
    """Return ``text`` with soft line breaks removed, quote marks kept and space-stuffing undone.

    ``delete_space`` is the DelSp parameter: the space that marks a soft break is not part of the text.
    """
    out: list[str] = []
    open_depth = -1
    paragraph: list[str] = []
    for line in text.split("\n"):
        depth, content = _unquote(line)
        flows = content.endswith(" ") and content != _SIGNATURE
        if paragraph and (depth != open_depth or content == _SIGNATURE):
            # A soft break before another depth is the writer's mistake: the paragraph ends there all the same.
            out.append(_quoted(open_depth, "".join(paragraph)))
            paragraph = []
        paragraph.append(content[:-1] if flows and delete_space else content)
        open_depth = depth
        if not flows:
            out.append(_quoted(depth, "".join(paragraph)))
            paragraph = []
    if paragraph:
        out.append(_quoted(open_depth, "".join(paragraph)))
    return "\n".join(out)


def _unquote(line: str) -> tuple[int, str]:
    marks = _QUOTES.match(line)
    depth = marks.end() if marks else 0
    return depth, line[depth:].removeprefix(" ")


def _quoted(depth: int, content: str) -> str:
    return f"{'>' * depth} {content}" if depth else content
