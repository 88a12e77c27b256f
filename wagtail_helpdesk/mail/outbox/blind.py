"""Blind copies of what agents write: a mail of its own to each person, whom no other mail names.

Who gets one takes no part in the ticket: no tracking link, no reply address of its own, and what is answered to it
stays among agents, as a third party's words do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.mail.choices import Audience, MailKind
from wagtail_helpdesk.mail.compose.content import PublicMail
from wagtail_helpdesk.mail.compose.thread import Thread
from wagtail_helpdesk.mail.models import OutboundMail, OutboundRecipient
from wagtail_helpdesk.mail.outbox.enqueue import Addressee, Outgoing, files_to_mail
from wagtail_helpdesk.mail.outbox.forward import OutgoingForward
from wagtail_helpdesk.mail.own_texts import texts_for
from wagtail_helpdesk.tickets.choices import Role, Visibility
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant


class _Blind:
    """What is different about the mails of an occasion when they are blind copies."""

    audience: ClassVar[str] = Audience.THIRD_PARTY
    recipient_kind: ClassVar[str] = OutboundRecipient.Kind.BCC
    #: An answer names this copy alone, and so is known for one to it.
    thread = Thread("", "", ())

    def _queue_of(self, addressee: Addressee) -> Any:
        return f"bcc:{address_hash(addressee.address)}"

    def _reply_to(self, addressee: Addressee) -> str:
        return ""

    def link_for(self, addressee: Addressee) -> str:
        return ""

    def _ways_out(self, addressee: Addressee) -> list[list[str]]:
        return []


class BlindReply(_Blind, Outgoing):
    """Blind copies of a reply."""

    def queue_copies(self, message: Message, people: Sequence[Addressee]) -> list[OutboundMail]:
        """Queue a mail for each of ``people``."""
        files, attached = files_to_mail(message)
        texts, quoted = texts_for(self.mailbox.pk, MailKind.REPLY), self.quoted(message)
        more = {"texts": texts, "quoted": quoted, "files": files, "attached": attached, "tracking_url": ""}
        return [
            self._copy(self.reply_content(message, person, **more), person, message, files if attached else ())
            for person in people
        ]

    def _copy(self, content: PublicMail, person: Addressee, message: Message, files: Sequence[Any]) -> OutboundMail:
        return self._queue(
            content,
            person,
            message=message,
            purpose=_purpose(message, person),
            files=files,
            everybody=message.recipients,
        )


class BlindForward(_Blind, OutgoingForward):
    """Blind copies of what is passed on to a third party."""

    def queue_copies(self, message: Message, people: Sequence[Addressee]) -> list[OutboundMail]:
        """Queue a mail for each of ``people``."""
        files, _attached = files_to_mail(message)
        images = [file.content_id for file in files if file.hidden]
        return [
            self._queue(
                self.forward_content(message, person, images=images),
                person,
                message=message,
                purpose=_purpose(message, person),
                files=files,
                everybody=message.recipients,
            )
            for person in people
        ]


def queue_blind_copies(message: Message) -> list[OutboundMail]:
    """Queue the blind copies of a published message. No query for none. ValueError for a note: it never leaves."""
    rows = [row for row in message.recipients.get("bcc", []) if row["address"]]
    if not rows:
        return []
    if message.direction != "outbound":
        raise ValueError("only what was written to somebody outside is copied")
    kind = BlindForward if message.visibility == Visibility.INTERNAL else BlindReply
    return kind(message.ticket).queue_copies(message, [blind_addressee(message.ticket, row) for row in rows])


def blind_addressee(ticket: Ticket, row: dict[str, Any]) -> Addressee:
    """Return who gets a blind copy. Whether it is a contact of ours matters for the language only."""
    contact = Contact.objects.by_address(row["address"]) or Contact(name=row["name"])
    nobody = TicketParticipant(ticket=ticket, contact=contact, address=row["address"], role=Role.THIRD_PARTY)
    return Addressee(nobody, row["address"], row["name"])


def _purpose(message: Message, person: Addressee) -> str:
    return f"bcc:{message.pk}:{address_hash(person.address)}:0"
