"""HTML as lines, with what its elements say about them."""

import re
from typing import NamedTuple

from ..html_tokens import END, START, TEXT, VOID, Token, attributes, names, tokenize, unescape
from .lines import IMAGE, Line

_BREAKING = names(
    "address article aside blockquote body br center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr "
    "html li main nav ol p pre section table tbody td tfoot th thead tr ul"
)
# Elements that hold what is repeated, by class, by id, by other attributes.
_CONTAINER_CLASSES = names(
    "gmail_quote gmail_quote_container yahoo_quoted protonmail_quote tutanota_quote zmail_extra "
    "moz-forward-container ms-outlook-mobile-reference-message"
)
_CONTAINER_IDS = names("mail-editor-reference-message-container OLK_SRC_BODY_SECTION isForwardContent isReplyContent")
# Marks after which all is repeated.
_BOUNDARY_CLASSES = names("moz-cite-prefix OutlookMessageHeader gmail_attr")
_BOUNDARY_IDS = names("divRplyFwdMsg appendonsend stopSpelling reply-intro zwchr")
_OUTLOOK_RULE = re.compile(r"border-top:\s*solid\s+#(?:e1e1e1|b5c4df)\s", re.IGNORECASE)
_ZIMBRA_QUOTES = frozenset({"__QUOTED_TEXT__", "__HEADERS__", "__DIVIDER__"})
# Signatures.
_SIGNATURE_CLASSES = names("gmail_signature moz-signature protonmail_signature_block ms-outlook-mobile-signature")
# Not AppleMailSignature: that program lets people write inside of it.
_SIGNATURE_IDS = names("Signature ms-outlook-mobile-signature")
# Prefixes that webmail puts before the classes and ids of others: Hotmail, Yahoo, Outlook.
_FOREIGN_PREFIX = re.compile(r"^(?:ecx|x_|yiv\d+|ydp[0-9a-f]+)")
# How far up an end tag may close elements that were left open.
_REACH = 200

_QUOTE, _INDENT, _CONTAINER, _BOUNDARY, _SIGNATURE = "quote", "indent", "container", "boundary", "signature"


class _Element(NamedTuple):
    name: str
    mark: str


def html_lines(html: str) -> list[Line]:
    """Return the lines of `html` that hold words or images, with offsets into it. Linear; never raises."""
    builder = _Builder(html)
    for token in tokenize(html):
        builder.take(token)
    builder.end_line()
    return builder.lines


class _Builder:
    """Collects lines while the tokens of a document pass."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.lines: list[Line] = []
        self.pieces: list[str] = []
        self.start = 0
        self.stack: list[_Element] = []
        self.open_marks = dict.fromkeys((_QUOTE, _INDENT, _CONTAINER, _SIGNATURE), 0)
        self.boundary_start: int | None = None
        self.boundary = False

    def take(self, token: Token) -> None:
        """Take in the next token."""
        if token.kind == TEXT:
            self.words(unescape(self.html[token.start : token.end]), token.start)
        elif token.kind == START:
            self.open(token)
        elif token.kind == END:
            if token.name in _BREAKING:
                self.end_line()
            self.close(token.name)

    def words(self, text: str, start: int) -> None:
        """Add words to the current line."""
        if not text.strip():
            if self.pieces:
                self.pieces.append(" ")
            return
        if not self.pieces:
            self.start = start if self.boundary_start is None else self.boundary_start
            self.boundary, self.boundary_start = self.boundary_start is not None, None
        self.pieces.append(text)

    def end_line(self) -> None:
        """Finish the current line, if it holds anything."""
        if not self.pieces:
            return
        open_marks = self.open_marks
        self.lines.append(
            Line(
                " ".join("".join(self.pieces).split()),
                self.start,
                quoted=open_marks[_QUOTE] > 0,
                indented=open_marks[_INDENT] > 0,
                boundary=self.boundary,
                contained=open_marks[_CONTAINER] > 0,
                signature=open_marks[_SIGNATURE] > 0,
            )
        )
        self.pieces, self.boundary = [], False

    def open(self, token: Token) -> None:
        """Take in a start tag."""
        tag = self.html[token.start : token.end]
        mark = (
            _mark(token.name, attributes(tag)) if len(tag) > len(token.name) + 2 or token.name == "blockquote" else ""
        )
        if mark or token.name in _BREAKING:
            self.end_line()
        if mark in {_CONTAINER, _BOUNDARY} and self.boundary_start is None:
            self.boundary_start = token.start
        if token.name == "img":
            self.words(IMAGE, token.start)
        if token.name not in VOID:
            self.stack.append(_Element(token.name, mark))
            if mark in self.open_marks:
                self.open_marks[mark] += 1

    def close(self, name: str) -> None:
        """Take in an end tag: close the nearest open element of that name, and those left open in it."""
        lowest = max(0, len(self.stack) - _REACH)
        for index in range(len(self.stack) - 1, lowest - 1, -1):
            if self.stack[index].name == name:
                break
        else:
            return
        if any(element.mark for element in self.stack[index:]):
            self.end_line()
        for element in self.stack[index:]:
            if element.mark in self.open_marks:
                self.open_marks[element.mark] -= 1
        del self.stack[index:]


def _mark(name: str, found: dict[str, str]) -> str:
    """Return what an element with these attributes says about its content; "" for nothing."""
    classes = {_FOREIGN_PREFIX.sub("", value) for value in found.get("class", "").split()}
    identity = _FOREIGN_PREFIX.sub("", found.get("id", ""))
    marker = found.get("data-marker", "")
    if name == "blockquote":
        if found.get("type", "").lower() == "cite" or classes & _CONTAINER_CLASSES or marker == "__QUOTED_TEXT__":
            return _QUOTE
        return _INDENT
    if classes & _SIGNATURE_CLASSES or identity in _SIGNATURE_IDS or marker == "__SIG_POST__":
        return _SIGNATURE
    if classes & _CONTAINER_CLASSES or identity in _CONTAINER_IDS or found.get("name") == "quote":
        return _CONTAINER
    if classes & _BOUNDARY_CLASSES or identity in _BOUNDARY_IDS or marker in _ZIMBRA_QUOTES:
        return _BOUNDARY
    return _BOUNDARY if _OUTLOOK_RULE.search(found.get("style", "")) else ""
