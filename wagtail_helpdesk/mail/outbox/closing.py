"""The mail that says: this ticket closes by itself unless you answer."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.formats import date_format

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.mail.choices import MailKind
from wagtail_helpdesk.mail.compose.content import PublicMail
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.outbox.enqueue import Addressee, Outgoing, signature_of
from wagtail_helpdesk.mail.own_texts import choose, texts_for
from wagtail_helpdesk.tickets.models import TicketParticipant


class OutgoingWarning(Outgoing):
    """A warning to the requester."""

    def queue_warning(self, requester: TicketParticipant, message: Message, closes: datetime) -> OutboundMail:
        """Queue the mail; ``message`` is the public one that nobody has answered. One mail for each silence."""
        since = self.ticket.silent_since
        addressee = Addressee(requester, requester.mail_address, requester.contact.name)
        texts = texts_for(self.mailbox.pk, MailKind.CLOSING)
        language = self._language(addressee, texts)
        with translation.override(language):
            date = date_format(timezone.localtime(closes, _zone(requester)), "DATE_FORMAT")
        content = PublicMail(
            kind=MailKind.CLOSING,
            language=language,
            reference=self.ticket.reference,
            team=self.mailbox.name,
            signature=signature_of(self.mailbox, ""),
            tracking_url=self.link_for(addressee),
            subject=self.ticket.subject,
            name=addressee.name,
            days=str((timezone.now() - since).days),
            date=date,
            own=choose(texts, language),
        )
        purpose = f"closing:{self.ticket.pk}:{requester.pk}:{since.isoformat()}"
        return self._queue(content, addressee, message=message, purpose=purpose, automatic=True)


def _zone(requester: TicketParticipant) -> ZoneInfo | None:
    """Return the customer's time zone, None for the site's."""
    try:
        return ZoneInfo(requester.contact.time_zone) if requester.contact.time_zone else None
    except (KeyError, OSError, ValueError):
        return None
