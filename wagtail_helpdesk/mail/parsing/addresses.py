"""Mailboxes in headers: as mail clients show them, not as the grammar would have them.

The angle address is the sender and everything before it a name, even where the name looks like another address; what
has no valid address is left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from wagtail_helpdesk.addresses import normalise_address

from .charset_detection import Detector
from .charsets import decode
from .encoded_words import decode_value
from .scrub import clean_line

# Encoded words come as a whole: they may hold commas and parentheses that nobody escaped.
_TOKEN = re.compile(
    r'"((?:[^"\\]|\\.)*)"|<([^<>]*)>|=\?[^?\s]{1,60}\?[bq]\?[^?<>]{0,900}\?=|[^"<>(),;:=]+|.', re.DOTALL | re.IGNORECASE
)
_COMMENT_PIECE = re.compile(r"\\.|[()]|[^()\\]+|\\", re.DOTALL)
_BARE_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"\\@]{1,250}@[^\s<>()\[\],;:\"\\@]{1,250}")
_UNCLOSED_ANGLE = re.compile(r"[^<>,;]*")
_INNER_COMMENT = re.compile(r"\([^()]*\)")
_AROUND_AT = re.compile(r"\s*@\s*")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_QUOTES = "'\"`\u2018\u2019\u201c\u201d"


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: the display name ("" for none) and the address as it was spelled."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class AddressList:
    """The mailboxes of a header, and whether a display name holds another address than its mailbox."""

    addresses: tuple[Address, ...]
    conflict: bool = False


@dataclass(slots=True)
class _Mailbox:
    """What was read of the mailbox that is being put together."""

    name: list[str] = field(default_factory=list)
    angles: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    #: Whether there was an "@" outside of brackets and quotes.
    has_at: bool = False

    def __bool__(self) -> bool:
        return bool(self.angles or "".join(self.name).strip())


def normalise_email(email: str) -> str:
    """Return the form that two spellings of one address share: see ``wagtail_helpdesk.addresses``.

    Raises ValueError for what is no address, or one with invisible characters in it.
    """
    email = email.strip()
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn") for char in email):
        raise ValueError("not an e-mail address")
    return normalise_address(email)


def parse_addresses(value: bytes, *, limit: int, hint: str = "", detector: Detector | None = None) -> AddressList:
    """Return the first ``limit`` valid mailboxes of a header ``value``; never raises."""
    if b"\x1b" in value:
        # The shifted bytes of ISO-2022-JP look like brackets and commas: they must be text before those are looked for.
        value = decode(value, hint, detector=detector).text.encode("utf-8")
    found: list[Address] = []
    conflict = False
    surname = ""
    for mailbox in _mailboxes(value.decode("latin-1")):
        name = decode_value("".join(mailbox.name).encode("latin-1"), hint=hint, detector=detector)
        email = _email(mailbox, name)
        if email is None:
            # "Doe, John <j@x.com>" without quotes.
            surname = name if not mailbox.angles and "@" not in name else ""
            continue
        if not mailbox.angles:
            name = decode_value(" ".join(mailbox.comments).encode("latin-1"), hint=hint, detector=detector)
        elif surname:
            name = f"{surname}, {name}"
        surname = ""
        conflict = conflict or _claims_another(name, email)
        name = _strip_quotes(name)
        # A name that only repeats the address names nobody.
        found.append(Address("" if name.casefold() == email.casefold() else name, email))
        if len(found) >= limit:
            break
    return AddressList(tuple(found), conflict)


def _mailboxes(value: str) -> Iterator[_Mailbox]:
    current = _Mailbox()
    position = 0
    while position < len(value):
        if value[position] == "(":
            comment, position = _comment(value, position)
            current.comments.append(comment)
            continue
        token = _TOKEN.match(value, position)
        position = token.end()
        if token[0] in (",", ";"):
            yield current
            current = _Mailbox()
        elif token[0] == ":" and not current.angles and not current.has_at:
            # The name of a group; its members are mailboxes like others.
            current = _Mailbox()
        elif token[0] == "<":
            # No end before the next "<": either doubled, or cut off.
            cut = _UNCLOSED_ANGLE.match(value, position)
            current.angles.append(cut[0])
            position = cut.end()
        elif token[0] == '"':
            # A quote that nobody closes: so are all that follow, and each would be looked for up to the end.
            value = value[:position] + value[position:].replace('"', " ")
        else:
            _add(current, token)
    if current:
        yield current


def _add(mailbox: _Mailbox, token: re.Match[str]) -> None:
    if token[1] is not None:
        mailbox.name.append(_ESCAPE.sub(r"\1", token[1]))
    elif token[2] is not None:
        mailbox.angles.append(token[2])
    elif token[0] not in (">", ")"):
        mailbox.name.append(token[0])
        mailbox.has_at = mailbox.has_at or "@" in token[0]


def _comment(value: str, start: int) -> tuple[str, int]:
    """Return the text of the comment that begins at ``start``, inner parentheses included, and where it ends."""
    depth = 0
    for piece in _COMMENT_PIECE.finditer(value, start):
        if piece[0] == "(":
            depth += 1
        elif piece[0] == ")":
            depth -= 1
            if not depth:
                return value[start + 1 : piece.start()], piece.end()
    return value[start + 1 :], len(value)


def _email(mailbox: _Mailbox, name: str) -> str | None:
    for angle in reversed(mailbox.angles):
        email = _valid(angle)
        if email:
            return email
    if mailbox.angles:
        return None
    whole = _valid(name)
    if whole:
        return whole
    inner = _BARE_ADDRESS.findall(name)
    return _valid(inner[0]) if len(inner) == 1 and name.count("@") == 1 else None


def _valid(spec: str) -> str | None:
    """Return the address in ``spec`` (latin-1 of the raw bytes, or text), cleaned, or None where there is none."""
    with suppress(UnicodeError):
        spec = spec.encode("latin-1").decode("utf-8")
    spec = clean_line(_INNER_COMMENT.sub("", spec)).strip(_QUOTES + " ")
    if spec.lower().startswith("mailto:"):
        spec = spec[7:]
    if spec.startswith("@") and ":" in spec:
        # A source route, which nothing has used for decades.
        spec = spec.rpartition(":")[2]
    spec = _AROUND_AT.sub("@", spec).strip(_QUOTES + " ").rstrip(".")
    local, at, domain = spec.rpartition("@")
    spec = f"{local.strip(_QUOTES)}{at}{domain}"
    try:
        normalise_email(spec)
    except ValueError:
        return None
    return spec


def _claims_another(name: str, email: str) -> bool:
    """Tell whether the display ``name`` holds a valid address that is not ``email``."""
    own = normalise_email(email)
    for claimed in _BARE_ADDRESS.findall(name):
        address = _valid(claimed)
        if address and normalise_email(address) != own:
            return True
    return False


def _strip_quotes(name: str) -> str:
    name = name.strip()
    if len(name) > 1 and name[0] in "'\"" and name[-1] == name[0]:
        return name[1:-1].strip()
    return name
