"""What kind of mail this is, and what may happen because of it: EMAIL 5.1 to 5.3.

Only what the mail itself tells. Who was addressed, how old the mail is and how often its sender was answered is for the
caller to check.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import noise
from .addresses import normalise_email
from .bounces import is_bounce, is_complaint
from .mail_types import ParsedMail

HUMAN = "human"
OWN_COPY = "own_copy"
DSN = "dsn"
ARF = "arf"
MDN = "mdn"
SPAM = "spam"
AUTO_REPLIED = "auto_replied"
AUTO_GENERATED = "auto_generated"
LIST_BULK = "list_bulk"
OWN_MAILBOX = "own_mailbox"
CALENDAR = "calendar"
SUSPECT_NOREPLY = "suspect_noreply"

#: The labels that decide, strongest first; ``calendar`` and ``suspect_noreply`` only add to them.
_DECIDING = (OWN_COPY, DSN, ARF, MDN, SPAM, AUTO_REPLIED, AUTO_GENERATED, LIST_BULK, OWN_MAILBOX)
_OPENS_TICKET = frozenset({HUMAN, AUTO_GENERATED, LIST_BULK, OWN_MAILBOX})

_REPORTS = {"delivery-status": DSN, "feedback-report": ARF, "disposition-notification": MDN}
_REPORT_PARTS = {
    "message/delivery-status": DSN,
    "message/global-delivery-status": DSN,
    "message/feedback-report": ARF,
    "message/disposition-notification": MDN,
}
_LOOP_HEADER = "x-helpdesk-loop"


@dataclass(frozen=True, slots=True)
class Classification:
    """What a mail is (``labels``, and the one ``primary`` class that decides) and what may follow.

    A reason is "" where the answer is yes, else the code of the first thing that speaks against it.
    """

    labels: frozenset[str]
    primary: str
    may_acknowledge: bool
    acknowledge_reason: str
    may_reopen: bool
    reopen_reason: str
    opens_ticket: bool


def classify(
    mail: ParsedMail,
    *,
    null_sender: bool | None,
    own_addresses: frozenset[str],
    is_own_message_id: Callable[[str], bool],
    is_own_loop_header: Callable[[str], bool],
    held_for_spam: bool = False,
) -> Classification:
    """Classify ``mail``.

    ``null_sender`` is what the envelope says, None where there was none (then the topmost Return-Path counts).
    ``own_addresses`` are those of our mailboxes, normalised; the callables tell whether a Message-ID or loop header
    carries our valid signature. ``held_for_spam`` is the verdict of whoever brought the mail.
    """
    empty_path = noise.has_null_return_path(mail) if null_sender is None else null_sender
    labels = _header_labels(mail) | _report_labels(mail, empty_path)
    if held_for_spam:
        labels.add(SPAM)
    if is_own_message_id(mail.message_id) or any(map(is_own_loop_header, mail.headers.get_all(_LOOP_HEADER))):
        labels.add(OWN_COPY)
    elif any(normalise_email(sender.email) in own_addresses for sender in mail.from_addresses):
        labels.add(OWN_MAILBOX)
    primary = next((label for label in _DECIDING if label in labels), HUMAN)
    acknowledge_reason = _why_no_acknowledgement(mail, labels, primary, empty_path)
    reopen_reason = "" if primary in _OPENS_TICKET else f"class_{primary}"
    return Classification(
        labels=frozenset(labels),
        primary=primary,
        may_acknowledge=not acknowledge_reason,
        acknowledge_reason=acknowledge_reason,
        may_reopen=not reopen_reason,
        reopen_reason=reopen_reason,
        opens_ticket=primary in _OPENS_TICKET,
    )


def _header_labels(mail: ParsedMail) -> set[str]:
    facts = {
        AUTO_REPLIED: noise.says_auto_reply(mail) or noise.looks_like_auto_reply(mail),
        AUTO_GENERATED: noise.auto_submitted(mail) not in ("", "auto-replied"),
        LIST_BULK: noise.is_bulk(mail),
        SPAM: noise.says_spam(mail),
        CALENDAR: any(attachment.declared_type == "text/calendar" for attachment in mail.attachments),
        SUSPECT_NOREPLY: any(noise.is_no_reply(sender.email) for sender in mail.from_addresses[:1]),
    }
    return {label for label, holds in facts.items() if holds}


def _report_labels(mail: ParsedMail, null_sender: bool) -> set[str]:
    if mail.content_type == "multipart/report" and mail.report_type in _REPORTS:
        return {_REPORTS[mail.report_type]}
    for attachment in mail.attachments:
        if attachment.declared_type in _REPORT_PARTS:
            return {_REPORT_PARTS[attachment.declared_type]}
    if is_complaint(mail):
        return {ARF}
    return {DSN} if is_bounce(mail, null_sender=null_sender) else set()


def _why_no_acknowledgement(mail: ParsedMail, labels: set[str], primary: str, null_sender: bool) -> str:
    against = (
        (primary != HUMAN, f"class_{primary}"),
        (mail.level != "full", "unreadable"),
        (not mail.from_addresses, "no_sender"),
        ("several_from" in mail.problems, "several_from"),
        (null_sender, "null_sender"),
        (SUSPECT_NOREPLY in labels, "no_reply_address"),
        (noise.asks_for_no_answer(mail), "asks_for_no_answer"),
        (CALENDAR in labels, "calendar"),
    )
    return next((code for holds, code in against if holds), "")
