"""The bounds within which a mail is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caps:
    """How much of a mail is read. What lies beyond is left out and named in ``ParsedMail.problems``."""

    #: Bytes of the whole mail.
    raw: int = 50 * 1024 * 1024
    #: Bytes of all header fields together, and of one field.
    header_block: int = 256 * 1024
    header: int = 32 * 1024
    #: Nodes of the MIME tree, and its depth.
    parts: int = 500
    depth: int = 20
    #: Addresses read from one header.
    addresses: int = 200
    #: Characters of the assembled bodies.
    html: int = 1_000_000
    text: int = 1_000_000
    attachments: int = 100
    #: Characters of the subject.
    subject: int = 500
    #: Message-IDs kept of the References header, the newest ones.
    references: int = 50


DEFAULT_CAPS = Caps()
