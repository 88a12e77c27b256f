"""Is this the same mail? Read from the header block alone, before anything is parsed: EMAIL 4.5."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from .addresses import normalise_email, parse_addresses
from .caps import DEFAULT_CAPS
from .fields import FieldBlock, open_source, read_mail_fields
from .message_ids import parse_message_ids

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Peek:
    """What tells one mail from another, whatever route it took. All "" where the mail has none."""

    #: Without angle brackets.
    message_id: str
    #: Header values as they stand, unfolded and undecoded: ``encode("latin-1")`` gives their bytes.
    date_raw: str
    from_raw: str
    subject_raw: str
    #: sha256 (64 hex digits) of the bytes below the header block, with LF line ends and none at the end.
    body_hash: str
    #: The first valid address of From in its normal form.
    from_email: str


def peek(raw: bytes) -> Peek:
    """Return what can be told of the mail ``raw`` without reading its parts; never raises."""
    try:
        raw = open_source(raw, DEFAULT_CAPS.raw)
    except ValueError:
        # No mail at all: the same only where the bytes are.
        return Peek("", "", "", "", hashlib.sha256(raw).hexdigest(), "")
    block = read_mail_fields(raw, DEFAULT_CAPS)
    senders = parse_addresses(block.first("from"), limit=1).addresses
    return Peek(
        message_id=next(iter(parse_message_ids(block.first("message-id"))), ""),
        date_raw=_line(block, "date"),
        from_raw=_line(block, "from"),
        subject_raw=_line(block, "subject"),
        body_hash=_body_hash(raw, block.body_start),
        from_email=normalise_email(senders[0].email) if senders else "",
    )


def dedupe_key(peeked: Peek) -> str:
    """Return 64 hex digits that are equal for two copies of one mail and different for two mails."""
    # Relays fold headers anew, which puts white space where none was.
    parts = [
        peeked.message_id,
        peeked.from_email or _SPACES.sub("", peeked.from_raw),
        _SPACES.sub("", peeked.date_raw),
        _SPACES.sub("", peeked.subject_raw),
        peeked.body_hash,
    ]
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(encoded) + encoded)
    return digest.hexdigest()


def _line(block: FieldBlock, name: str) -> str:
    return block.first(name).decode("latin-1")


def _body_hash(raw: bytes, start: int) -> str:
    body = raw[start:].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    # Files, pipes and mailboxes differ in the line ends behind the last line.
    return hashlib.sha256(body.rstrip(b"\n")).hexdigest()
