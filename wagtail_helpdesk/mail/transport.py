"""Hands one mail to the site's Django e-mail backend, and tells definite failures from unknown fates."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend


@dataclass
class DeliveryFailed(Exception):
    """The mail was refused for certain: it has not been sent. ``permanent`` says that trying again is no use."""

    reason: str
    permanent: bool
    smtp_code: int | None = None


class DeliveryUncertain(Exception):
    """The connection was lost at a moment when the mail may have been taken."""


class TransportUnavailable(Exception):
    """Nothing can be sent now, whatever the mail: no connection, wrong password. No mail is to blame."""


class BackendTransport:
    """One connection of the site's EMAIL_BACKEND, for any number of mails. A context manager."""

    def __init__(self, connection: BaseEmailBackend | None = None) -> None:
        self._connection = connection

    def __enter__(self) -> BackendTransport:
        try:
            self._connection = self._connection or get_connection(fail_silently=False)
            self._connection.open()
        except Exception as error:
            # Whatever a backend raises here, no mail was handed to it.
            raise TransportUnavailable(_name(error)) from error
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            self._connection.close()
        except (smtplib.SMTPException, OSError):
            # A server that hangs up on QUIT has taken what it has taken.
            return

    @property
    def shows_all_recipients(self) -> bool:
        """Whether To and Cc may name people whom this mail does not go to. Anymail's services send to them all."""
        return not hasattr(self._connection, "esp_name")

    def send(self, message: EmailMessage) -> None:
        """Send one mail to one recipient.

        Raises DeliveryFailed (it has not been sent) or DeliveryUncertain (nobody knows).
        """
        try:
            count = self._connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _reply in error.recipients.values()), default=550)
            raise _refused(code, "recipient refused") from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, _name(error)) from error
        except smtplib.SMTPNotSupportedError as error:
            raise DeliveryFailed("the mail server cannot take this address", permanent=True) from error
        except (smtplib.SMTPException, OSError, ssl.SSLError) as error:
            self._reset()
            raise DeliveryUncertain(_name(error)) from error
        except Exception as error:
            raise self._of_other_backend(error) from error
        if count == 0:
            # Django's contract: the number of mails that were sent.
            raise DeliveryFailed("the mail backend sent nothing", permanent=False)

    def _reset(self) -> None:
        """Leave the broken connection, so that the next mail opens a new one."""
        self.__exit__()
        self._connection = get_connection(fail_silently=False)

    def _of_other_backend(self, error: Exception) -> Exception:
        status = getattr(error, "status_code", None)
        if isinstance(status, int) and 400 <= status < 500:
            return DeliveryFailed(f"{_name(error)} {status}", permanent=status != 429)
        if isinstance(error, ValueError | TypeError | UnicodeError):
            # A mail that cannot be written down never reached the network.
            return DeliveryFailed(_name(error), permanent=True)
        return DeliveryUncertain(_name(error))


def _refused(code: int, reason: str) -> DeliveryFailed:
    return DeliveryFailed(f"{reason} {code}", permanent=code >= 500, smtp_code=code)


def _name(error: BaseException) -> str:
    """The error's kind: its words may quote the mail."""
    return type(error).__name__
