"""The site's own e-mail backend, whichever it is: any of Django's, Anymail's, or somebody else's."""

from __future__ import annotations

import copy
import smtplib
import ssl
from contextlib import suppress
from socket import gaierror

from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.mail.checking import CheckStep
from wagtail_helpdesk.mail.choices import RecipientState
from wagtail_helpdesk.mail.transports import anymail
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
from wagtail_helpdesk.mail.transports.dialogue import status_of, transmit


class BackendTransport(Transport):
    """One connection of the site's EMAIL_BACKEND, or of its default mailer.

    Django's own SMTP backend only lends its connection: it would not say which recipients were refused. Any other
    gets one mail for each recipient, since Django's contract has one answer for all; Anymail's tell them apart.
    """

    label = gettext_lazy("The site's own e-mail backend")

    _connection: BaseEmailBackend | None = None
    _is_new = False

    def open(self) -> None:
        """Open the backend. Raises TransportUnavailable: whatever a backend raises here, no mail was handed to it."""
        try:
            self._connection = _backend_of_the_site()
            self._connection.open()
        except Exception as error:
            self.close()
            raise TransportUnavailable(reason=_reason(error), phase=_phase_of(error)) from error
        self._is_new = True

    def close(self) -> None:
        """Close the backend. A server that hangs up on QUIT has taken what it has taken."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                connection.close()

    @property
    def shows_all_recipients(self) -> bool:
        """Anymail's services send to everybody whom they find in the header."""
        return not anymail.is_anymail(self._connection)

    def send(self, message: EmailMessage, envelope: Envelope, handing_over: HandingOver) -> SendResult:
        """Send one mail in the way that suits the backend."""
        if self._connection is None:
            self.open()
        if anymail.is_anymail(self._connection):
            return anymail.send(self._connection, message, envelope, handing_over)
        if type(self._connection) is EmailBackend:
            return self._send_over_smtp(message, envelope, handing_over)
        if envelope.sender not in ("", envelope.own_address):
            message.extra_headers.setdefault("From", message.from_email)
            message.from_email = envelope.sender
        handing_over()
        return self._send_one_by_one(message, envelope)

    def _send_over_smtp(self, message: EmailMessage, envelope: Envelope, handing_over: HandingOver) -> SendResult:
        was_new, self._is_new = self._is_new, False
        try:
            return transmit(self._client(), message, envelope, handing_over)
        except DeliveryFailed as error:
            if was_new or error.phase != Phase.MAIL or error.smtp_code is not None:
                raise
        # The server let go of a connection that stood idle.
        self.close()
        return transmit(self._client(), message, envelope, handing_over)

    def _client(self) -> smtplib.SMTP:
        if self._connection is None or self._connection.connection is None or self._connection.connection.sock is None:
            self.close()
            self.open()
        return self._connection.connection

    def _send_one_by_one(self, message: EmailMessage, envelope: Envelope) -> SendResult:
        results: list[RecipientResult] = []
        for address, named in zip(envelope.recipients, message.to, strict=True):
            one = copy.copy(message)
            one.extra_headers = {"To": ", ".join(message.to), **message.extra_headers}
            one.to = [named]
            try:
                results.append(self._send_to(address, one))
            except DeliveryUncertain as error:
                raise DeliveryUncertain(reason=error.reason, known=tuple(results)) from error
            except DeliveryFailed as error:
                if len(envelope.recipients) == 1:
                    raise
                results.append(_refused(address, error))
        return SendResult(tuple(results))

    def _send_to(self, address: str, message: EmailMessage) -> RecipientResult:
        try:
            count = self._connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()), (550, b""))
            return _refused(address, _answer(code, reply, Phase.RCPT))
        except (ConnectionRefusedError, gaierror, smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError) as error:
            # Some backends open their connection only now.
            raise TransportUnavailable(reason=_reason(error), phase=_phase_of(error)) from error
        except smtplib.SMTPResponseException as error:
            raise _answer(error.smtp_code, error.smtp_error, Phase.DATA) from error
        except smtplib.SMTPNotSupportedError as error:
            raise DeliveryFailed(reason=_reason(error), phase=Phase.RCPT, permanent=True) from error
        except (ValueError, TypeError) as error:
            # A mail that cannot be written down never reached the network.
            raise DeliveryFailed(reason=_reason(error), phase=Phase.DATA, permanent=True) from error
        except Exception as error:
            self.close()
            raise DeliveryUncertain(reason=_reason(error)) from error
        if count == 0:
            # Django's contract: the number of mails that were sent.
            raise DeliveryFailed(reason="the backend sent nothing", phase=Phase.DATA, permanent=False)
        return RecipientResult(address, RecipientState.ACCEPTED)

    def check(self) -> list[CheckStep]:
        """Open the backend: all that a backend offers to find out."""
        name = _("The site's e-mail backend opens")
        try:
            self.open()
        except TransportUnavailable as error:
            return [CheckStep(name, False, error.reason)]
        found = [CheckStep(name, True, type(self._connection).__module__)]
        self.close()
        return found


def _backend_of_the_site() -> BaseEmailBackend:
    """Return the site's default mailer (Django 6.1), which is made of its EMAIL_ settings where it has no others."""
    mailers = getattr(mail, "mailers", None)
    return mail.get_connection(fail_silently=False) if mailers is None else mailers.default


def _answer(code: int, reply: bytes | str, phase: Phase) -> DeliveryFailed:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    return DeliveryFailed(
        reason=f"refused {code} {status_of(text)}".rstrip(),
        phase=phase,
        permanent=code >= 500,
        smtp_code=code if code > 0 else None,
        status_code=status_of(text),
        diagnostic=text,
    )


def _refused(address: str, error: DeliveryFailed) -> RecipientResult:
    state = RecipientState.REFUSED_PERM if error.permanent else RecipientState.REFUSED_TEMP
    return RecipientResult(address, state, error.smtp_code, error.status_code, error.diagnostic)


def _phase_of(error: Exception) -> Phase:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Phase.AUTH
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return Phase.TLS
    if isinstance(error, ImproperlyConfigured | ImportError | TypeError):
        return Phase.CONFIGURATION
    return Phase.CONNECT


def _reason(error: BaseException) -> str:
    """The error's kind, and its code: its words may quote the mail."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if isinstance(code, int) else type(error).__name__
