"""Where links really lead: said where a link's words name another place than its address."""

import contextlib
import re
from html import escape
from urllib.parse import urlsplit

from .characters import scrub
from .html_tokens import END, START, TEXT, Token, attributes, names, tokenize, unescape

#: A longer text is no address, whatever stands in it.
_MAX_TEXT = 300
# A host among the words: something with a dot in it that ends in letters, behind a scheme or alone.
_HOST = re.compile(
    r"(?:https?:/{0,2}(?:[^\s/@]{1,80}@)?)?((?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24})(?=[:/?#.,;!)\s]|\Z)",
    re.IGNORECASE,
)
# Names of files and programs look like hosts. Only with a scheme or "www." are such words an address.
_FILE_ENDINGS = names(
    "pdf doc docx xls xlsx ppt pptx txt csv zip png jpg jpeg gif html htm xml json js py md eml ics exe"
)
_TWO_PART_ENDINGS = names("co com net org gov edu ac or ne go gob gouv govt nom web")


def with_hosts(html: str) -> str:
    """Return `html` with each web link's host as its title, and behind a link whose words name another host a mark
    with the real one. What comes out is as foreign as `html`: sanitise it afterwards. Linear; never raises."""
    if "href" not in html:
        return html
    out: list[str] = []
    link: _Link | None = None
    for token in tokenize(html):
        source = html[token.start : token.end]
        if token.kind == START and token.name == "a":
            link = _Link.read(source)
            source = link.tag if link else source
        elif token.kind == END and token.name == "a" and link is not None:
            source += link.mark()
            link = None
        elif token.kind == TEXT and link is not None:
            link.add(source)
        elif _is_block(token) and link is not None:
            link.add(" ")
        out.append(source)
    return "".join(out)


def real_host(address: str) -> str:
    """Return the host that a browser would go to for a web address, in lower case; "" for any other address."""
    try:
        parts = urlsplit(scrub(address).strip().replace("\\", "/"))
        host = parts.hostname or ""
    except ValueError:
        return ""
    return host.rstrip(".") if parts.scheme in ("http", "https") else ""


def named_host(words: str) -> str:
    """Return the host that the words of a link claim to lead to, in lower case; "" where they name none."""
    words = " ".join(words.split())
    if not words or len(words) > _MAX_TEXT:
        return ""
    match = _HOST.match(words) if " " not in words else _HOST.search(words)
    if match is None:
        return ""
    host = match[1].lower()
    explicit = match[0].lower().startswith(("http:", "https:")) or host.startswith("www.")
    ending = host.rpartition(".")[2]
    if " " in words and not explicit:
        # A sentence such as "see the report.Then" names nothing.
        return ""
    return "" if ending in _FILE_ENDINGS and not explicit else host


def is_same_place(named: str, real: str) -> bool:
    """Tell whether two hosts belong together: the same registered domain, as far as that can be told from names."""
    return _domain(named) == _domain(real)


def _domain(host: str) -> str:
    with contextlib.suppress(UnicodeError):
        host = host.encode("idna").decode("ascii")
    labels = host.split(".")
    size = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _TWO_PART_ENDINGS else 2
    return ".".join(labels[-size:])


def _is_block(token: Token) -> bool:
    return token.kind in (START, END) and token.name in {"br", "p", "div", "td"}


class _Link:
    """One open link: its start tag, where it leads, and what its words are so far."""

    def __init__(self, tag: str, host: str) -> None:
        self.tag, self.host = tag, host
        self.words: list[str] = []

    @classmethod
    def read(cls, tag: str) -> "_Link | None":
        host = real_host(attributes(tag).get("href", ""))
        if not host:
            return None
        # The first of two attributes with one name is the one that counts.
        return cls(f'{tag[:2]} title="{escape(host)}"{tag[2:]}', host)

    def add(self, source: str) -> None:
        self.words.append(unescape(source))

    def mark(self) -> str:
        named = named_host("".join(self.words)[: _MAX_TEXT + 1])
        if not named or is_same_place(named, self.host):
            return ""
        return f" <mark>→ {escape(self.host)}</mark>"
