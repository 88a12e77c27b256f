"""Any HTML as the plain rich text that an article takes.

Everything is written anew from an allow-list, so that nothing of the source
survives but its words, its simple structure and its harmless links: no image,
no style, no address that loads by itself.
"""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

_HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "h5": "h3", "h6": "h3"}
_INLINE = {"b": "b", "strong": "b", "i": "i", "em": "i"}
_LISTS = frozenset({"ul", "ol"})
_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "textarea", "iframe", "object", "svg"})
_BREAKS = frozenset(
    {"address", "article", "aside", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "footer", "form"}
    | {"header", "hr", "main", "nav", "p", "pre", "section", "table", "td", "th", "tr"}
)
_LINK = re.compile(r"(?:https?://[^/\\?#\s]|mailto:|tel:)[^\s]*", re.IGNORECASE)
_SPACE = re.compile(r"[\s\u200b]+")
_MAX_CHARACTERS = 200_000


def to_rich_text(html: str) -> str:
    """Return ``html`` as balanced rich text: p, h2, h3, ul, ol, li, b, i, br and a. Never raises; linear."""
    writer = _Writer()
    writer.feed(html[:_MAX_CHARACTERS])
    writer.close()
    return writer.finish()


def text_to_rich_text(text: str) -> str:
    """Return plain text as rich text: an empty line ends a paragraph, a line end breaks the line."""
    paragraphs = [part.strip("\n") for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")) if part.strip()]
    return "".join(f"<p>{'<br/>'.join(escape(line.strip()) for line in part.splitlines())}</p>" for part in paragraphs)


class _Writer(HTMLParser):
    """Writes blocks one after another; a block never stands in another one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._block: list[str] = []
        self._has_words = False
        self._tag = "p"
        self._list = ""
        self._open_list = ""
        self._inline: list[str] = []
        self._link = ""
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self._break_line()
        elif tag in _INLINE:
            self._inline.append(_INLINE[tag])
        elif tag == "a":
            self._link = _link_attributes(dict(attrs))
        elif tag in _HEADINGS:
            self._start_block(_HEADINGS[tag])
        elif tag in _LISTS:
            self._start_block("p")
            self._list = tag
        elif tag == "li":
            self._start_block("li")
        elif tag in _BREAKS:
            self._start_block("li" if self._tag == "li" else "p")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _INLINE:
            if _INLINE[tag] in self._inline:
                self._inline.remove(_INLINE[tag])
        elif tag == "a":
            self._link = ""
        elif tag in _LISTS:
            self._start_block("p")
            self._list = ""
        elif tag == "li" or tag in _HEADINGS:
            self._start_block("p")
        elif tag in _BREAKS:
            self._start_block("li" if self._tag == "li" else "p")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        words = _SPACE.sub(" ", data)
        if not self._has_words:
            words = words.lstrip()
        if not words:
            return
        self._has_words = self._has_words or bool(words.strip())
        marks = list(dict.fromkeys(self._inline))
        opened = "".join(f"<{mark}>" for mark in marks)
        closed = "".join(f"</{mark}>" for mark in reversed(marks))
        inner = f"{opened}{escape(words)}{closed}"
        self._block.append(f"<a {self._link}>{inner}</a>" if self._link else inner)

    def _break_line(self) -> None:
        """A second line break in a row is the end of a paragraph, as people write mails."""
        if self._block and self._block[-1] == "<br/>" and self._tag == "p":
            self._start_block("p")
        elif self._has_words:
            self._block.append("<br/>")

    def _start_block(self, tag: str) -> None:
        while self._block and (self._block[-1] == "<br/>" or not self._block[-1].strip()):
            self._block.pop()
        if self._has_words:
            self._switch_list((self._list or "ul") if self._tag == "li" else "")
            self._out.append(f"<{self._tag}>{''.join(self._block).strip()}</{self._tag}>")
        self._block, self._has_words, self._tag = [], False, tag

    def _switch_list(self, wanted: str) -> None:
        if self._open_list != wanted:
            self._out.extend(f"</{self._open_list}>" for _ in range(bool(self._open_list)))
            self._out.extend(f"<{wanted}>" for _ in range(bool(wanted)))
            self._open_list = wanted

    def finish(self) -> str:
        """Close what is open and return the rich text."""
        self._start_block("p")
        self._switch_list("")
        return "".join(self._out)


def _link_attributes(attrs: dict[str, str | None]) -> str:
    """Return the attributes of a link that may stay: a page of this site as Wagtail stores it, or an address."""
    key = attrs.get("id") or ""
    if attrs.get("linktype") == "page" and key.isascii() and key.isdigit():
        return f'linktype="page" id="{key}"'
    address = (attrs.get("href") or "").strip()
    return f'href="{escape(address)}"' if _LINK.fullmatch(address) else ""
