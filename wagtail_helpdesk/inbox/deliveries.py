"""What became of the mails of a message, in words for agents."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from wagtail_helpdesk.inbox.reports import report_of
from wagtail_helpdesk.mail.choices import MailKind, OutboundState, RecipientState
from wagtail_helpdesk.mail.models import OutboundMail

_WAITING = (OutboundState.QUEUED, OutboundState.CLAIMED, OutboundState.TRANSMITTING)
_REFUSED = (RecipientState.REFUSED_TEMP, RecipientState.REFUSED_PERM)


@dataclass(frozen=True)
class Delivery:
    """One mail of ours: a label, and for one that needs somebody the sentence that says why."""

    mail: OutboundMail
    label: str
    #: "", "positive", "warning" or "critical".
    level: str
    problem: str = ""
    may_retry: bool = False
    may_confirm: bool = False


def delivery_of(mail: OutboundMail) -> Delivery:
    """Return what to say about ``mail``, fetched with its recipients and ``doubtful_reports``. No queries."""
    label = _label(mail)
    report = report_of(mail) if mail.state in (OutboundState.SENT, OutboundState.PARTIAL) else None
    if report:
        return Delivery(mail, _of_kind(mail, report.label), report.level, report.problem)
    if mail.state == OutboundState.SENT:
        return Delivery(mail, label, "positive")
    if mail.state == OutboundState.UNCERTAIN:
        problem = _("This mail may not have been sent. Send it again, unless you know that it arrived.")
        return Delivery(mail, label, "warning", problem, may_retry=True, may_confirm=True)
    if mail.state == OutboundState.FAILED:
        return Delivery(mail, label, "critical", _failure(mail), may_retry=True, may_confirm=True)
    if mail.state == OutboundState.PARTIAL:
        return Delivery(mail, label, "warning", _refusals(mail))
    if mail.state == OutboundState.RETRY:
        return Delivery(mail, label, "warning", may_retry=True)
    return Delivery(mail, label, "")


def _label(mail: OutboundMail) -> str:
    return _of_kind(mail, _("On its way") if mail.state in _WAITING else str(mail.get_state_display()))


def _of_kind(mail: OutboundMail, state: str) -> str:
    if mail.kind == MailKind.ACKNOWLEDGEMENT:
        return _("Acknowledgement: %(state)s") % {"state": state}
    return state


def _failure(mail: OutboundMail) -> str:
    return " ".join(filter(None, [_("This mail was not sent."), _refusals(mail)]))


def _refusals(mail: OutboundMail) -> str:
    refused = [person.address for person in mail.recipients.all() if person.state in _REFUSED]
    return _("Refused for: %(addresses)s") % {"addresses": ", ".join(refused)} if refused else ""
