"""What a mail is after parsing: plain frozen values, safe to store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from .addresses import Address


class Headers:
    """The decoded header fields of a mail: read-only, names in any case, several values for one name."""

    __slots__ = ("_fields", "_values")

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        self._fields = tuple((name.lower(), value) for name, value in fields)
        values: dict[str, list[str]] = {}
        for name, value in self._fields:
            values.setdefault(name, []).append(value)
        self._values = {name: tuple(found) for name, found in values.items()}

    def get(self, name: str, default: str = "") -> str:
        """Return the topmost value of ``name``, or ``default``."""
        found = self._values.get(name.lower())
        return found[0] if found else default

    def get_all(self, name: str) -> tuple[str, ...]:
        """Return all values of ``name``, top to bottom."""
        return self._values.get(name.lower(), ())

    def in_order(self, *names: str) -> Iterator[tuple[str, str]]:
        """Yield the fields called one of ``names`` (lower case) with their values, top to bottom."""
        return ((name, value) for name, value in self._fields if name in names)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, in lower case."""
        return iter(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._values == other._values

    def __hash__(self) -> int:
        return hash(tuple(self._values.items()))

    def __repr__(self) -> str:
        # Without the values: a header holds people's names and addresses, and a repr ends up in logs.
        return f"<Headers: {', '.join(self._values)}>"


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """A file of the mail. ``file_name`` is decoded, but not yet made safe to show or store."""

    file_name: str
    declared_type: str
    content: bytes = field(repr=False)
    disposition: Literal["inline", "attachment"] = "attachment"
    content_id: str = ""
    content_location: str = ""
    #: Of no use to a reader: signatures, resource forks, bodies for special clients.
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail as far as it could be read. No str in it holds NUL, other control characters or lone surrogates."""

    #: "full"; "headers" where the body could not be read; "envelope" where nothing could.
    level: Literal["full", "headers", "envelope"] = "envelope"
    #: Without angle brackets; "" for none.
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    #: In order as found, the last ones where there are too many.
    references: tuple[str, ...] = ()
    subject: str = ""
    date: datetime | None = None
    from_addresses: tuple[Address, ...] = ()
    sender: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    #: What the plain parts say, in the order of the mail, without the last line end.
    text: str = field(default="", repr=False)
    #: Whether ``html`` says more than ``text``, so that a reader's text has to be made from it.
    text_is_stub: bool = False
    #: Raw, not sanitised.
    html: str = field(default="", repr=False)
    attachments: tuple[ParsedAttachment, ...] = ()
    headers: Headers = field(default_factory=Headers)
    charset_declared: str = ""
    charset_used: str = ""
    charset_repaired: bool = False
    #: Media type of the whole mail, and the kind of report where it is one (RFC 6522).
    content_type: str = "text/plain"
    report_type: str = ""
    #: Codes of what was odd, left out or not readable, sorted.
    problems: tuple[str, ...] = ()
