"""How much HTML the sanitiser is given.

nh3 cannot be interrupted, and its parser is quadratic for some shapes of input (nesting, attributes of one tag,
ampersands, content misplaced in tables). One linear look at the reduced source (`html_reducing`) decides beforehand.
Where this look can be deceived it counts too much, never too little: a message over a limit is shown as text, which is
harmless.
"""

from collections import Counter
from typing import NamedTuple

from .html_tokens import END, START, VOID, Token, attribute_count, names, tokenize


class Limits(NamedTuple):
    """The most that one document may hold."""

    characters: int = 1_048_576
    depth: int = 5_000
    attributes_of_a_tag: int = 300
    links: int = 5_000
    tags: int = 30_000
    ampersands: int = 200_000
    formatting_bytes: int = 20_000_000


#: For what arrives.
ARRIVING = Limits()
#: For what the sanitiser itself has made: it adds attributes to links, and escapes.
STORED = Limits(characters=6_000_000, depth=10_000, tags=60_000)

# Their start tag closes the one before, so they cannot nest without another element between them.
_AUTO_CLOSED = names("p li dt dd tr td th tbody thead tfoot colgroup rp rt")
# A parser opens these again in every following block while they have no end tag.
_FORMATTING = names("a b big code em font i s small strike strong tt u")
# An end tag does not reach beyond these.
_SCOPES = frozenset({"table", "caption"})
# How far down an end tag may reach to find its start tag. Further down it is taken for misplaced.
_REACH = 8
# A parser keeps at most this many equal formatting elements.
_EQUAL_FORMATTING = 3


def exceeds(document: str, limits: Limits) -> bool:
    """Return True where `document`, reduced, is more than nh3 should be given. Linear; never raises."""
    if len(document) > limits.characters or document.count("&") > limits.ampersands:
        return True
    load = _Load(document, limits)
    return any(load.too_much(token) for token in tokenize(document))


class _Load:
    """What a parser would have to carry after the tokens seen so far."""

    def __init__(self, document: str, limits: Limits) -> None:
        self.document = document
        self.limits = limits
        self.stack: list[tuple[str, str]] = []
        self.open_formatting: Counter[str] = Counter()
        self.open_formatting_bytes = 0
        self.formatting_bytes = 0
        self.tags = 0
        self.links = 0

    def too_much(self, token: Token) -> bool:
        """Take in `token`; return True where a limit is passed by it."""
        if token.kind == START:
            self._start(token)
            if self._attributes_exceed(token):
                return True
        elif token.kind == END:
            self._end(token)
        self.formatting_bytes += self.open_formatting_bytes
        limits = self.limits
        return (
            self.tags > limits.tags
            or len(self.stack) > limits.depth
            or self.links > limits.links
            or self.formatting_bytes > limits.formatting_bytes
        )

    def _attributes_exceed(self, token: Token) -> bool:
        most = self.limits.attributes_of_a_tag
        # The shortest attribute with its separator has two characters.
        return token.end - token.start > 2 * most and attribute_count(self.document[token.start : token.end]) > most

    def _start(self, token: Token) -> None:
        name = token.name
        self.tags += 1
        self.links += name == "a"
        if name in VOID or name in _AUTO_CLOSED:
            return
        source = ""
        if name in _FORMATTING:
            source = self.document[token.start : token.end]
            self.open_formatting[source] += 1
            if self.open_formatting[source] <= _EQUAL_FORMATTING:
                self.open_formatting_bytes += len(source)
        self.stack.append((name, source))

    def _end(self, token: Token) -> None:
        self.tags += 1
        for index in range(len(self.stack) - 1, max(-1, len(self.stack) - 1 - _REACH), -1):
            name, source = self.stack[index]
            if name == token.name:
                self._close(index, source)
                return
            if name in _SCOPES:
                return

    def _close(self, index: int, source: str) -> None:
        """Take element `index` off the stack. A block takes all inside it along; formatting leaves blocks open."""
        if not source:
            del self.stack[index:]
            return
        del self.stack[index]
        if self.open_formatting[source] <= _EQUAL_FORMATTING:
            self.open_formatting_bytes -= len(source)
        self.open_formatting[source] -= 1
