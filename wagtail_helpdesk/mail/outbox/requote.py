"""A reply that has not left says what it says anew: what was taken out of the ticket stands below it no more."""

from __future__ import annotations

from typing import Any

from wagtail_helpdesk.mail.choices import MailKind, OutboundState
from wagtail_helpdesk.mail.compose.content import PublicMail, compose_body
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.outbox.blind import BlindReply, blind_addressee
from wagtail_helpdesk.mail.outbox.enqueue import Addressee, Outgoing, files_to_mail
from wagtail_helpdesk.mail.own_texts import texts_for


def requote(mail: OutboundMail) -> None:
    """Write the words of a customer's mail again, as its reply and the ticket's earlier messages are now.

    One that a process has taken and not begun to hand over is taken from it: it holds the old words. A mail that is
    no reply quotes nothing of its own accord, and is left as it is.
    """
    if mail.kind != MailKind.REPLY:
        return
    content = _content(mail)
    body = compose_body(content)
    fields: dict[str, Any] = {"text": body.text, "html": body.html, "language": content.language}
    fields["headers"] = [
        [name, content.language if name == "Content-Language" else value] for name, value in mail.headers
    ]
    rows = OutboundMail.objects.filter(pk=mail.pk)
    # This first: it holds the row, so that whoever takes the mail from here on reads the new words.
    rows.update(**fields)
    rows.filter(state=OutboundState.CLAIMED).update(state=OutboundState.QUEUED, lease_owner="", lease_until=None)


def _content(mail: OutboundMail) -> PublicMail:
    message, recipient = mail.message, mail.recipients.select_related("participant__contact").get()
    files, _fit = files_to_mail(message)
    if recipient.participant:
        outgoing = Outgoing(mail.ticket)
        addressee = Addressee(recipient.participant, recipient.address, recipient.name)
    else:
        outgoing = BlindReply(mail.ticket)
        addressee = blind_addressee(mail.ticket, {"address": recipient.address, "name": recipient.name})
    return outgoing.reply_content(
        message,
        addressee,
        texts=texts_for(outgoing.mailbox.pk, MailKind.REPLY),
        quoted=outgoing.quoted(message),
        files=files,
        # As they went along before: what was too large to be mailed is behind the link.
        attached=bool(mail.attachment_ids) or not files,
        tracking_url=outgoing.link_for(addressee),
    )
