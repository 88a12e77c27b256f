"""The text form of HTML: for search, lists, notifications, and wherever a message is not shown in its frame."""

import re
from collections.abc import Callable

from .characters import scrub
from .html_reducing import NEVER_SHOWN
from .html_tokens import END, RAW, START, TEXT, Token, attributes, names, tokenize, unescape

_BLOCKS = names(
    "address article aside body caption center dd details dir div dl dt fieldset figcaption figure footer form header "
    "hr html legend li main menu nav ol section summary table tbody tfoot thead tr ul blockquote"
)
_PARAGRAPHS = names("p h1 h2 h3 h4 h5 h6 pre")
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_SPACES = re.compile(r"[ \t\n\f\r\xa0]+")
# Deeper nesting is shown like this depth: thousands of marks before each line help nobody.
_MAX_MARKS = 20


def html_to_text(html: str) -> str:
    """Return the words of `html` as plain text with lines, list marks, "> " before quotes and addresses after links.

    Takes anything, never raises, needs linear time; scripts, styles and the title are left out.
    """
    source = scrub(html)
    writer = _Writer()
    for token in tokenize(source):
        writer.take(token, source)
    return writer.finish()


class _Writer:
    """Collects lines while the tokens of a document pass."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.blank_wanted = False
        self.space_wanted = False
        self.mark = ""
        self.quotes = 0
        self.quotes_before = 0
        self.preformatted = 0
        self.lists: list[int | None] = []
        self.link: tuple[str, int, int] | None = None

    def take(self, token: Token, source: str) -> None:
        """Take in the next token of `source`."""
        text = source[token.start : token.end]
        if token.kind == TEXT:
            self.text(unescape(text))
        elif token.kind == RAW and token.name not in NEVER_SHOWN:
            self.text(unescape(text) if token.name == "textarea" else text)
        elif token.kind == START:
            self.start(token.name, text)
        elif token.kind == END:
            self.end(token.name)

    def text(self, text: str) -> None:
        """Add running text."""
        text = scrub(text)
        if self.preformatted:
            first, *others = text.split("\n")
            self.words(first)
            for line in others:
                self.end_line(keep_empty=True)
                self.words(line)
            return
        collapsed = _SPACES.sub(" ", text)
        if collapsed.startswith(" "):
            self.space_wanted = True
        if words := collapsed.strip(" "):
            self.words(words)
            self.space_wanted = collapsed.endswith(" ")

    def words(self, words: str) -> None:
        """Put `words` on the current line, after its marks."""
        if not words:
            return
        if not self.line:
            if self.blank_wanted and self.lines and self.lines[-1].strip("> "):
                self.lines.append(_quote_marks(min(self.quotes, self.quotes_before)).rstrip())
            self.blank_wanted = False
            self.line.append(_quote_marks(self.quotes))
            self.quotes_before = self.quotes
            self.line.append("  " * min(max(len(self.lists) - 1, 0), _MAX_MARKS) + self.mark)
            self.mark = ""
        elif self.space_wanted:
            self.line.append(" ")
        self.space_wanted = False
        self.line.append(words)

    def end_line(self, keep_empty: bool = False) -> None:
        """Finish the current line; an empty one counts only with `keep_empty`."""
        if self.line:
            self.lines.append("".join(self.line).rstrip())
        elif keep_empty and self.lines and self.lines[-1].strip("> "):
            self.lines.append(_quote_marks(self.quotes).rstrip())
        self.line = []
        self.space_wanted = False

    def start(self, name: str, tag: str) -> None:
        """Take in a start tag."""
        if name in _PARAGRAPHS:
            self.paragraph()
        elif name in _BLOCKS:
            self.end_line()
        if handler := _ON_START.get(name):
            handler(self, tag)

    def end(self, name: str) -> None:
        """Take in an end tag."""
        if name in _PARAGRAPHS or (name in _LISTS and len(self.lists) <= 1) or name in {"blockquote", "table"}:
            self.paragraph()
        elif name in _BLOCKS:
            self.end_line()
        if name == "pre":
            self.preformatted = max(0, self.preformatted - 1)
        elif name == "blockquote":
            self.quotes = max(0, self.quotes - 1)
        elif name in _LISTS and self.lists:
            self.lists.pop()
        elif name in {"td", "th"} and self.line:
            self.line.append("\t")
        elif name == "a":
            self.end_link()

    def paragraph(self) -> None:
        """Finish the current line and want an empty one before the next."""
        self.end_line()
        self.blank_wanted = True

    def start_link(self, tag: str) -> None:
        self.end_link()
        address = attributes(tag).get("href", "").strip()
        if address.lower().startswith(("http://", "https://", "mailto:", "tel:")):
            self.link = address, len(self.lines), len(self.line)

    def end_link(self) -> None:
        """Write the address of the open link after its words, unless the words are the address."""
        if self.link is None:
            return
        address, line, position = self.link
        self.link = None
        words = "".join(self.line[position:]) if line == len(self.lines) else ""
        if (words.strip() or line < len(self.lines)) and _bare(words) != _bare(address):
            self.space_wanted = True
            self.words(f"<{address}>")

    def start_list_item(self, tag: str) -> None:
        number = self.lists[-1] if self.lists else None
        self.mark = "- " if number is None else f"{number}. "
        if number is not None:
            self.lists[-1] = number + 1

    def finish(self) -> str:
        """Return the text of all tokens taken in."""
        self.end_link()
        self.end_line()
        return "\n".join(self.lines).strip("\n")


def _quote_marks(depth: int) -> str:
    return "> " * min(depth, _MAX_MARKS)


def _bare(address: str) -> str:
    """Return what two spellings of one address have in common."""
    address = address.strip(" <>").lower()
    for scheme in ("mailto:", "tel:", "https://", "http://"):
        address = address.removeprefix(scheme)
    return address.rstrip("/")


def _start_image(writer: _Writer, tag: str) -> None:
    if alternative := _SPACES.sub(" ", scrub(attributes(tag).get("alt", ""))).strip():
        writer.words(f"[{alternative}]")


def _start_preformatted(writer: _Writer, tag: str) -> None:
    writer.preformatted += 1


def _start_quote(writer: _Writer, tag: str) -> None:
    writer.paragraph()
    writer.quotes += 1


def _start_ordered(writer: _Writer, tag: str) -> None:
    writer.lists.append(1)


def _start_unordered(writer: _Writer, tag: str) -> None:
    writer.lists.append(None)


_ON_START: dict[str, Callable[[_Writer, str], None]] = {
    "a": _Writer.start_link,
    "blockquote": _start_quote,
    "br": lambda writer, tag: writer.end_line(keep_empty=True),
    "img": _start_image,
    "li": _Writer.start_list_item,
    "ol": _start_ordered,
    "pre": _start_preformatted,
    "ul": _start_unordered,
    "menu": _start_unordered,
    "dir": _start_unordered,
}
