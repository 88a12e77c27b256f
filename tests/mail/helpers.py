"""Small mails for tests, and the way in."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from itertools import count

from django.utils import timezone

from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.arriving.accept import Envelope, Origin, accept
from wagtail_helpdesk.mail.arriving.process import process
from wagtail_helpdesk.mail.models import InboundMail

_numbers = count(1)


def make_mail(
    text: str = "Hello",
    *,
    subject: str = "Question",
    sender: str = "Ana Souza <ana@example.org>",
    to: str = "support@desk.example",
    in_reply_to: str = "",
    references: str = "",
    html: str = "",
    date: datetime | None = None,
    message_id: str | None = None,
    **headers: str,
) -> EmailMessage:
    """Return an ordinary mail; further headers by name, with "_" for "-"."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(date or timezone.now())
    message["Message-ID"] = message_id or make_msgid(idstring=str(next(_numbers)), domain="example.org")
    if in_reply_to:
        message["In-Reply-To"] = in_reply_to
        message["References"] = references or in_reply_to
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def take_in(
    message: EmailMessage | bytes, mailbox: Mailbox | None, *, envelope: Envelope | None = None, origin: str = "import"
) -> InboundMail:
    """Accept and process one mail; return its row."""
    raw = message if isinstance(message, bytes) else message.as_bytes()
    accepted = accept(raw, envelope or Envelope(), Origin(origin, mailbox.pk if mailbox else None))
    return process(accepted.mail.pk, may_defer=False)
