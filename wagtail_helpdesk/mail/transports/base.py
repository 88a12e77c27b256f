"""What a transport is: the one thing that hands mails of ours to somebody who sends them.

A site adds its own by writing a subclass of :class:`Transport` and calling ``transports.register()`` in its
``AppConfig.ready()``; docs/mail-transports.md has an example, ``wagtail_helpdesk.testing.transports`` the tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Self

from django.core.mail import EmailMessage
from django.utils.functional import Promise

from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.checking import CheckStep
from wagtail_helpdesk.mail.choices import RecipientState
from wagtail_helpdesk.mail.models import MailTransport


class Phase(StrEnum):
    """How far a transport had come (RFC 5321 3 and 4.1.1)."""

    CONFIGURATION = "configuration"
    CONNECT = "connect"
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    #: After the final dot, or whatever ends a hand-over: from here on the other side may have the mail.
    HANDED_OVER = "handed_over"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where one mail goes, and where reports on it go. Addresses are bare, their domains in ASCII."""

    recipients: tuple[str, ...]
    #: "" is the null sender (RFC 5321 4.5.5).
    sender: str
    #: The mailbox's own address, for a service that takes no other sender.
    own_address: str
    #: Names this mail in all its attempts: a key against sending twice, and what webhooks tell us.
    public_id: str
    #: Without angle brackets.
    message_id: str


@dataclass(frozen=True, slots=True)
class RecipientResult:
    """What became of one recipient: ACCEPTED, REFUSED_TEMP or REFUSED_PERM.

    ``diagnostic`` is the server's own words, which may name the address: for agents, never for a log.
    """

    address: str
    state: RecipientState
    smtp_code: int | None = None
    #: RFC 3463, such as "5.1.1".
    status_code: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class SendResult:
    """One result for each recipient of the envelope; what the service calls the mail, where it says."""

    recipients: tuple[RecipientResult, ...]
    provider_id: str = ""


@dataclass(kw_only=True)
class TransportError(Exception):
    """``reason`` is the kind of error and a code, fit for logs: no words of a server, no address."""

    reason: str
    phase: Phase

    def __str__(self) -> str:
        return f"{self.phase}: {self.reason}"


@dataclass(kw_only=True)
class DeliveryFailed(TransportError):
    """The mail was refused for certain, for every recipient. ``permanent`` says that trying again is no use."""

    permanent: bool
    smtp_code: int | None = None
    status_code: str = ""
    diagnostic: str = ""


@dataclass(kw_only=True)
class DeliveryUncertain(TransportError):
    """Contact was lost when the mail may have been taken. ``known`` are the recipients whose fate is certain."""

    phase: Phase = Phase.HANDED_OVER
    known: tuple[RecipientResult, ...] = ()


@dataclass(kw_only=True)
class TransportUnavailable(TransportError):
    """Nothing can be sent now, whatever the mail: no connection, wrong password. No mail is to blame.

    With ``retry_after`` the service only asks to slow down, which is nothing to be alarmed about.
    """

    retry_after: timedelta | None = None


#: Called right before the other side may have the mail. What it raises must come through, and nothing be sent.
HandingOver = Callable[[], None]


class Transport:
    """A way out for the mails of one mailbox. A context manager: one connection for any number of mails.

    ``row`` has what an administrator set; it is unsaved, with its defaults, where nobody set anything.
    """

    #: What administrators choose by.
    label: ClassVar[str | Promise] = ""
    #: Whether To and Cc may name people whom this mail does not go to.
    shows_all_recipients = True

    def __init__(self, mailbox: Mailbox, row: MailTransport) -> None:
        self.mailbox = mailbox
        self.row = row

    def __enter__(self) -> Self:
        """Open the connection. Raises TransportUnavailable."""
        self.open()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def open(self) -> None:
        """Make ready to send. Raises TransportUnavailable."""

    def close(self) -> None:
        """Let go of the connection. Never raises: what was taken was taken."""

    def send(self, message: EmailMessage, envelope: Envelope, handing_over: HandingOver) -> SendResult:
        """Send one mail to the envelope's recipients, and call ``handing_over`` once, as late as can be.

        ``message.to`` are the same recipients with their names; its headers To and Cc may show more. Raises
        DeliveryFailed, DeliveryUncertain, TransportUnavailable; after an error the next mail can be sent.
        """
        raise NotImplementedError

    def check(self) -> list[CheckStep]:
        """Try the connection without sending anything, step by step. Never raises; the first failure is the last."""
        raise NotImplementedError
