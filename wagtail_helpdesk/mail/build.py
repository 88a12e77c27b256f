"""Builds the e-mail of a frozen outbox row: the same in every attempt."""

from __future__ import annotations

from email.utils import format_datetime

from django.core.mail import EmailMultiAlternatives

from wagtail_helpdesk.conversations.files import read_file
from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.mail.compose.headers import mailbox_header
from wagtail_helpdesk.mail.models import OutboundMail


def build_email(mail: OutboundMail, *, show_all: bool) -> EmailMultiAlternatives:
    """Return the e-mail of ``mail``. OSError when a file cannot be read, ValueError for a header that cannot be.

    ``show_all``: whether To and Cc may name the others that get a mail of their own.
    """
    headers = {"Message-ID": f"<{mail.message_id_header}>", "Date": format_datetime(mail.created_at)}
    for name, value in mail.headers:
        if show_all or name not in ("To", "Cc"):
            headers[name] = value
    recipients = [mailbox_header(one.name, one.address) for one in mail.recipients.all()]
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=mail.from_header,
        to=recipients,
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=headers,
    )
    message.attach_alternative(mail.html, "text/html")
    # Attachments in their own order; one that is gone fails the mail rather than going missing unseen.
    files = Attachment.objects.in_bulk(mail.attachment_ids)
    if len(files) != len(mail.attachment_ids):
        raise FileNotFoundError("an attachment of this mail is gone")
    for pk in mail.attachment_ids:
        message.attach(files[pk].display_name, read_file(files[pk]), files[pk].sniffed_type)
    return message
