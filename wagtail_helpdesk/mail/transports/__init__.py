"""How our mails leave: over the site's e-mail backend, over an SMTP server of a mailbox's own, or as a site adds."""

from wagtail_helpdesk.mail.transports.backend import BackendTransport
from wagtail_helpdesk.mail.transports.base import (
    DeliveryFailed,
    DeliveryUncertain,
    Envelope,
    HandingOver,
    Phase,
    RecipientResult,
    SendResult,
    Transport,
    TransportUnavailable,
)
from wagtail_helpdesk.mail.transports.registry import SITE, kinds, open_transport, register
from wagtail_helpdesk.mail.transports.smtp import SmtpTransport

register(SITE, BackendTransport)
register("smtp", SmtpTransport)

__all__ = [
    "SITE",
    "BackendTransport",
    "DeliveryFailed",
    "DeliveryUncertain",
    "Envelope",
    "HandingOver",
    "Phase",
    "RecipientResult",
    "SendResult",
    "SmtpTransport",
    "Transport",
    "TransportUnavailable",
    "kinds",
    "open_transport",
    "register",
]
