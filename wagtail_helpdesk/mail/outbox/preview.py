"""What a mail would say, before anything of it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import timezone

from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.files import MAX_MAILED
from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.conversations.words import NewFile, Prepared
from wagtail_helpdesk.mail.choices import MailKind
from wagtail_helpdesk.mail.compose.content import Body, PublicMail, compose_body
from wagtail_helpdesk.mail.compose.headers import mailbox_header
from wagtail_helpdesk.mail.links import tracking_url
from wagtail_helpdesk.mail.outbox.enqueue import Addressee, Outgoing
from wagtail_helpdesk.mail.outbox.forward import OutgoingForward
from wagtail_helpdesk.mail.own_texts import texts_for
from wagtail_helpdesk.tickets.choices import Role, Visibility
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail as its first reader will see it."""

    language: str
    sender: str
    recipient: str
    subject: str = field(repr=False)
    body: Body = field(repr=False)
    file_names: tuple[str, ...] = ()
    #: Who else gets it: beside the recipient, as a copy, and unnamed in any mail.
    further: tuple[str, ...] = ()
    copied: tuple[str, ...] = ()
    blind: tuple[str, ...] = ()


#: In place of the link that only the mail itself carries.
_TOKEN = "…"  # noqa: S105


def preview_reply(ticket: Ticket, *, author: str, prepared: Prepared, unquoted: bool) -> Preview | None:
    """Return the reply's mail to the requester; None where there is no address to write to."""
    person = ticket.participants.filter(role=Role.REQUESTER).select_related("contact").first()
    if person is None or not person.mail_address:
        return None
    outgoing = Outgoing(ticket)
    message, files = _unsaved(ticket, author, prepared, Visibility.PUBLIC)
    message.mailing = {"unquoted": unquoted}
    addressee = Addressee(person, person.mail_address, person.contact.name)
    content = outgoing.reply_content(
        message,
        addressee,
        texts=texts_for(outgoing.mailbox.pk, MailKind.REPLY),
        quoted=outgoing.quoted(message),
        files=files,
        attached=sum(file.size for file in files) <= MAX_MAILED,
        tracking_url=tracking_url(_TOKEN, outgoing.site),
    )
    return _preview(outgoing, content, addressee, message)


def preview_forward(ticket: Ticket, *, author: str, prepared: Prepared, address: str, name: str = "") -> Preview:
    """Return the mail that passes something on, to the person at ``address``."""
    outgoing = OutgoingForward(ticket)
    message, files = _unsaved(ticket, author, prepared, Visibility.INTERNAL)
    contact = (Contact.objects.by_address(address) if address else None) or Contact(name=name)
    known = ticket.participants.filter(contact=contact).first() if contact.pk else None
    person = known or TicketParticipant(ticket=ticket, contact=contact, address=address, role=Role.THIRD_PARTY)
    addressee = Addressee(person, address, contact.name or name)
    if known is not None:
        outgoing.begin_thread(known)
    images = [file.content_id for file in files if file.hidden]
    return _preview(outgoing, outgoing.forward_content(message, addressee, images=images), addressee, message)


def _unsaved(ticket: Ticket, author: str, prepared: Prepared, visibility: str) -> tuple[Message, list[Attachment]]:
    message = Message(
        ticket=ticket,
        direction=Direction.OUTBOUND,
        visibility=visibility,
        author_name=author[:200],
        text=prepared.text,
        html=prepared.html,
        created_at=timezone.now(),
    )
    files = [
        Attachment(
            display_name=file.name,
            content_id=file.content_id,
            hidden=file.hidden,
            size=len(file.content) if isinstance(file, NewFile) else file.size,
        )
        for file in prepared.files
    ]
    return message, files


def _preview(outgoing: Outgoing, content: PublicMail, addressee: Addressee, message: Message) -> Preview:
    return Preview(
        language=content.language,
        sender=mailbox_header(outgoing.sender_name(message, content.language), outgoing.mailbox.address),
        recipient=mailbox_header(addressee.name, addressee.address),
        subject=outgoing.subject(content),
        body=compose_body(content),
        file_names=tuple(content.file_names),
    )
