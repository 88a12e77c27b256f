"""Builds the e-mail of a frozen outbox row: the same in every attempt."""

from __future__ import annotations

from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage as PythonEmailMessage
from email.policy import Policy
from email.policy import default as default_policy
from email.utils import format_datetime

import django
from django.core.mail import EmailMultiAlternatives

from wagtail_helpdesk.conversations.files import read_file
from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.mail.compose.headers import mailbox_header, wire_address
from wagtail_helpdesk.mail.identity import NULL_SENDER
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.outbox.outcomes import waiting
from wagtail_helpdesk.mail.transports import Envelope


class _MessageIds(UnstructuredHeader):
    """Message-IDs on lines of their own, however long. Python's policies would encode (RFC 2047) what is too long for
    a line, and mail programs then lose the thread."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: " + f"{policy.linesep} ".join(str(self).split()) + policy.linesep


_headers = HeaderRegistry()
for _name in ("Message-ID", "In-Reply-To", "References"):
    _headers.map_to_type(_name, _MessageIds)


class ThreadedEmail(EmailMultiAlternatives):
    """A Django e-mail whose threading headers stay as they are.

    Django 6.0 writes mails with Python's modern policy; Django 5.2's own way folds these headers rightly.
    """

    if django.VERSION >= (6, 0):

        def message(self, *, policy: Policy = default_policy) -> PythonEmailMessage:
            """Return the mail as Python's e-mail package has it."""
            return super().message(policy=policy.clone(header_factory=_headers))


def envelope_of(mail: OutboundMail) -> Envelope:
    """Return the envelope of ``mail``, for those who have not got it yet."""
    own = wire_address(mail.mailbox.address)
    sender = "" if mail.envelope_from == NULL_SENDER else wire_address(mail.envelope_from or own)
    return Envelope(
        recipients=tuple(wire_address(one.address) for one in waiting(mail)),
        sender=sender,
        own_address=own,
        public_id=mail.public_id,
        message_id=mail.message_id_header,
    )


def build_email(mail: OutboundMail, *, show_all: bool) -> ThreadedEmail:
    """Return the e-mail of ``mail``, to those who have not got it yet.

    OSError when a file cannot be read, ValueError for a header that cannot be.

    ``show_all``: whether To and Cc may name the others that get a mail of their own.
    """
    headers = {"Message-ID": f"<{mail.message_id_header}>", "Date": format_datetime(mail.created_at)}
    for name, value in mail.headers:
        if show_all or name not in ("To", "Cc"):
            headers[name] = value
    recipients = [mailbox_header(one.name, one.address) for one in waiting(mail)]
    message = ThreadedEmail(
        subject=mail.subject,
        body=mail.text,
        from_email=mail.from_header,
        to=recipients,
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=headers,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    # Attachments in their own order; one that is gone fails the mail rather than going missing unseen.
    files = Attachment.objects.in_bulk(mail.attachment_ids)
    if len(files) != len(mail.attachment_ids):
        raise FileNotFoundError("an attachment of this mail is gone")
    for pk in mail.attachment_ids:
        message.attach(files[pk].display_name, read_file(files[pk]), files[pk].sniffed_type)
    return message
