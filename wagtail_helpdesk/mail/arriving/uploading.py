"""A mail that an agent has as a file is added to a ticket, through the same door as all others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied

from wagtail_helpdesk.conversations.choices import Flag
from wagtail_helpdesk.events import Actor, Verdict
from wagtail_helpdesk.intake.incoming import Evidence, EvidenceKind, IncomingMessage, Outcome, Receipt
from wagtail_helpdesk.intake.receive import receive
from wagtail_helpdesk.mail.arriving import translate
from wagtail_helpdesk.mail.arriving.accept import UPLOAD, Envelope, Origin, accept
from wagtail_helpdesk.mail.arriving.evidence import read_hints
from wagtail_helpdesk.mail.arriving.filing import Result
from wagtail_helpdesk.mail.arriving.languages import language_of
from wagtail_helpdesk.mail.choices import InboundState, MailOutcome
from wagtail_helpdesk.mail.models import InboundMail
from wagtail_helpdesk.mail.parsing import ParsedMail, parse_headers
from wagtail_helpdesk.mail.parsing.outlook import is_outlook_file
from wagtail_helpdesk.tickets.choices import Channel, EventKind, Visibility
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may
from wagtail_helpdesk.tickets.timeline import write_event

_HEADER_REACH = 256 * 1024
_NOT_AGAIN = Verdict(False, UPLOAD)


def is_mail(content: bytes) -> bool:
    """Tell whether a file is a mail, as text (RFC 5322) or as Outlook keeps it. Never raises."""
    if is_outlook_file(content):
        return parse_headers(content).level != "envelope"
    parsed = parse_headers(content[:_HEADER_REACH])
    return bool(parsed.from_addresses or parsed.sender or (parsed.message_id and parsed.date))


def attach_mail(*, ticket: Ticket, raw: bytes, user: Any, public: bool) -> tuple[InboundMail, bool]:
    """Take the mail ``raw`` in as a message of ``ticket``; return its row, and whether it is new.

    With ``public`` customers may read it. PermissionDenied for a user who may not write such a message here; OSError
    or DatabaseError when the mail could not be stored.
    """
    if not may(user, "reply" if public else "note", ticket):
        raise PermissionDenied
    # Only the worker imports the module that reads mails, which imports this one.
    from wagtail_helpdesk.mail.arriving.process import process

    envelope = Envelope(attach_to=ticket.pk, uploaded_by=user.pk, is_public=public)
    accepted = accept(raw, envelope, Origin(UPLOAD, ticket.mailbox_id))
    mail = accepted.mail
    if mail.state not in (InboundState.DONE, InboundState.FAILED):
        mail = process(mail.pk, may_defer=False)
    return mail, accepted.is_new and mail.outcome == MailOutcome.APPENDED


def file_upload(mail: InboundMail, raw: bytes, parsed: ParsedMail) -> Result:
    """File an uploaded mail; return what became of it. Must run in a unit of work.

    It is its author's message, whoever brought it; nobody is answered, nothing is reopened, nobody joins the ticket.
    """
    twin = InboundMail.objects.twin_of(mail)
    if twin is not None and twin.message_id is not None:
        # Programs write one mail into files in many ways.
        known = Receipt(Outcome.DUPLICATE, twin.ticket_id, twin.message_id)
        return Result(MailOutcome.DUPLICATE, f"same mail as #{twin.pk}", receipt=known)
    hints = read_hints(parsed, (), {})
    words = translate.read_words(parsed, raw=raw, differs=False, is_auto_reply=False)
    incoming = IncomingMessage(
        channel=Channel.EMAIL,
        key=mail.dedupe_key,
        sender=translate.read_people(parsed, {}).sender,
        words=replace(words, flags=(*words.flags, Flag.UPLOADED)),
        mailbox_id=mail.mailbox_id,
        received_at=mail.received_at,
        sent_at=translate.sent_at(parsed, mail.received_at),
        evidence=(Evidence(EvidenceKind.UPLOAD, mail.envelope["attach_to"]),),
        ids=hints.ids,
        may_acknowledge=_NOT_AGAIN,
        may_reopen=_NOT_AGAIN,
        may_notify=_NOT_AGAIN,
        may_open=False,
        counts_as_waiting=False,
        recipients=translate.display_recipients(parsed),
        language=language_of(parsed, words.text),
        visibility=Visibility.PUBLIC if mail.envelope.get("is_public") else Visibility.INTERNAL,
    )
    receipt = receive(incoming)
    if receipt.outcome == Outcome.IGNORED:
        return Result(MailOutcome.FAILED, "its ticket takes nothing more", receipt.trace, mailbox_id=mail.mailbox_id)
    if receipt.outcome == Outcome.DUPLICATE:
        return Result(MailOutcome.DUPLICATE, "added before", receipt.trace, receipt=receipt)
    user = get_user_model()._default_manager.filter(pk=mail.envelope.get("uploaded_by")).first()
    actor = Actor.of_user(user) if user else Actor.system()
    write_event(receipt.ticket_id, EventKind.UPLOADED, actor=actor, message=receipt.message_id)
    return Result(MailOutcome.APPENDED, "added from a file", receipt.trace, receipt=receipt)
