"""Plain text as HTML with links. The only module that uses bleach, and only its `linkify()`."""

from html import escape
from itertools import groupby

import bleach

from .characters import scrub
from .sanitising import CleanHtml, clean_agent_html, join_clean

#: Longer text gets no links, and neither does a line that holds a longer word.
MAX_LINKED_BYTES = 100_000
MAX_TOKEN_BYTES = 2_000
# bleach needs time quadratic in the length of a word; this is the sum of those squares it may spend.
_MAX_EFFORT = 30_000_000
# nh3 needs time quadratic in the number of "&" of one document.
_CHUNK = 50_000
# A space for bleach, and nothing that scrubbed text holds: without it bleach takes the ">" of "<https://...>" along.
_PART = "\x1f"
_NO_BREAK = "\u00a0"


def text_to_html(text: str) -> CleanHtml:
    """Return plain text as HTML: escaped, with paragraphs and line breaks as they are, web and mail addresses as links.

    Very long text is shown with line breaks only. Never raises; no character but control characters is lost.
    """
    text = scrub(text).strip("\n")
    if len(text.encode()) > MAX_LINKED_BYTES:
        pieces = (text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK))
        return join_clean(clean_agent_html(_spaced(piece).replace("\n", "<br>\n")) for piece in pieces)
    lines = _linked(text.split("\n"))
    paragraphs = ("<br>\n".join(group) for filled, group in groupby(lines, key=bool) if filled)
    return clean_agent_html("\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs))


def _linked(lines: list[str]) -> list[str]:
    """Return the lines as HTML, with links in those where looking for links is affordable."""
    effort = sum(len(word) ** 2 for line in lines for word in line.split() if len(word) <= MAX_TOKEN_BYTES)
    linked: list[str] = []
    for may_hold_link, group in groupby(lines, key=_may_hold_link):
        markup = "\n".join(_spaced(line) if line.strip() else "" for line in group)
        if may_hold_link and effort <= _MAX_EFFORT:
            parted = markup.replace("&lt;", f"{_PART}&lt;").replace("&gt;", f"{_PART}&gt;")
            markup = bleach.linkify(parted, parse_email=True).replace(_PART, "")
        linked += markup.split("\n")
    return linked


def _may_hold_link(line: str) -> bool:
    return "." in line and all(len(word.encode()) <= MAX_TOKEN_BYTES for word in line.split())


def _spaced(text: str) -> str:
    """Return `text` escaped, with indents and runs of spaces that a browser keeps."""
    text = text.replace("\t", "    ").replace("  ", f"{_NO_BREAK} ")
    if text.startswith(" "):
        text = _NO_BREAK + text[1:]
    return escape(text, quote=False)
