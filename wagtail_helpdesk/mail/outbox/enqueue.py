"""Freezes a mail to a customer into the outbox: rows in the transaction that decided on it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils import timezone, translation
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.models import Site

from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.conversations.files import MAX_MAILED
from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.events import AtHand, write_later
from wagtail_helpdesk.mail.arriving.languages import nearest_language
from wagtail_helpdesk.mail.choices import Audience, MailKind, SenderName
from wagtail_helpdesk.mail.compose.content import PublicMail, Quoted, compose_body
from wagtail_helpdesk.mail.compose.headers import mailbox_header, one_line, references, reply_subject
from wagtail_helpdesk.mail.compose.own_texts import fill_subject
from wagtail_helpdesk.mail.compose.thread import Thread, first_thread, thread_of
from wagtail_helpdesk.mail.identity import (
    LOOP_HEADER,
    NULL_SENDER,
    PUBLIC_ID_LENGTH,
    make_bounce_address,
    make_loop_header,
    make_message_id,
    make_reply_address,
)
from wagtail_helpdesk.mail.links import default_site, leave_headers, tracking_url
from wagtail_helpdesk.mail.models import MailboxOptions, MailTemplate, OutboundMail, OutboundRecipient
from wagtail_helpdesk.mail.outbox.history import quoted_history
from wagtail_helpdesk.mail.own_texts import choose, texts_for
from wagtail_helpdesk.tickets.actions.participants import token_for
from wagtail_helpdesk.tickets.choices import Role, TokenPurpose, Visibility
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant
from wagtail_helpdesk.tickets.tokens import new_public_id


@dataclass(frozen=True, slots=True)
class Addressee:
    """One person a mail goes to, at the address that was chosen."""

    participant: TicketParticipant
    address: str
    name: str


class Outgoing:
    """What all mails of one occasion share. One mail goes to each addressee: links and reply tokens are personal."""

    audience: ClassVar[str] = Audience.CUSTOMER
    recipient_kind: ClassVar[str] = OutboundRecipient.Kind.TO

    def __init__(self, ticket: Ticket, *, is_new: bool = False) -> None:
        self.ticket, self.is_new = ticket, is_new
        self.mailbox: Mailbox = ticket.mailbox
        self.options = getattr(self.mailbox, "mail_options", None) or MailboxOptions(mailbox=self.mailbox)

    @cached_property
    def site(self) -> Site | None:
        """The site that links in these mails lead to."""
        return self.ticket.site or self.mailbox.site or default_site()

    @cached_property
    def thread(self) -> Thread:
        """What these mails answer."""
        return thread_of(self.ticket, is_new=self.is_new)

    def queue_reply(self, message: Message) -> list[OutboundMail]:
        """Queue the mails of a published public reply. ValueError for any other message: a note never leaves."""
        if message.visibility != Visibility.PUBLIC or message.direction != "outbound":
            raise ValueError("only a public reply goes out by mail")
        files, attached = files_to_mail(message)
        texts = texts_for(self.mailbox.pk, MailKind.REPLY)
        quoted = self.quoted(message)
        return [
            self._queue(
                self.reply_content(
                    message,
                    addressee,
                    texts=texts,
                    quoted=quoted,
                    files=files,
                    attached=attached,
                    tracking_url=self.link_for(addressee),
                ),
                addressee,
                message=message,
                purpose=f"reply:{message.pk}:{addressee.participant.pk}:0",
                files=files if attached else (),
                everybody=message.recipients,
            )
            for addressee in self._addressees(message.recipients)
        ]

    def quoted(self, message: Message) -> Sequence[Quoted]:
        """Return the earlier words that stand below a reply: as the mailbox has it, unless its author left them out."""
        return [] if message.mailing.get("unquoted") else quoted_history(message, self.options.quote_history)

    def reply_content(
        self,
        message: Message,
        addressee: Addressee,
        *,
        texts: Sequence[MailTemplate],
        quoted: Sequence[Quoted],
        files: Sequence[Any],
        attached: bool,
        tracking_url: str,
    ) -> PublicMail:
        """Return what a reply's mail to one person says. ``message`` need not be stored: a preview asks too."""
        language = self._language(addressee, texts)
        return PublicMail(
            kind=MailKind.REPLY,
            language=language,
            reference=self.ticket.reference,
            team=self.mailbox.name,
            text=message.text,
            html=message.html,
            images=[file.content_id for file in files if file.hidden] if attached else (),
            signature=signature_of(self.mailbox, message.author_name),
            tracking_url=tracking_url,
            file_names=[file.display_name for file in files if not file.hidden],
            files_attached=attached,
            quoted=quoted,
            subject=self.ticket.subject,
            name=addressee.name,
            agent=message.author_name,
            own=choose(texts, language),
        )

    def queue_acknowledgement(self, message: Message, at_hand: AtHand | None = None) -> OutboundMail | None:
        """Queue the mail that says "we have it" with the tracking link; None when there is nobody to tell."""
        if at_hand:
            requester, self.thread = at_hand.participant, first_thread(at_hand.source)
        else:
            requester = self.ticket.participants.filter(role="requester").select_related("contact").first()
        if requester is None or not requester.address:
            return None
        # An automatic answer goes to the address that wrote, not to one that it names (RFC 3834 4).
        addressee = Addressee(requester, requester.address, requester.contact.name)
        texts = texts_for(self.mailbox.pk, MailKind.ACKNOWLEDGEMENT)
        language = self._language(addressee, texts)
        content = PublicMail(
            kind=MailKind.ACKNOWLEDGEMENT,
            language=language,
            reference=self.ticket.reference,
            team=self.mailbox.name,
            text=message.text,
            signature=signature_of(self.mailbox, ""),
            tracking_url=self.link_for(addressee),
            subject=self.ticket.subject,
            name=addressee.name,
            own=choose(texts, language),
        )
        return self._queue(
            content, addressee, message=message, purpose=f"ack:{self.ticket.pk}:{requester.pk}:0", automatic=True
        )

    def _queue(
        self,
        content: PublicMail,
        addressee: Addressee,
        *,
        message: Message,
        purpose: str,
        files: Sequence[Attachment] = (),
        everybody: dict[str, Any] | None = None,
        automatic: bool = False,
    ) -> OutboundMail:
        public_id = new_public_id(PUBLIC_ID_LENGTH)
        message_id = make_message_id(public_id, self.mailbox)
        body = compose_body(content)
        mail = OutboundMail(
            public_id=public_id,
            audience=self.audience,
            kind=content.kind,
            purpose_key=hashlib.sha256(purpose.encode()).hexdigest(),
            ticket=self.ticket,
            message=message,
            queue_key=hashlib.sha256(f"{self.ticket.pk}:{self._queue_of(addressee)}".encode()).hexdigest(),
            message_visibility=message.visibility,
            mailbox=self.mailbox,
            message_id_header=message_id,
            subject=self.subject(content, automatic),
            from_header=mailbox_header(self.sender_name(message, content.language, automatic), self.mailbox.address),
            reply_to=self._reply_to(addressee),
            envelope_from=make_bounce_address(self.mailbox, public_id) or (NULL_SENDER if automatic else ""),
            headers=self._headers(content, addressee, public_id, message_id, everybody, automatic),
            text=body.text,
            html=body.html,
            attachment_ids=[file.pk for file in files],
            language=content.language,
            created_at=timezone.now(),
        )
        recipient = OutboundRecipient(
            outbound=mail,
            participant=addressee.participant if addressee.participant.pk else None,
            kind=self.recipient_kind,
            name=addressee.name[:200],
            address=addressee.address,
            address_hash=address_hash(addressee.address),
        )
        write_later([mail])
        write_later([recipient])
        return mail

    def _queue_of(self, addressee: Addressee) -> Any:
        """Mails of one ticket to the same one leave in their order."""
        return addressee.participant.pk

    def _headers(
        self,
        content: PublicMail,
        addressee: Addressee,
        public_id: str,
        message_id: str,
        everybody: dict[str, Any] | None,
        automatic: bool,
    ) -> list[list[str]]:
        headers = [
            ["References", references(self.thread.chain, message_id)],
            [LOOP_HEADER, make_loop_header(public_id)],
            ["Content-Language", content.language],
        ]
        if self.thread.answers:
            headers.insert(0, ["In-Reply-To", f"<{self.thread.answers}>"])
        if everybody:
            # Each mail goes to one person; its header shows all, so that "reply all" works among them.
            for name, key in (("To", "to"), ("Cc", "cc")):
                people = [mailbox_header(row["name"], row["address"]) for row in everybody.get(key, [])]
                if people:
                    headers.append([name, ", ".join(people)])
        headers += self._ways_out(addressee)
        if automatic:
            # RFC 3834 5: an acknowledgement answers, a warning comes unasked.
            answers = content.kind == MailKind.ACKNOWLEDGEMENT
            headers.append(["Auto-Submitted", "auto-replied" if answers else "auto-generated"])
            headers.append(["X-Auto-Response-Suppress", "All"])
        return headers

    def _ways_out(self, addressee: Addressee) -> list[list[str]]:
        return leave_headers(addressee.participant, self.site)

    def subject(self, content: PublicMail, automatic: bool = False) -> str:
        """Return the subject: that of the thread, or an administrator's for automatic mails."""
        with translation.override(content.language):
            fallback = _("Your message to %(team)s") % {"team": self.mailbox.name}
            subject = reply_subject(self.thread.answers_subject or self.ticket.subject, fallback=fallback)
            if not automatic and self._answers_nothing():
                subject = subject.removeprefix("Re: ")
            if content.own and content.own.subject:
                subject = fill_subject(content.own.subject, content.values)
            elif content.kind == MailKind.ACKNOWLEDGEMENT:
                subject = _("Received: %(subject)s") % {"subject": subject.removeprefix("Re: ")}
        return one_line(subject)[:500]

    def _answers_nothing(self) -> bool:
        """Tell whether the customer hears of this ticket for the first time, having written nothing."""
        written = Message.objects.filter(ticket=self.ticket, direction="inbound", visibility=Visibility.PUBLIC)
        return not self.thread.chain and not written.exists()

    def sender_name(self, message: Message, language: str, automatic: bool = False) -> str:
        """Return what stands before the address in From."""
        if automatic or not message.author_name or self.options.sender_name == SenderName.TEAM:
            return self.mailbox.name
        if self.options.sender_name == SenderName.AGENT:
            return message.author_name
        with translation.override(language):
            return _("%(agent)s via %(team)s") % {"agent": message.author_name, "team": self.mailbox.name}

    def _reply_to(self, addressee: Addressee) -> str:
        if not self.options.plus_addressing:
            return ""
        token = token_for(addressee.participant, TokenPurpose.REPLY, is_new=self.is_new).signed
        return mailbox_header(self.mailbox.name, make_reply_address(self.mailbox, token))

    def link_for(self, addressee: Addressee) -> str:
        """Return the address of the tracking page, as this person alone gets it; "" for who gets none."""
        token = token_for(addressee.participant, TokenPurpose.PORTAL, is_new=self.is_new)
        return tracking_url(token.signed, self.site)

    def _language(self, addressee: Addressee, texts: Sequence[MailTemplate]) -> str:
        """The one the customer chose, else that of his last words, else the mailbox's, else the site's; of ours."""
        wanted = (addressee.participant.contact.language, self.ticket.language, self.mailbox.language)
        return nearest_language(wanted, {text.language.lower() for text in texts})

    def _addressees(self, recipients: dict[str, Any]) -> list[Addressee]:
        rows = [*recipients.get("to", []), *recipients.get("cc", [])]
        people = (
            TicketParticipant.objects.select_related("contact")
            .filter(ticket=self.ticket)
            .in_bulk([row["participant"] for row in rows])
        )
        return [
            Addressee(people[row["participant"]], row["address"], row["name"])
            for row in rows
            if row["participant"] in people and row["address"] and _still_gets(people[row["participant"]])
        ]


def _still_gets(person: TicketParticipant) -> bool:
    """Tell whether a reply still goes there: one that was planned for later may outlive what its reader may read."""
    return person.role == Role.REQUESTER or (person.may_see and not person.muted)


def files_to_mail(message: Message) -> tuple[list[Attachment], bool]:
    """Return the files of a message, and whether they are small enough to go along."""
    files = list(message.attachments.all())
    return files, sum(file.size for file in files) <= MAX_MAILED


def signature_of(mailbox: Mailbox, agent: str) -> str:
    """Return what stands under a reply of ``agent``. Plain replacement: an administrator's words are no template."""
    return mailbox.signature.replace("{agent}", agent).replace("{team}", mailbox.name).strip()
