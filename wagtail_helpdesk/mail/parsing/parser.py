"""From raw bytes to a ``ParsedMail``, whatever the bytes are.

Three levels, each tried when the one above it fails: the whole mail, its header fields only, nothing. The raw source
stays with the caller.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .addresses import Address, parse_addresses
from .bodies import Assembly, Bodies, assemble
from .caps import DEFAULT_CAPS, Caps
from .charset_detection import Detector
from .charset_labels import codec_for
from .dates import parse_date
from .encoded_words import decode_value
from .fields import FieldBlock, open_source, read_mail_fields
from .html_stub import shows_something
from .mail_types import Headers, ParsedMail
from .message_ids import parse_message_ids
from .parameters import Structured, parse_content_type
from .structure import build_tree
from .tnef import hide, is_tnef, unpack

logger = logging.getLogger(__name__)

_CHARSET = re.compile(rb"charset\s*=\s*\"?([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_CHARSET_REACH = 64 * 1024
#: Charsets that say nothing about raw eight-bit bytes in a header: they have none, or are tried anyway.
_UNTELLING = frozenset({"us-ascii", "ascii", "utf-8", "utf8", "utf-7"})


@dataclass(slots=True)
class _Reading:
    """What the levels share about one mail."""

    raw: bytes
    caps: Caps
    problems: set[str] = field(default_factory=set)
    detector: Detector = field(default_factory=Detector)
    block: FieldBlock = field(default_factory=lambda: FieldBlock((), 0))
    hint: str = ""


def parse(raw: bytes, caps: Caps = DEFAULT_CAPS, *, charset: str = "") -> ParsedMail:
    """Return what can be read of the mail ``raw``; never raises, and takes time in proportion to its length.

    What lies beyond ``caps`` is left out and named in ``problems``. ``charset`` is the label of the character set that
    a person chose for the bodies; one that is not known counts as none.
    """
    return _parse(_Reading(raw, caps, detector=Detector(chosen=codec_for(charset))), _read_bodies)


def parse_headers(raw: bytes, caps: Caps = DEFAULT_CAPS) -> ParsedMail:
    """Return what the header fields of ``raw`` say, as ``parse`` does where the body cannot be read; never raises.

    For mails that are known to bring the full parser down.
    """
    return _parse(_Reading(raw, caps), _leave_bodies)


def _parse(reading: _Reading, finish: Callable[[_Reading, ParsedMail], ParsedMail]) -> ParsedMail:
    mail = ParsedMail()
    try:
        _open(reading)
        mail = _read_headers(reading)
        return finish(reading, mail)
    except Exception as error:  # noqa: BLE001 - the promise above: a mail that nobody thought of is still a ticket
        # Neither message nor traceback: both may quote the mail.
        logger.error(
            "mail could not be parsed size=%d level=%s error=%s", len(reading.raw), mail.level, type(error).__name__
        )
        return replace(mail, problems=tuple(sorted(reading.problems | {"unreadable"})))


def _open(reading: _Reading) -> None:
    """Find the header block, and the charset that raw bytes in it are likely to be in."""
    if len(reading.raw) > reading.caps.raw:
        reading.problems.add("too_large")
    reading.raw = raw = open_source(reading.raw, reading.caps.raw)
    reading.block = read_mail_fields(raw, reading.caps)
    reading.problems.update(reading.block.problems)
    for charset in _CHARSET.finditer(raw, 0, _CHARSET_REACH):
        label = charset[1].decode("ascii")
        if label.lower() not in _UNTELLING:
            reading.hint = label
            break


def _read_headers(reading: _Reading) -> ParsedMail:
    block = reading.block
    headers = Headers((item.name, _decode(reading, item.value)) for item in block.fields)
    content_type = _content_type(reading)
    subject = headers.get("subject")
    if len(subject) > reading.caps.subject:
        reading.problems.add("truncated_subject")
    return ParsedMail(
        level="headers",
        message_id=next(iter(parse_message_ids(block.first("message-id"))), ""),
        in_reply_to=_message_ids(reading, "in-reply-to"),
        references=_message_ids(reading, "references"),
        subject=subject[: reading.caps.subject],
        date=parse_date(headers.get("date")),
        from_addresses=_from(reading),
        sender=_addresses(reading, "sender"),
        reply_to=_addresses(reading, "reply-to"),
        to=_addresses(reading, "to"),
        cc=_addresses(reading, "cc"),
        headers=headers,
        content_type=content_type.value,
        report_type=content_type.token("report-type"),
    )


def _read_bodies(reading: _Reading, mail: ParsedMail) -> ParsedMail:
    tree = build_tree(reading.raw, reading.block, reading.caps, reading.detector)
    assembly = Assembly(reading.caps, reading.detector)
    bodies = assemble(reading.raw, tree.root, assembly)
    bodies = _unpack_tnef(assembly, bodies)
    reading.problems |= tree.problems | assembly.problems
    has_file = any(not attachment.hidden for attachment in assembly.attachments)
    if not (has_file or bodies.text.strip() or shows_something(bodies.html)):
        reading.problems.add("empty")
    leaf = assembly.leaf
    return replace(
        mail,
        level="full",
        text=bodies.text,
        text_is_stub=bodies.text_is_stub,
        html=bodies.html,
        attachments=tuple(assembly.attachments),
        charset_declared=leaf.charset_declared if leaf else "",
        charset_used=leaf.charset_used if leaf else "",
        charset_repaired=bool(leaf and leaf.charset_repaired),
        problems=tuple(sorted(reading.problems)),
    )


def _unpack_tnef(assembly: Assembly, bodies: Bodies) -> Bodies:
    """Put what a winmail.dat holds in its place. Its words count only where the mail has none of its own."""
    packed, assembly.attachments = assembly.attachments, []
    for file in packed:
        unpacked = unpack(file.content) if is_tnef(file) else None
        assembly.attach(file if unpacked is None else hide(file))
        if unpacked is None:
            continue
        for inner in unpacked.files:
            assembly.attach(inner)
        if not bodies.text.strip() and not bodies.html:
            caps = assembly.caps
            bodies = Bodies(unpacked.text[: caps.text], unpacked.html[: caps.html], not unpacked.text)
    return bodies


def _leave_bodies(reading: _Reading, mail: ParsedMail) -> ParsedMail:
    return replace(mail, problems=tuple(sorted(reading.problems | {"unreadable"})))


def _decode(reading: _Reading, value: bytes) -> str:
    return decode_value(value, hint=reading.hint, detector=reading.detector)


def _content_type(reading: _Reading) -> Structured:
    return parse_content_type(reading.block.first("content-type"), hint=reading.hint, detector=reading.detector)


def _message_ids(reading: _Reading, name: str) -> tuple[str, ...]:
    found = [message_id for value in reading.block.all(name) for message_id in parse_message_ids(value)]
    return tuple(found[-reading.caps.references :])


def _addresses(reading: _Reading, name: str) -> tuple[Address, ...]:
    found: list[Address] = []
    for value in reading.block.all(name):
        room = reading.caps.addresses - len(found)
        if room <= 0:
            break
        parsed = parse_addresses(value, limit=room, hint=reading.hint, detector=reading.detector)
        found += parsed.addresses
    return tuple(found)


def _from(reading: _Reading) -> tuple[Address, ...]:
    """Return the senders of the first From that has any; more than one, or an address in a name, is a problem."""
    parsed = [
        parse_addresses(value, limit=reading.caps.addresses, hint=reading.hint, detector=reading.detector)
        for value in reading.block.all("from")[:10]
    ]
    senders = next((item.addresses for item in parsed if item.addresses), ())
    if not senders:
        reading.problems.add("no_from")
    if len(parsed) > 1 or len(senders) > 1:
        reading.problems.add("several_from")
    if any(item.conflict for item in parsed):
        reading.problems.add("from_conflict")
    return senders
