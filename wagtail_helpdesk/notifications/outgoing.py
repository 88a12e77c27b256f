"""Freezes a mail to an agent into the outbox. Its one recipient is a user; nobody else stands in its headers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.choices import Audience, MailKind
from wagtail_helpdesk.mail.compose.content import Body
from wagtail_helpdesk.mail.compose.headers import mailbox_header, one_line, references
from wagtail_helpdesk.mail.identity import (
    LOOP_HEADER,
    PUBLIC_ID_LENGTH,
    make_bounce_address,
    make_loop_header,
    make_message_id,
)
from wagtail_helpdesk.mail.links import unsubscribe_headers
from wagtail_helpdesk.mail.models import OutboundMail, OutboundRecipient
from wagtail_helpdesk.tickets.choices import Visibility
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.tokens import new_public_id


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one agent before it is frozen."""

    kind: MailKind
    purpose: str
    mailbox: Mailbox
    language: str
    subject: str
    body: Body
    ticket: Ticket | None = None
    visibility: str = Visibility.INTERNAL
    reply_to: str = ""
    #: Message-IDs of the mails before, oldest first.
    chain: Sequence[str] = ()
    unsubscribe_url: str = ""


def queue_letter(letter: Letter, user: Any) -> OutboundMail:
    """Write the rows. IntegrityError when the same mail was queued before."""
    public_id = new_public_id(PUBLIC_ID_LENGTH)
    mailbox, message_id = letter.mailbox, make_message_id(public_id, letter.mailbox)
    mail = OutboundMail.objects.create(
        public_id=public_id,
        audience=Audience.AGENT,
        kind=letter.kind,
        purpose_key=_sha256(letter.purpose),
        ticket=letter.ticket,
        queue_key=_sha256(f"agent:{user.pk}:{letter.ticket.pk if letter.ticket else 0}"),
        message_visibility=letter.visibility,
        mailbox=mailbox,
        message_id_header=message_id,
        subject=one_line(letter.subject)[:500],
        from_header=mailbox_header(mailbox.name, mailbox.address),
        reply_to=letter.reply_to,
        # RFC 3834 5, RFC 5321 4.5.5: reports on an automatic mail come to its own address, or to nobody.
        envelope_from=make_bounce_address(mailbox, public_id) or "<>",
        headers=_headers(letter, public_id, message_id),
        text=letter.body.text,
        html=letter.body.html,
        language=letter.language,
        created_at=timezone.now(),
    )
    address = getattr(user, get_user_model().get_email_field_name())
    OutboundRecipient.objects.create(
        outbound=mail,
        user=user,
        kind=OutboundRecipient.Kind.TO,
        name=Actor.of_user(user).name[:200],
        address=address,
        address_hash=address_hash(address),
    )
    return mail


def _headers(letter: Letter, public_id: str, message_id: str) -> list[list[str]]:
    headers = [["In-Reply-To", f"<{letter.chain[-1]}>"]] if letter.chain else []
    headers += [
        ["References", references(letter.chain, message_id)],
        [LOOP_HEADER, make_loop_header(public_id)],
        ["Content-Language", letter.language],
        ["Auto-Submitted", "auto-generated"],
        ["X-Auto-Response-Suppress", "All"],
    ]
    if letter.unsubscribe_url:
        headers += unsubscribe_headers(letter.unsubscribe_url)
    return headers


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
