"""The mail that passes something on to a third party: no tracking link, no customer's address, a thread of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from django.utils import translation
from django.utils.translation import gettext as _

from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.mail.arriving.languages import nearest_language
from wagtail_helpdesk.mail.choices import Audience, MailKind
from wagtail_helpdesk.mail.compose.content import PublicMail
from wagtail_helpdesk.mail.compose.headers import bare_subject, is_safe_id, one_line
from wagtail_helpdesk.mail.compose.thread import Thread
from wagtail_helpdesk.mail.models import InboundMail, MailTemplate, OutboundMail
from wagtail_helpdesk.mail.outbox.enqueue import Addressee, Outgoing, files_to_mail, signature_of
from wagtail_helpdesk.tickets.choices import Role, Visibility
from wagtail_helpdesk.tickets.models import TicketParticipant

#: Mails looked at for the chain of a thread.
_REACH = 20


class OutgoingForward(Outgoing):
    """As for replies, but for people who see nothing of the ticket besides what is passed on to them."""

    audience: ClassVar[str] = Audience.THIRD_PARTY
    #: Each third party has a thread of its own, until then none.
    thread = Thread("", "", ())

    def queue_forward(self, message: Message) -> list[OutboundMail]:
        """Queue the mails of a published message to third parties. ValueError for any other: a note never leaves."""
        if message.visibility != Visibility.INTERNAL or message.direction != Direction.OUTBOUND:
            raise ValueError("only what was written to a third party goes out to one")
        files, _attached = files_to_mail(message)
        mails = []
        for addressee in self._addressees(message.recipients):
            if addressee.participant.role != Role.THIRD_PARTY:
                continue
            # Each has a thread of its own: the customer's Message-IDs are nobody else's business.
            self.begin_thread(addressee.participant)
            mails.append(
                self._queue(
                    self.forward_content(message, addressee, images=[file.content_id for file in files if file.hidden]),
                    addressee,
                    message=message,
                    purpose=f"forward:{message.pk}:{addressee.participant.pk}:0",
                    files=files,
                    everybody=message.recipients,
                )
            )
        return mails

    def forward_content(self, message: Message, addressee: Addressee, *, images: list[str]) -> PublicMail:
        """Return what the mail says. ``message`` need not be stored: a preview asks too."""
        return PublicMail(
            kind=MailKind.FORWARD,
            language=self._language(addressee, ()),
            reference=self.ticket.reference,
            team=self.mailbox.name,
            text=message.text,
            html=message.html,
            images=images,
            signature=signature_of(self.mailbox, message.author_name),
            subject=self.ticket.subject,
            name=addressee.name,
            agent=message.author_name,
        )

    def begin_thread(self, participant: TicketParticipant) -> None:
        """Let the next mail stand in the thread of one third party."""
        self.thread = third_party_thread(participant)

    def _ways_out(self, addressee: Addressee) -> list[list[str]]:
        return []

    def subject(self, content: PublicMail, automatic: bool = False) -> str:
        """Return "Fwd: ..." for what begins a thread, "Re: ..." for what answers."""
        if self.thread.answers:
            return super().subject(content)
        with translation.override(content.language):
            subject = bare_subject(self.ticket.subject) or _("A question of %(team)s") % {"team": self.mailbox.name}
        return one_line(f"Fwd: {subject}")[:500]

    def _language(self, addressee: Addressee, texts: Sequence[MailTemplate]) -> str:
        """Not the customer's: the one that the third party chose, else the mailbox's."""
        wanted = (addressee.participant.contact.language, self.mailbox.language)
        return nearest_language(wanted, set())


def third_party_thread(participant: TicketParticipant) -> Thread:
    """Return what was written to and fro with one third party, in two queries."""
    arrived = (
        InboundMail.objects.filter(ticket=participant.ticket_id, message__author_contact=participant.contact_id)
        .exclude(message_id_header="")
        .order_by("-received_at", "-pk")
        .values_list("received_at", "message_id_header", "subject")[:_REACH]
    )
    left = (
        OutboundMail.objects.filter(
            ticket=participant.ticket_id, audience=Audience.THIRD_PARTY, recipients__participant=participant
        )
        .order_by("-created_at", "-pk")
        .values_list("created_at", "message_id_header")[:_REACH]
    )
    theirs = [row for row in arrived if is_safe_id(row[1])]
    chain = [message_id for _at, message_id in sorted([(row[0], row[1]) for row in theirs] + list(left))]
    answers = theirs[0] if theirs else None
    if answers is not None:
        chain = [message_id for message_id in chain if message_id != answers[1]] + [answers[1]]
    return Thread(answers[1] if answers else "", answers[2] if answers else "", tuple(chain))
