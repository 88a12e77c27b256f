"""A person decides on a mail that was not sent, or whose fate is unknown."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.mail.choices import OutboundState, RecipientState
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind

_UNSETTLED = (OutboundState.FAILED, OutboundState.UNCERTAIN)


class _SettleMail(TicketAction):
    """Works on one mail of the ticket; needs the right to reply."""

    verb = "reply"

    def __init__(self, *, mail: OutboundMail, **kwargs: Any) -> None:
        super().__init__(ticket=mail.ticket, **kwargs)
        self.mail = mail

    def _settle(self, states: tuple[str, ...], **fields: Any) -> OutboundMail:
        if not OutboundMail.objects.filter(pk=self.mail.pk, state__in=states).update(**fields):
            raise ActionRefused(_("This mail is in another state by now."))
        self.mail.refresh_from_db()
        return self.mail


class RetryMail(_SettleMail):
    """Send it (again) now: a mail that waits, failed, or may not have arrived. It keeps its Message-ID."""

    def execute(self) -> OutboundMail:
        """Return the queued mail. ActionRefused for one that was sent or is being sent."""
        mail = self._settle(
            (*_UNSETTLED, OutboundState.RETRY),
            state=OutboundState.QUEUED,
            next_try_at=timezone.now(),
            last_error="",
        )
        self.record(EventKind.DELIVERY, what="retried", mail=mail.pk)
        return mail


class MarkDelivered(_SettleMail):
    """The customer has it, whatever the mail server said."""

    def execute(self) -> OutboundMail:
        """Return the mail, now sent. ActionRefused for one whose fate is known."""
        mail = self._settle(_UNSETTLED, state=OutboundState.SENT, sent_at=timezone.now(), last_error="")
        mail.recipients.update(state=RecipientState.ACCEPTED)
        self.record(EventKind.DELIVERY, what="confirmed", mail=mail.pk)
        return mail


class CancelMail(_SettleMail):
    """Do not send a mail that waits."""

    def execute(self) -> OutboundMail:
        """Return the cancelled mail. ActionRefused for one that is under way or was sent."""
        mail = self._settle((OutboundState.QUEUED, OutboundState.RETRY), state=OutboundState.CANCELLED)
        self.record(EventKind.DELIVERY, what="cancelled", mail=mail.pk)
        return mail
