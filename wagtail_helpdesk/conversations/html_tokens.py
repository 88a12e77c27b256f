"""A linear tokenizer for foreign HTML, with offsets.

`html.parser` of the standard library needs quadratic time for broken input (75 KB of "<a " take it most of a minute),
and a message is foreign input. This one follows the tokenizer of the HTML standard closely enough to agree with
browsers and with nh3 on where tags begin and end. It never decides what is safe: that is the sanitiser's work.
"""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

TEXT, START, END, COMMENT, RAW = "text", "start", "end", "comment", "raw"


def names(words: str) -> frozenset[str]:
    """Return the words of a string of names."""
    return frozenset(words.split())


#: Elements that never have an end tag.
VOID = names("area base br col embed frame hr img input link meta param source track wbr")

#: Elements whose content is text up to their own end tag.
RAW_TEXT = names("script style title textarea xmp iframe noembed noframes")

# Possessive quantifiers throughout: no input can make them go back over what they have read.
_ATTRIBUTE = r"""([^\s/>][^\s/>=]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|(?=>)|([^\s>"'][^\s>]*+)))?+"""
_SILENT_ATTRIBUTE = re.sub(r"\((?!\?)", "(?:", _ATTRIBUTE)
_TAG = re.compile(rf"</?([a-zA-Z][^\s/>]*+)(?:[\s/]*+{_SILENT_ATTRIBUTE})*+[\s/]*+>", re.ASCII)
_LOOSE_TAG = re.compile(r"</?([a-zA-Z][^\s/>]*+)[^>]*+>", re.ASCII)
_ATTRIBUTES = re.compile(rf"[\s/]*+{_ATTRIBUTE}", re.ASCII)
_COMMENT_END = re.compile(r"--!?>")
_RAW_END = {name: re.compile(rf"</{name}(?=[\s/>])", re.ASCII | re.IGNORECASE) for name in RAW_TEXT}

# html.unescape() hands the digits to int(), which refuses very long numbers and is slow for long ones.
_ENDLESS_REFERENCE = re.compile(r"&#(?:[0-9]{9,}+|[xX][0-9a-fA-F]{9,}+);?")


class Token(NamedTuple):
    """One piece of a document: `html[start:end]`, with the lower-case element name for start, end and raw tokens."""

    kind: str
    name: str
    start: int
    end: int


def unescape(text: str) -> str:
    """Return `text` with its character references resolved. Never raises."""
    return html.unescape(_ENDLESS_REFERENCE.sub("\ufffd", text))


def attribute_count(tag: str) -> int:
    """Return how many attributes the source text of one start tag holds, repeated ones included."""
    return sum(1 for _ in _ATTRIBUTES.finditer(tag, _name_end(tag), len(tag) - 1))


def attributes(tag: str) -> dict[str, str]:
    """Return the attributes in the source text of one start tag: lower-case names, values unescaped, the first of
    repeated names. An attribute without a value has the value ""."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTES.finditer(tag, _name_end(tag), len(tag) - 1):
        name, *values = match.groups()
        found.setdefault(name.lower(), unescape(next((value for value in values if value), "")))
    return found


def _name_end(tag: str) -> int:
    """Return where the element name ends in the source text of one start tag."""
    match = _LOOSE_TAG.match(tag)
    return match.end(1) if match else len(tag)


def tokenize(document: str) -> Iterator[Token]:
    """Yield the tokens of `document` in order, without gaps: joined they are the whole document again.

    Never raises; the time is linear in the length. Where a browser would drop the rest of a document (a comment, tag
    or raw-text element without an end) the rest is read as ordinary content instead: no words may get lost by it.
    """
    return _Scanner(document).tokens()


class _Scanner:
    """The state of one pass: what the rest of the document is known not to hold is never looked for again."""

    def __init__(self, document: str) -> None:
        self.document = document
        self.tag = _TAG
        self.comments_end = True
        self.last_greater_than = document.rfind(">")
        self.unclosed: set[str] = set()

    def tokens(self) -> Iterator[Token]:
        document, text_start, position = self.document, 0, 0
        while (less_than := document.find("<", position)) >= 0:
            token = self._markup(less_than)
            if token is None:
                position = less_than + 1
                continue
            if text_start < less_than:
                yield Token(TEXT, "", text_start, less_than)
            yield token
            text_start = position = token.end
            if token.kind == START and token.name in RAW_TEXT and (raw := self._raw(token)):
                yield raw
                text_start = position = raw.end
        if text_start < len(document):
            yield Token(TEXT, "", text_start, len(document))

    def _markup(self, start: int) -> Token | None:
        """Return the tag or comment that begins at `start`, or None where the "<" is only text."""
        if start > self.last_greater_than:
            return None
        following = self.document[start + 1 : start + 3]
        first = following.removeprefix("/")[:1]
        if first.isascii() and first.isalpha():
            return self._tag_token(start)
        return self._comment(start) if following[:1] in {"!", "?", "/"} else None

    def _tag_token(self, start: int) -> Token:
        match = self.tag.match(self.document, start)
        if match is None and self.tag is _TAG:
            # A quote or tag that never ends: from here on a tag is what ends at the next ">".
            self.tag = _LOOSE_TAG
            match = self.tag.match(self.document, start)
        kind = END if self.document[start + 1] == "/" else START
        return Token(kind, match[1].lower(), start, match.end())

    def _comment(self, start: int) -> Token:
        if self.document.startswith("<!--", start):
            if self.document.startswith((">", "->"), start + 4):
                return Token(COMMENT, "", start, self.document.index(">", start) + 1)
            end = _COMMENT_END.search(self.document, start + 4) if self.comments_end else None
            if end:
                return Token(COMMENT, "", start, end.end())
            self.comments_end = False
        return Token(COMMENT, "", start, self.document.index(">", start) + 1)

    def _raw(self, tag: Token) -> Token | None:
        """Return the raw text after the start tag `tag`, or None where it is empty or never ends."""
        if tag.name in self.unclosed:
            return None
        end = _RAW_END[tag.name].search(self.document, tag.end)
        if end is None:
            self.unclosed.add(tag.name)
            return None
        return Token(RAW, tag.name, tag.end, end.start()) if end.start() > tag.end else None
