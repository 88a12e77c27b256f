"""Tell the customer of a silent ticket that it closes by itself."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.mail.ledger import allow_automatic_mail
from wagtail_helpdesk.mail.models import InboundMail, MailboxOptions
from wagtail_helpdesk.mail.outbox.closing import OutgoingWarning
from wagtail_helpdesk.mail.parsing.classify import CALENDAR
from wagtail_helpdesk.tickets.actions.close_silent import AnnounceClosing, Enough
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant

#: Limits that are over in a while: the ticket is warned of then, and does not close before.
_FOR_NOW = ("address_limit", "domain_limit")
#: Mails of a ticket that are looked at to tell a person from a machine.
_MAILS = 20


class NotNow(Enough):
    """The limit of one person is reached: the ticket waits for a later round."""


class WarnOfClosing(AnnounceClosing):
    """Announce that the ticket closes and queue the mail that says so, both or neither.

    Where no mail may go (to a machine, to an address that gets none, from a mailbox that sends no automatic mail) the
    ticket closes without one.
    """

    def prepare(self) -> None:
        """Find whom to tell. NotNow or Enough where a limit stands against it for now."""
        ticket = self.ticket
        self.requester = ticket.participants.filter(contact=ticket.requester_id).select_related("contact").first()
        self.message = Message.objects.public().filter(ticket=ticket).order_by("-created_at", "-pk").first()
        self.why_not = self._why_not(ticket, self.requester)

    def execute(self) -> datetime | None:
        """Return when the ticket closes; None where there is nothing to say."""
        closes = super().execute()
        if closes is not None and not self.why_not:
            OutgoingWarning(self.ticket).queue_warning(self.requester, self.message, closes)
        return closes

    def _why_not(self, ticket: Ticket, requester: TicketParticipant | None) -> str:
        options = getattr(ticket.mailbox, "mail_options", None) or MailboxOptions(mailbox=ticket.mailbox)
        if not options.acknowledge:
            return "off"
        if requester is None or not requester.mail_address or requester.muted or self.message is None:
            return "no_address"
        if is_machine(ticket):
            return "machine"
        verdict = allow_automatic_mail(
            address=requester.mail_address,
            subject=ticket.subject,
            recent_subjects=(),
            mailbox=ticket.mailbox,
            now=timezone.now(),
        )
        if verdict.reason == "mailbox_limit":
            raise Enough
        if verdict.reason in _FOR_NOW:
            raise NotNow
        return "off" if verdict.reason == "switched_off" else verdict.reason


def is_machine(ticket: Ticket) -> bool:
    """Tell whether all mails that the requester wrote on ``ticket`` are a machine's."""
    mails = InboundMail.objects.filter(ticket=ticket, message__author_contact=ticket.requester_id)
    labels = [
        set(found) - {CALENDAR} for found in mails.order_by("-pk").values_list("classification", flat=True)[:_MAILS]
    ]
    return bool(labels) and all(found - {"human"} for found in labels)
