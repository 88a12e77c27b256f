"""A person decides on a mail that waits, that was not sent, that came back, or whose fate is unknown."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.mail.arriving.decisions import Decision, decisions_for
from wagtail_helpdesk.mail.choices import OutboundState, RecipientState
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.outbox.resting import look_again
from wagtail_helpdesk.mail.reporting.problems import NOT_REACHED, refresh_delivery_flag
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind

_MISSING = (*NOT_REACHED, RecipientState.PENDING, RecipientState.REFUSED_TEMP)


class _SettleMail(TicketAction):
    """Works on one mail of the ticket; needs the right to reply."""

    verb = "reply"
    decision: ClassVar[Decision]
    #: What the timeline says.
    what: ClassVar[str]

    def __init__(self, *, mail: OutboundMail, **kwargs: Any) -> None:
        super().__init__(ticket=mail.ticket, **kwargs)
        self.mail = mail

    def execute(self) -> OutboundMail:
        """Return the mail as it is then. ActionRefused where the decision makes no sense (any more)."""
        mail = OutboundMail.objects.prefetch_related("recipients").get(pk=self.mail.pk)
        states = [one.state for one in mail.recipients.all()]
        doubted = mail.delivery_events.filter(verified=False).exists()
        if self.decision not in decisions_for(mail.state, states, settled=bool(mail.settled_at), doubted=doubted):
            raise ActionRefused(_("This mail is in another state by now."))
        # A worker may take it at the same time: whoever changes the state first has it.
        if not OutboundMail.objects.filter(pk=mail.pk, state=mail.state).update(**self.fields()):
            raise ActionRefused(_("This mail is in another state by now."))
        self.change_recipients(mail)
        self.record(EventKind.DELIVERY, what=self.what, mail=mail.pk)
        refresh_delivery_flag(mail.ticket_id)
        self.mail.refresh_from_db()
        return self.mail

    def fields(self) -> dict[str, Any]:
        """Return what changes on the mail."""
        raise NotImplementedError

    def change_recipients(self, mail: OutboundMail) -> None:
        """Change what changes on the recipients."""


class RetryMail(_SettleMail):
    """Send it (again) now, to those who have not got it. It keeps its Message-ID."""

    decision = Decision.RETRY
    what = "retried"

    def fields(self) -> dict[str, Any]:
        return {
            "state": OutboundState.QUEUED,
            "attempts": 0,
            "next_try_at": timezone.now(),
            "last_error": "",
            "settled_at": None,
            "warned_at": None,
        }

    def change_recipients(self, mail: OutboundMail) -> None:
        missing = mail.recipients.filter(state__in=_MISSING)
        if missing.filter(address="").exists():
            raise ActionRefused(_("The address of this mail was erased."))
        missing.update(state=RecipientState.PENDING, smtp_code=None, status_code="", diagnostic="")
        look_again(mail.mailbox_id)


class MarkDelivered(_SettleMail):
    """The customer has it, whatever the mail server said."""

    decision = Decision.CONFIRM
    what = "confirmed"

    def fields(self) -> dict[str, Any]:
        now = timezone.now()
        return {"state": OutboundState.SENT, "sent_at": Coalesce(F("sent_at"), now), "last_error": ""}

    def change_recipients(self, mail: OutboundMail) -> None:
        mail.recipients.filter(state__in=_MISSING).update(state=RecipientState.ACCEPTED)


class CancelMail(_SettleMail):
    """Do not send a mail that waits."""

    decision = Decision.CANCEL
    what = "cancelled"

    def fields(self) -> dict[str, Any]:
        return {"state": OutboundState.CANCELLED}


class LeaveMail(_SettleMail):
    """Be done with a mail that did not get through: nothing more is sent, and the ticket is no problem any more."""

    decision = Decision.SETTLE
    what = "settled"

    def fields(self) -> dict[str, Any]:
        return {"settled_at": timezone.now()}


#: The action behind each decision.
ACTIONS: dict[Decision, type[_SettleMail]] = {
    action.decision: action for action in (RetryMail, MarkDelivered, CancelMail, LeaveMail)
}
