"""What became of the mails of a message, in words for agents."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.inbox.reports import report_of
from wagtail_helpdesk.mail.arriving.decisions import Decision, decisions_for
from wagtail_helpdesk.mail.choices import MailKind, OutboundState, RecipientState
from wagtail_helpdesk.mail.models import OutboundMail, OutboundRecipient
from wagtail_helpdesk.mail.transports.words import explain_pause

_WAITING = (OutboundState.QUEUED, OutboundState.CLAIMED, OutboundState.TRANSMITTING)
_REFUSED = (RecipientState.REFUSED_TEMP, RecipientState.REFUSED_PERM)
_LEVELS = {
    OutboundState.SENT: "positive",
    OutboundState.PARTIAL: "warning",
    OutboundState.UNCERTAIN: "warning",
    OutboundState.RETRY: "warning",
    OutboundState.FAILED: "critical",
}

_LABELS: dict[Decision, Promise] = {
    Decision.RETRY: gettext_lazy("Send again"),
    Decision.CONFIRM: gettext_lazy("It arrived"),
    Decision.CANCEL: gettext_lazy("Do not send"),
    Decision.SETTLE: gettext_lazy("Leave it at that"),
}
_SEND_NOW = gettext_lazy("Send now")


@dataclass(frozen=True)
class Delivery:
    """One mail of ours: a label, and for one that needs somebody the sentence that says why and what can be done."""

    mail: OutboundMail
    label: str
    #: "", "positive", "warning" or "critical".
    level: str
    problem: str = ""
    #: What servers said, each with the address it is about.
    details: tuple[str, ...] = ()
    #: (name, label) of each button.
    decisions: tuple[tuple[str, str], ...] = ()


def delivery_of(mail: OutboundMail, *, names_recipient: bool = False) -> Delivery:
    """Return what to say about ``mail``. No queries.

    It was fetched with its recipients, its mailbox's transport, and ``doubtful_reports``. ``names_recipient``: whether
    the label says to whom, because there are several mails.
    """
    recipients = list(mail.recipients.all())
    report = report_of(mail) if mail.state in (OutboundState.SENT, OutboundState.PARTIAL) else None
    state, level = (report.label, report.level) if report else _state(mail)
    problem = "" if mail.settled_at else report.problem if report else _problem(mail)
    label = _label(mail, state, recipients if names_recipient else [])
    if not problem:
        return Delivery(mail, label, level)
    details = () if report else tuple(_detail(one) for one in recipients if one.state in _REFUSED)
    return Delivery(mail, label, level, problem, details, decisions_with_labels(mail))


def decisions_with_labels(mail: OutboundMail) -> tuple[tuple[str, str], ...]:
    """Return what can be decided about ``mail``: (name, label)."""
    allowed = decisions_for(
        mail.state,
        [one.state for one in mail.recipients.all()],
        settled=mail.settled_at is not None,
        doubted=mail.doubtful_reports,
    )
    waits = mail.state in (OutboundState.QUEUED, OutboundState.RETRY)
    return tuple(
        (decision.value, str(_SEND_NOW if waits and decision == Decision.RETRY else _LABELS[decision]))
        for decision in allowed
    )


def _state(mail: OutboundMail) -> tuple[str, str]:
    """Return where the mail stands in words, and how grave that is."""
    if mail.state in _WAITING:
        return (_("Delayed"), "warning") if mail.warned_at else (_("On its way"), "")
    return str(mail.get_state_display()), "" if mail.settled_at else _LEVELS.get(mail.state, "")


def _label(mail: OutboundMail, state: str, recipients: list[OutboundRecipient]) -> str:
    if mail.kind == MailKind.ACKNOWLEDGEMENT:
        return _("Acknowledgement: %(state)s") % {"state": state}
    if mail.kind == MailKind.CLOSING:
        return _("Warning that the ticket closes: %(state)s") % {"state": state}
    if recipients:
        who = ", ".join(one.name or one.address or "—" for one in recipients)
        return _("%(who)s: %(state)s") % {"who": who, "state": state}
    return str(state)


def _problem(mail: OutboundMail) -> str:
    """Return the sentence for a mail that needs somebody, "" for all others."""
    if mail.state == OutboundState.FAILED:
        return _("This mail was not sent.")
    if mail.state == OutboundState.UNCERTAIN:
        if mail.warned_at:
            return _("This mail may not have been sent. Send it again, unless you know that it arrived.")
        return _("Nobody knows yet whether this mail was sent. It may show by itself in a few minutes.")
    if mail.state in (OutboundState.QUEUED, OutboundState.RETRY) and mail.warned_at:
        return _waiting(mail)
    return ""


def _waiting(mail: OutboundMail) -> str:
    sentence = _("This mail still waits to be sent.")
    transport = getattr(mail.mailbox, "mail_transport", None)
    if transport is None or transport.paused_at is None:
        return sentence
    return f"{sentence} {explain_pause(transport.pause_reason)}"


def _detail(recipient: OutboundRecipient) -> str:
    code = recipient.status_code or str(recipient.smtp_code or "")
    answer = " ".join(filter(None, [code, recipient.diagnostic.removeprefix(recipient.status_code).strip()]))
    return ": ".join(filter(None, [recipient.address, answer or recipient.get_state_display()]))
