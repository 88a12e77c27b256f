"""Builds the e-mail of a frozen outbox row: the same in every attempt."""

from __future__ import annotations

from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage as PythonEmailMessage
from email.message import Message
from email.mime.image import MIMEImage
from email.policy import Policy
from email.policy import default as default_policy
from email.utils import format_datetime
from typing import Any

import django
from django.core.mail import EmailMultiAlternatives

if django.VERSION < (6, 0):
    from django.core.mail.message import SafeMIMEMultipart

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Images that the HTML shows (RFC 2387): (content id, file name, bytes, media type).
        self.images: list[tuple[str, str, bytes, str]] = []

    if django.VERSION >= (6, 0):

        def _add_bodies(self, msg: PythonEmailMessage) -> None:
            super()._add_bodies(msg)
            html = msg.get_body(("html",))
            for content_id, name, content, media_type in self.images if html is not None else ():
                kind, _slash, subtype = media_type.partition("/")
                html.add_related(content, kind, subtype, cid=f"<{content_id}>", disposition="inline", filename=name)

        def message(self, *, policy: Policy = default_policy) -> PythonEmailMessage:
            """Return the mail as Python's e-mail package has it."""
            return super().message(policy=policy.clone(header_factory=_headers))

    else:

        def _create_alternatives(self, msg: Message) -> Message:
            made = super()._create_alternatives(msg)
            if not self.images or not self.alternatives:
                return made
            *others, html = made.get_payload()
            related = SafeMIMEMultipart(_subtype="related")
            related.attach(html)
            for content_id, name, content, media_type in self.images:
                image = MIMEImage(content, _subtype=media_type.partition("/")[2])
                image["Content-ID"] = f"<{content_id}>"
                image.add_header("Content-Disposition", "inline", filename=name)
                related.attach(image)
            made.set_payload([*others, related])
            return made


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
    for file in (files[pk] for pk in mail.attachment_ids):
        if file.hidden and mail.html:
            message.images.append((file.content_id, file.display_name, read_file(file), file.sniffed_type))
        else:
            message.attach(file.display_name, read_file(file), file.sniffed_type)
    return message
