"""Foreign HTML made harmless: the only place where a `CleanHtml` comes from.

nh3 is always the last step. It never sees more than `html_limits` allows, and what its attribute filter gives back for
an address is checked here once more, because nh3 trusts it.

What is stored keeps the addresses of remote images and of attached ones (`cid:`), so that a later look can show them;
`render_html()` decides what a page really gets, on every look.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString

from .characters import scrub
from .css import filter_style
from .html_limits import ARRIVING, STORED, Limits, exceeds
from .html_reducing import KNOWN_TAGS, NEVER_SHOWN, reduce_html
from .html_text import html_to_text
from .link_hosts import with_hosts
from .tracking_pixels import without_pixels

#: Raise this with every change of what `clean_html` lets through: stored HTML of older versions is made anew.
SANITIZER_VERSION = 1

_CELL = frozenset({"align", "bgcolor", "colspan", "height", "nowrap", "rowspan", "scope", "valign", "width"})
_BLOCK = frozenset({"align"})
_ATTRIBUTES = {
    "*": {"dir", "lang", "style", "title"},
    "a": {"href"},
    "img": {"align", "alt", "border", "height", "hspace", "src", "vspace", "width"},
    "table": {"align", "bgcolor", "border", "cellpadding", "cellspacing", "height", "width"},
    "tr": {"align", "bgcolor", "height", "valign"},
    "td": _CELL,
    "th": _CELL,
    "tbody": {"align", "valign"},
    "thead": {"align", "valign"},
    "tfoot": {"align", "valign"},
    "col": {"align", "span", "valign", "width"},
    "colgroup": {"align", "span", "valign", "width"},
    "font": {"color", "face", "size"},
    "hr": {"align", "color", "noshade", "size", "width"},
    "ol": {"reversed", "start", "type"},
    "ul": {"type"},
    "li": {"type", "value"},
    "time": {"datetime"},
} | dict.fromkeys(("caption", "div", "h1", "h2", "h3", "h4", "h5", "h6", "p"), _BLOCK)
_SCHEMES = frozenset({"http", "https", "mailto", "tel", "cid"})
_MAX_STYLES = 300_000

# "https:x" without slashes is relative for a browser that is on https already.
_WEB_ADDRESS = re.compile(r"https?://[^/\\?#]", re.IGNORECASE)
_LINK_ADDRESS = re.compile(r"(?:https?://[^/\\?#]|mailto:|tel:)", re.IGNORECASE)
#: A path on this site; browsers read "//" and "/\" as the beginning of another one.
_OWN_PATH = re.compile(r"/(?![/\\])")
_IGNORED_IN_ADDRESSES = re.compile(r"[\x00-\x1f]")
_CONTENT_ID_SAFE = "!$&'()*+,/:;=?@~"

_SEAL = object()

# Takes an image address, returns the one to use or None for none.
_ImageFilter = Callable[[str], str | None]


class CleanHtml(SafeString):
    """HTML that templates may print as it is. Only this module can make one; a pickled one comes back as a `str`."""

    __slots__ = ()

    def __new__(cls, value: str = "", *, seal: object = None) -> "CleanHtml":
        if seal is not _SEAL:
            raise TypeError("CleanHtml is made by wagtail_helpdesk.conversations.sanitising only.")
        return super().__new__(cls, value)

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str.__str__(self),)


class CleanResult(NamedTuple):
    """What `clean_html` made: the HTML to store, how many remote images it names, and whether it was too complex.

    Of too complex HTML nothing is left (`html` is empty): show the text of the message instead.
    """

    html: CleanHtml
    remote_images: int
    too_complex: bool


def clean_html(html: str) -> CleanResult:
    """Make foreign HTML harmless, for storing. Never raises; the time is bounded."""
    source = _prepared(html, ARRIVING)
    if source is None:
        return CleanResult(CleanHtml(seal=_SEAL), 0, True)
    remote: list[str] = []

    def keep(address: str) -> str | None:
        if content_id := _content_id(address):
            return _content_id_address(content_id)
        remote.extend(filter(None, [_remote_image(address)]))
        return _remote_image(address)

    cleaned = _clean(source, keep)
    if exceeds(cleaned, STORED):
        return CleanResult(CleanHtml(seal=_SEAL), 0, True)
    return CleanResult(cleaned, len(remote), False)


def render_html(
    stored: str, *, inline: Mapping[str, str], remote: Callable[[str], str] | None = None, explain_links: bool = False
) -> CleanHtml:
    """Make stored HTML ready for one look at it.

    `inline` maps content ids to the addresses under which we serve those images (absolute ones of http(s), or paths of
    our own), or to `cid:` addresses where they travel along; an image of another id loses its address. Remote images
    lose theirs too, unless `remote` gives the absolute http(s) address under which we serve what lies at the one it is
    given; images of one pixel stay away even then. With `explain_links` links say where they really lead
    (`link_hosts`). HTML that no `clean_html` can have made and that is too complex comes back empty. Never raises.
    """
    source = _prepared(stored, STORED)
    if source is None:
        return CleanHtml(seal=_SEAL)
    if remote is not None:
        source = without_pixels(source)
    if explain_links:
        source = with_hosts(source)

    def show(address: str) -> str | None:
        if content_id := _content_id(address):
            return _our_image(inline.get(content_id, ""))
        return _remote_image(remote(address)) if remote and _remote_image(address) else None

    return _clean(source, show, own_paths=_has_paths(inline))


def remote_addresses(stored: str) -> tuple[str, ...]:
    """Return the addresses of the remote images that `stored` names, each once, in order."""
    source = _prepared(stored, STORED)
    found: dict[str, None] = {}

    def collect(address: str) -> None:
        found.update(dict.fromkeys(filter(None, [_remote_image(address)])))

    if source is not None:
        _clean(without_pixels(source), collect)
    return tuple(found)


def used_content_ids(stored: str) -> frozenset[str]:
    """Return the content ids of the attached images that `stored` shows."""
    source = _prepared(stored, STORED)
    found: set[str] = set()

    def collect(address: str) -> None:
        found.update(filter(None, [_content_id(address)]))

    if source is not None:
        _clean(source, collect)
    return frozenset(found)


def clean_agent_html(html: str, *, inline: Mapping[str, str] | None = None) -> CleanHtml:
    """Make HTML that an agent wrote (or that we made from text) harmless: as `clean_html`, with https images only.

    `inline` as for `render_html`. HTML that is too complex comes back as escaped text, so that nothing written is lost.
    """
    source = _prepared(html, STORED)
    known = inline or {}

    def keep(address: str) -> str | None:
        if content_id := _content_id(address):
            return _our_image(known.get(content_id, ""))
        image = _remote_image(address)
        return image if image and image[:8].lower() == "https://" else None

    if source is None:
        return CleanHtml(f"<pre>{escape(html_to_text(html))}</pre>", seal=_SEAL)
    return _clean(source, keep, own_paths=_has_paths(known))


def join_clean(parts: Iterable[CleanHtml]) -> CleanHtml:
    """Return fragments that are clean, each balanced in itself, as one. Raises TypeError for any other string."""
    fragments = list(parts)
    if not all(isinstance(fragment, CleanHtml) for fragment in fragments):
        raise TypeError("Only CleanHtml can be joined to CleanHtml.")
    return CleanHtml("".join(fragments), seal=_SEAL)


def _prepared(html: str, limits: Limits) -> str | None:
    """Return foreign HTML as nh3 may have it, or None where it is more than `limits`."""
    if len(html) > limits.characters:
        return None
    source = reduce_html(scrub(html))
    return None if exceeds(source, limits) else source


def _clean(source: str, image: _ImageFilter, *, own_paths: bool = False) -> CleanHtml:
    """Run nh3 over `source`, which is within the limits.

    `own_paths`: `image` may give paths of this site. nh3 would drop them; what `source` itself holds of such addresses
    is dropped by our own filter, which lets nothing relative through.
    """
    styles_left = _MAX_STYLES

    def keep(tag: str, name: str, value: str) -> str | None:
        nonlocal styles_left
        if name == "style":
            styles_left -= len(value)
            return (filter_style(value) or None) if styles_left >= 0 else None
        if name == "src":
            return image(_address(value))
        if name == "href":
            address = _address(value)
            return address if _LINK_ADDRESS.match(address) else None
        return value

    cleaned = nh3.clean(
        source,
        tags=KNOWN_TAGS,
        clean_content_tags=NEVER_SHOWN,
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        url_schemes=_SCHEMES,
        url_relative="pass_through" if own_paths else "deny",
        link_rel="noopener noreferrer nofollow ugc",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return CleanHtml(cleaned, seal=_SEAL)


def _address(value: str) -> str:
    """Return an address as browsers read it: without control characters in it and spaces around it."""
    return _IGNORED_IN_ADDRESSES.sub("", value).strip(" ")


def _remote_image(address: str) -> str | None:
    return address if _WEB_ADDRESS.match(address) else None


def _has_paths(inline: Mapping[str, str]) -> bool:
    return any(_OWN_PATH.match(address) for address in inline.values())


def _our_image(address: str) -> str | None:
    """Return an address that we made ourselves for an image, None for "" and for what is no address of an image."""
    if content_id := _content_id(address):
        return _content_id_address(content_id)
    return address if _OWN_PATH.match(address) else _remote_image(address)


def _content_id(address: str) -> str:
    """Return the content id in a `cid:` address, decoded and without angle brackets; "" where it is none."""
    if address[:4].lower() != "cid:":
        return ""
    return scrub(unquote(address[4:])).strip().strip("<>")


def _content_id_address(content_id: str) -> str:
    return "cid:" + quote(content_id, safe=_CONTENT_ID_SAFE)
