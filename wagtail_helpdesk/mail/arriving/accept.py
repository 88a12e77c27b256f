"""Takes a mail in. Nothing is parsed here but a few headers; when this returns, the mail can no longer be lost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from wagtail_helpdesk import conf
from wagtail_helpdesk.mail.arriving.raw_store import store_raw
from wagtail_helpdesk.mail.models import InboundDelivery, InboundMail
from wagtail_helpdesk.mail.parsing import Peek, dedupe_key, peek
from wagtail_helpdesk.mail.parsing.encoded_words import decode_value

#: Kinds of origin: old mail, for which nobody gets an automatic mail, and copies of what our people sent themselves.
ARCHIVE, SENT = "archive", "sent"
#: A file that an agent added to a ticket.
UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the transport said: ``mail_from`` is None when it said nothing, "" for the null sender (RFC 5321 4.5.5)."""

    mail_from: str | None = None
    rcpt_tos: tuple[str, ...] = ()
    received_at: datetime | None = None
    #: How near to the sender's bytes the source is (``choices.Fidelity``).
    fidelity: str = ""
    #: Whether the transport itself holds the mail for spam.
    is_spam: bool = False
    #: What the transport found of DMARC (RFC 9989): "pass", "fail", "" for nothing.
    dmarc: str = ""
    #: Bytes of the whole mail, where it was too large to be fetched and this is its beginning.
    whole_size: int | None = None
    #: Of an uploaded file: the ticket it is for, who brought it, and whether customers may read it.
    attach_to: int | None = None
    uploaded_by: int | None = None
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the mail comes from: ``kind`` such as "import"; ``mailbox_id`` the mailbox it was delivered to."""

    kind: str
    mailbox_id: int | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The row of a mail; ``is_new`` is False for a further copy of one that was accepted before."""

    mail: InboundMail = field(repr=False)
    is_new: bool


def accept(
    raw: bytes, envelope: Envelope, origin: Origin, *, also: Callable[[InboundMail], None] | None = None
) -> Accepted:
    """Store ``raw`` and its row, and commit. A source may tell its peer "accepted" once this has returned.

    ``also`` writes, in the same transaction, what the source has to remember; this must then be the outermost one, and
    what it raises undoes all. Otherwise, inside an outer transaction, the outer commit is the acceptance. Raises
    OSError or DatabaseError when the mail could not be stored: the source must keep it and offer it again.
    """
    peeked = peek(raw)
    sha256 = hashlib.sha256(raw).hexdigest()
    reference = store_raw(raw, sha256)
    fields = {
        "raw_sha256": sha256,
        "raw_ref": reference,
        "size": len(raw),
        "dedupe_scope": str(origin.mailbox_id or "") if conf.get("MULTI_MAILBOX") == "per_mailbox" else "",
        "dedupe_key": dedupe_key(peeked),
        "message_id_header": peeked.message_id,
        "message_id_header_hash": hash_message_id(peeked.message_id),
        "twin_hash": _twin_hash(peeked),
        "from_header": decode_value(peeked.from_raw.encode("latin-1", "replace"))[:300],
        "subject": decode_value(peeked.subject_raw.encode("latin-1", "replace"))[:500],
        "envelope": _envelope_fields(envelope),
        "mailbox_id": origin.mailbox_id,
        "origin": origin.kind,
        "received_at": envelope.received_at or timezone.now(),
    }
    if also is None:
        return _insert(fields, origin)
    with transaction.atomic(durable=True):
        accepted = _insert(fields, origin)
        also(accepted.mail)
    return accepted


def _insert(fields: dict[str, Any], origin: Origin) -> Accepted:
    """Write the row, or a delivery of the one that has the same key."""
    # One statement: where nothing surrounds it, it is its own transaction.
    guard = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with guard:
            return Accepted(InboundMail.objects.create(**fields), is_new=True)
    except IntegrityError:
        known = InboundMail.objects.filter(dedupe_scope=fields["dedupe_scope"], dedupe_key=fields["dedupe_key"]).first()
        if known is None:
            raise
        InboundDelivery.objects.create(inbound=known, mailbox_id=origin.mailbox_id, origin=origin.kind)
        return Accepted(known, is_new=False)


def _envelope_fields(envelope: Envelope) -> dict[str, Any]:
    fields: dict[str, Any] = {"mail_from": envelope.mail_from, "rcpt_tos": list(envelope.rcpt_tos)}
    if envelope.fidelity:
        fields["fidelity"] = str(envelope.fidelity)
    if envelope.is_spam:
        fields["is_spam"] = True
    if envelope.dmarc:
        fields["dmarc"] = envelope.dmarc
    if envelope.whole_size is not None:
        fields["whole_size"] = envelope.whole_size
    if envelope.attach_to is not None:
        upload = {"attach_to": envelope.attach_to, "uploaded_by": envelope.uploaded_by, "is_public": envelope.is_public}
        fields.update(upload)
    return fields


def hash_message_id(message_id: str) -> str:
    """Return the sha256 (hex) of a Message-ID without its brackets, "" for none."""
    return hashlib.sha256(message_id.encode("utf-8", "surrogatepass")).hexdigest() if message_id else ""


def _twin_hash(peeked: Peek) -> str:
    parts = (peeked.message_id, peeked.from_email, "".join(peeked.date_raw.split()))
    if not all(parts):
        return ""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
