"""The header lines of a mail to a customer: pure functions over plain values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import formataddr

import idna

#: Message-IDs named in References; long lists are refused by some relays.
MAX_REFERENCES = 20

_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_REPLY = re.compile(r"^\s*(?:re|aw|sv|vs|antw|res|rv|odp|ynt)\s*(?:\[\d+\])?\s*:\s*", re.IGNORECASE)


def one_line(value: str) -> str:
    """Return ``value`` without line breaks and control characters: nothing in it can begin another header."""
    return _BREAKS.sub(" ", value).strip()


def reply_subject(subject: str, *, fallback: str) -> str:
    """Return "Re: " and the subject, with one "Re: " however many there were."""
    return f"Re: {bare_subject(subject) or fallback}"


def bare_subject(subject: str) -> str:
    """Return a subject on one line, without the "Re: " of however many answers."""
    bare = one_line(subject)
    while (shorter := _REPLY.sub("", bare)) != bare:
        bare = shorter
    return bare


def references(chain: Sequence[str], own: str) -> str:
    """Return the References value: the last of the chain and our own new ID (gateways rewrite Message-ID, not this).

    ``chain`` and ``own`` are Message-IDs without brackets, oldest first.
    """
    known = list(dict.fromkeys(message_id for message_id in chain if is_safe_id(message_id) and message_id != own))
    return " ".join(f"<{message_id}>" for message_id in [*known[-(MAX_REFERENCES - 1) :], own])


def is_safe_id(message_id: str) -> bool:
    """Tell whether a foreign Message-ID can stand in a header of ours: printable ASCII, no spaces, no brackets."""
    return (
        0 < len(message_id) <= 250
        and message_id.isascii()
        and message_id.isprintable()
        and not any(character in " <>" for character in message_id)
    )


def mailbox_header(name: str, address: str) -> str:
    """Return "Name <address>" (RFC 5322 3.4), the name encoded where it must be.

    formataddr() refuses what is not ASCII; such an address goes out as it is, to servers that can take it (RFC 6532).
    """
    before, _placeholder, after = formataddr((one_line(name), "a@b")).rpartition("a@b")
    return f"{before}{wire_address(address)}{after}"


def wire_address(address: str) -> str:
    """Return an address as it travels: its domain as A-label (RFC 5890), what comes before it untouched."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return local + at + idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return address
