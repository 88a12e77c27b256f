"""The new words of an answer, apart from what it repeats. For display only: nothing is ever thrown away."""

from typing import NamedTuple

from ..html_tokens import TEXT, tokenize, unescape
from .cutting import Cut, Reason, find_cut
from .html_lines import html_lines
from .lines import text_lines


class ReplySplit(NamedTuple):
    """What `split_reply` found.

    `reply_text` and `reply_html_raw` are the new words, `quoted_text` the rest of the text; `certain` tells whether
    anything was split off at all or is known not to be there. `reply_html_raw` is as foreign as the HTML it comes from:
    sanitise it. Where the split is not certain both are the whole, and `reason` says why.
    """

    reply_text: str
    reply_html_raw: str
    quoted_text: str
    certain: bool
    reason: Reason


_MAX_LINES = 50_000
_MAX_TAGS = 60_000
_MAX_CHARACTERS = 1_100_000
_SPLITTING = frozenset({Reason.QUOTE, Reason.BARE_QUOTE, Reason.SIGNATURE})
_DOUBTFUL = frozenset({Reason.TEXT_AFTER_QUOTE, Reason.NOTHING_LEFT, Reason.NOT_LOSSLESS})


def split_reply(text: str, html: str) -> ReplySplit:
    """Split an answer into its new words and what it quotes.

    `text` is the whole plain text, `html` the raw HTML (its marks are needed, so it must not be sanitised yet); either
    may be empty. What is shown and what is hidden are together always the whole. Where one of the two forms has words
    after or between quotes both are shown whole. Never raises; linear, and what is very long is not split at all.
    """
    if text.count("\n") > _MAX_LINES or html.count("<") > _MAX_TAGS or max(len(text), len(html)) > _MAX_CHARACTERS:
        return ReplySplit(text, html, "", False, Reason.TOO_LONG)
    visible_text, hidden_text, text_reason = _split_text(text)
    visible_html, html_reason = _split_html(html)
    if html.strip() and text_reason == Reason.BARE_QUOTE and html_reason not in _SPLITTING:
        # ">" marks may come from an indented passage of the writer's own; the HTML knows better.
        visible_text, hidden_text, text_reason = text, "", Reason.NO_QUOTE
    reasons = [reason for part, reason in ((text, text_reason), (html, html_reason)) if part.strip()]
    for reason in reasons:
        if reason in _DOUBTFUL:
            return ReplySplit(text, html, "", False, reason)
    reason = next((reason for reason in reasons if reason in _SPLITTING), Reason.NO_QUOTE)
    return ReplySplit(visible_text, visible_html, hidden_text, True, reason)


def _split_text(text: str) -> tuple[str, str, Reason]:
    """Return the visible and the hidden part of plain text, and why."""
    lines = text_lines(text)
    cut = find_cut(lines)
    if cut.line == len(lines):
        return text, "", cut.reason
    start = lines[cut.line].start
    visible, hidden = text[:start].strip("\n"), text[start:].strip("\n")
    if _words(visible) + _words(hidden) != _words(text):
        return text, "", Reason.NOT_LOSSLESS
    return visible, hidden, cut.reason


def _split_html(html: str) -> tuple[str, Reason]:
    """Return the visible part of raw HTML, and why."""
    lines = html_lines(html)
    cut: Cut = find_cut(lines)
    if cut.line == len(lines):
        return html, cut.reason
    start = lines[cut.line].start
    visible = html[:start]
    if _html_words(visible) + _html_words(html[start:]) != _html_words(html):
        return html, Reason.NOT_LOSSLESS
    return visible, cut.reason


def _words(text: str) -> str:
    """Return `text` without white space."""
    return "".join(text.split())


def _html_words(html: str) -> str:
    return _words("".join(unescape(html[token.start : token.end]) for token in tokenize(html) if token.kind == TEXT))
