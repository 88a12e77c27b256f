"""Does the plain text of a mail say what its HTML says?"""

from __future__ import annotations

import re

_REACH = 200_000
_NOT_SHOWN = re.compile(r"<(style|script|head|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_ENTITY = re.compile(r"&(?:#?\w{1,10});")
_SPACE = re.compile(r"\s+")
_PICTURE = re.compile(r"<img\b", re.IGNORECASE)

_SHORTEST_HTML = 40
_SMALLEST_SHARE = 0.1
_LONGEST_PHRASE = 600
# A short text that speaks of HTML or of a browser, beside an HTML part that says more, is a notice of the sender's
# program. The words are the same in most languages.
_NOTICE = re.compile(
    r"\bx?html\b|\bbrowser\b|\bnavegador\b|\bnavigateur\b|\bwebversion\b|\bonline.?version\b", re.IGNORECASE
)


def is_stub(text: str, html: str) -> bool:
    """Tell whether ``text`` is missing, or so little of what ``html`` says that a reader must be shown the latter."""
    written = len(_SPACE.sub("", text))
    shown = visible_length(html)
    if not written:
        return shows_something(html)
    if shown < _SHORTEST_HTML:
        return False
    if written < shown * _SMALLEST_SHARE:
        return True
    return len(text) <= _LONGEST_PHRASE and shown >= 2 * written and _NOTICE.search(text) is not None


def shows_something(html: str) -> bool:
    """Tell whether a reader of ``html`` sees words or a picture."""
    return visible_length(html) > 0 or _PICTURE.search(html, 0, _REACH) is not None


def visible_length(html: str) -> int:
    """Return roughly how many characters other than white space a reader of ``html`` sees."""
    return len(_SPACE.sub("", rough_text(html)))


def rough_text(html: str) -> str:
    """Return roughly the words of ``html``: enough to measure and to look for phrases, not to be shown."""
    shown = _NOT_SHOWN.sub("", html[:_REACH])
    return _ENTITY.sub("x", _TAG.sub("", shown).replace("&nbsp;", " "))
