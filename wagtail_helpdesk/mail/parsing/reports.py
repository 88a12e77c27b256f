"""What a report says: delivery status (RFC 3464, 6522, 6533), disposition (RFC 8098), feedback (RFC 5965).

Everything here is what the report claims; whether it is about a mail of ours is for the caller to prove.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .caps import DEFAULT_CAPS
from .encoded_words import decode_value
from .fields import FieldBlock, read_mail_fields
from .html_stub import rough_text
from .mail_types import ParsedAttachment, ParsedMail
from .message_ids import parse_message_ids
from .plain_bounces import ADDRESS as _ADDRESS
from .plain_bounces import find_named
from .report_types import RecipientReport, Report
from .scrub import clean_line

STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
DISPOSITION_TYPES = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
FEEDBACK_TYPES = frozenset({"message/feedback-report"})
_RETURNED_TYPES = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})

#: Bytes read of a machine-readable part or of the returned header, recipients kept, characters of the words searched.
_PART_REACH = 256 * 1024
_MAX_RECIPIENTS = 200
_WORDS_REACH = 1_000_000
_DIAGNOSTIC_LENGTH = 500

_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:")
_BLANK = re.compile(rb"\n(?:[ \t]*\n)+")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_SMTP_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.]*\d)")
#: The encoding of RFC 6533 3 for addresses in a report that has to stay ASCII.
_UTF8_ADDRESS = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
#: A status of these classes says no more than "it failed": RFC 3463 3.1.
_VAGUE = re.compile(r"[245]\.0\.0")


def read_report(mail: ParsedMail, kind: str, *, mark: str = "") -> Report:
    """Return what ``mail``, classified as ``kind`` ("dsn", "mdn", "arf"), says.

    ``mark`` names a header field of the returned mail whose values are wanted. Never raises; takes time in proportion
    to the mail's length.
    """
    returned = _returned_header(mail)
    ids = _returned_ids(mail, returned)
    marks = tuple(decode_value(value)[:200] for value in returned.all(mark)[:5]) if mark else ()
    shared = {"returned_ids": ids, "returned_marks": marks, "words": _words(mail)}
    if kind == "mdn":
        return _read_disposition(mail, shared)
    if kind == "arf":
        return _read_feedback(mail, returned, shared)
    return _read_status(mail, shared)


def find_status(text: str) -> str:
    """Return the first status code (RFC 3463) in what a server said, "" for none."""
    return _first(_STATUS, text[:4000])


def find_smtp_code(text: str) -> int | None:
    """Return the first reply code of a refusal (RFC 5321 4.2.1) in what a server said."""
    code = _first(_SMTP_CODE, text[:4000])
    return int(code) if code else None


def _read_status(mail: ParsedMail, shared: Mapping[str, object]) -> Report:
    part = _part(mail, STATUS_TYPES)
    if part is None:
        return Report("dsn", standard=False, recipients=tuple(_in_prose(mail)[:_MAX_RECIPIENTS]), **shared)
    envelope_id = ""
    recipients: list[RecipientReport] = []
    for group in _groups(part.content):
        envelope_id = envelope_id or group.get("original-envelope-id", "")[:200]
        if len(recipients) < _MAX_RECIPIENTS and not group.keys().isdisjoint(("final-recipient", "action", "status")):
            recipients.append(_recipient(group))
    return Report("dsn", standard=True, recipients=tuple(recipients), envelope_id=envelope_id, **shared)


def _in_prose(mail: ParsedMail) -> list[RecipientReport]:
    """Read whom a bounce names that has no part for programs: in Exim's field, else in its words."""
    failed = [address for value in mail.headers.get_all("x-failed-recipients") for address in _addresses(value)]
    named = find_named(mail.text or rough_text(mail.html), (one.email for one in mail.to))
    reasons = {one.address.lower(): one.reason for one in named}
    return [
        _failed(address, reasons.get(address.lower(), ""))
        for address in failed or [one.address for one in named] or _written_to(mail)
    ]


def _written_to(mail: ParsedMail) -> list[str]:
    """The recipient of the returned mail, where it had one."""
    addresses = _addresses(decode_value(_returned_header(mail).first("to")))
    return addresses if len(addresses) == 1 else []


def _failed(address: str, reason: str) -> RecipientReport:
    status, code = _first(_STATUS, reason), _first(_SMTP_CODE, reason)
    return RecipientReport(
        action=_action("", status) or "failed",
        status=status,
        final=address,
        diagnostic=reason[:_DIAGNOSTIC_LENGTH],
        smtp_code=int(code) if code else None,
    )


def _recipient(group: Mapping[str, str]) -> RecipientReport:
    diagnostic = group.get("diagnostic-code", "")
    status = _first(_STATUS, group.get("status", ""))
    if not status or _VAGUE.fullmatch(status):
        status = _first(_STATUS, diagnostic) or status
    return RecipientReport(
        action=_action(group.get("action", ""), status),
        status=status,
        final=_address(group.get("final-recipient", "")),
        original=_address(group.get("original-recipient", "")),
        diagnostic=diagnostic.partition(";")[2].strip()[:_DIAGNOSTIC_LENGTH] or diagnostic[:_DIAGNOSTIC_LENGTH],
        smtp_code=find_smtp_code(diagnostic),
    )


def _action(value: str, status: str) -> str:
    word = value.strip().lower()
    for action in _ACTIONS:
        # "failure" and the like are seen in the wild.
        if word.startswith(action[:4]):
            return action
    return {"5": "failed", "4": "delayed", "2": "delivered"}.get(status[:1], "")


def _read_disposition(mail: ParsedMail, shared: Mapping[str, object]) -> Report:
    part = _part(mail, DISPOSITION_TYPES)
    if part is None:
        return Report("mdn", standard=False, **shared)
    group = _all_fields(part.content)
    named = parse_message_ids(group.get("original-message-id", "").encode())
    recipient = RecipientReport(
        final=_address(group.get("final-recipient", "")), original=_address(group.get("original-recipient", ""))
    )
    kind = group.get("disposition", "").rpartition(";")[2].partition("/")[0].strip().lower()
    ids = tuple(dict.fromkeys([*named[:1], *shared["returned_ids"]]))
    return Report("mdn", standard=True, recipients=(recipient,), disposition=kind, **{**shared, "returned_ids": ids})


def _read_feedback(mail: ParsedMail, returned: FieldBlock, shared: Mapping[str, object]) -> Report:
    part = _part(mail, FEEDBACK_TYPES)
    group = _all_fields(part.content) if part else {}
    named = _addresses(group.get("original-rcpt-to", "")) or _addresses(group.get("removal-recipient", ""))
    if not named:
        named = _addresses(decode_value(returned.first("to")))
    return Report(
        "arf",
        standard=part is not None,
        recipients=tuple(RecipientReport(final=address) for address in named[:_MAX_RECIPIENTS]),
        original_sender=_address(group.get("original-mail-from", "")),
        feedback_type=group.get("feedback-type", "").strip().lower()[:40],
        **shared,
    )


def _part(mail: ParsedMail, types: frozenset[str]) -> ParsedAttachment | None:
    return next((one for one in mail.attachments if one.declared_type in types), None)


def _returned_header(mail: ParsedMail) -> FieldBlock:
    part = _part(mail, _RETURNED_TYPES)
    return read_mail_fields(part.content[:_PART_REACH], DEFAULT_CAPS) if part else FieldBlock((), 0)


def _returned_ids(mail: ParsedMail, returned: FieldBlock) -> tuple[str, ...]:
    """Also those that the report itself names as what it answers: Exchange and Gmail do."""
    own = [one for value in returned.all("message-id") for one in parse_message_ids(value)]
    chain = [one for value in returned.all("references") for one in parse_message_ids(value)]
    answered = [*reversed(mail.in_reply_to), *reversed(mail.references)]
    return tuple(dict.fromkeys([*own, *reversed(chain[-DEFAULT_CAPS.references :]), *answered]))


def _words(mail: ParsedMail) -> str:
    """Both forms of the body, and the parts that some systems return as plain files."""
    texts = [mail.text, mail.html]
    for part in mail.attachments:
        if part.declared_type.startswith(("text/", "message/")):
            texts.append(part.content[:_PART_REACH].decode("latin-1"))
    return "\n".join(texts)[:_WORDS_REACH]


def _groups(content: bytes) -> Iterator[dict[str, str]]:
    """Yield the fields of each block of a report: the first is about the mail, the others about a recipient each."""
    text = content[:_PART_REACH].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for block in _BLANK.split(text):
        fields = _fields(block)
        if fields:
            yield fields


def _all_fields(content: bytes) -> dict[str, str]:
    """Return the fields of a report that has one block, though some writers put empty lines into it."""
    found: dict[str, str] = {}
    for group in _groups(content):
        for name, value in group.items():
            found.setdefault(name, value)
    return found


def _fields(block: bytes) -> dict[str, str]:
    """Return the fields of one block by name in lower case; the first of its name counts, but for addresses."""
    pieces: list[list[bytes]] = []
    for line in block.split(b"\n"):
        if _FIELD.match(line):
            pieces.append([line])
        elif pieces:
            # Folded, or a line of a diagnostic text that lost its indent.
            pieces[-1].append(b" " + line.strip())
    found: dict[str, str] = {}
    for piece in pieces:
        name, _, value = b"".join(piece)[:4000].partition(b":")
        key, text = name.strip().lower().decode("ascii"), clean_line(decode_value(value.strip()))
        if key == "original-rcpt-to" and key in found:
            # RFC 5965 3.2: may stand more than once.
            found[key] = f"{found[key]}, {text}"[:20_000]
        else:
            found.setdefault(key, text)
    return found


def _address(value: str) -> str:
    """Return the address in "rfc822; <a@example.org>", "" for none."""
    return next(iter(_addresses(value)), "")


def _addresses(value: str) -> list[str]:
    decoded = _UTF8_ADDRESS.sub(lambda match: _character(match[1]), value[:20_000])
    return [address.strip("'.") for address in _ADDRESS.findall(decoded)]


def _character(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if 0x20 < number < 0x110000 and not 0xD800 <= number < 0xE000 else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""
