"""E-mail both ways: what arrived, what leaves, and what keeps the two from chasing each other."""

from wagtail_helpdesk.mail.models.arrived import InboundDelivery, InboundMail, RawMail
from wagtail_helpdesk.mail.models.health import WorkerBeat
from wagtail_helpdesk.mail.models.limits import AddressSuppression, AutoReplyLedger
from wagtail_helpdesk.mail.models.mailboxes import MailboxOptions, MailTemplate, MailTransport
from wagtail_helpdesk.mail.models.outbox import DeliveryEvent, OutboundMail, OutboundRecipient
from wagtail_helpdesk.mail.models.sources import InboundOrigin, MailAccount, MailSource, SourceFolder

__all__ = [
    "AddressSuppression",
    "AutoReplyLedger",
    "DeliveryEvent",
    "InboundDelivery",
    "InboundMail",
    "InboundOrigin",
    "MailAccount",
    "MailSource",
    "MailTemplate",
    "MailTransport",
    "MailboxOptions",
    "OutboundMail",
    "OutboundRecipient",
    "RawMail",
    "SourceFolder",
    "WorkerBeat",
]
