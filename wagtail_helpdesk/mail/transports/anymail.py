"""Mail services with an API, through django-anymail: one call, an answer for each recipient, the service's own id.

Nothing here imports Anymail: where its backend is not the site's, it need not be installed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import requests
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from wagtail_helpdesk.mail.choices import RecipientState
from wagtail_helpdesk.mail.transports.base import (
    DeliveryFailed,
    DeliveryUncertain,
    Envelope,
    HandingOver,
    Phase,
    RecipientResult,
    SendResult,
    TransportUnavailable,
)

#: What a webhook of the service gives back to us: the public id of the mail.
METADATA_KEY = "hd"
#: Seconds to wait where a service says "too many requests" and not for how long.
DEFAULT_RETRY_AFTER = 60
LONGEST_RETRY_AFTER = 3600

_STATES = {
    "invalid": RecipientState.REFUSED_PERM,
    "rejected": RecipientState.REFUSED_PERM,
    "failed": RecipientState.REFUSED_TEMP,
}


def is_anymail(connection: BaseEmailBackend | None) -> bool:
    """Tell whether this is a backend of Anymail's."""
    return hasattr(connection, "esp_name")


def send(
    connection: BaseEmailBackend, message: EmailMessage, envelope: Envelope, handing_over: HandingOver
) -> SendResult:
    """Send one mail. Raises DeliveryFailed, DeliveryUncertain, TransportUnavailable."""
    message.metadata = {METADATA_KEY: envelope.public_id}
    if envelope.sender not in ("", envelope.own_address):
        message.envelope_sender = envelope.sender
    if connection.esp_name == "Postmark":
        # Without it the service writes a Message-ID of its own.
        message.extra_headers["X-PM-KeepID"] = "true"
    handing_over()
    try:
        try:
            connection.send_messages([message])
        except Exception as error:
            if type(error).__name__ != "AnymailUnsupportedFeature":
                raise
            # Found before anything was sent: this service can do without the bounce address, or the metadata.
            message.envelope_sender = None
            message.metadata = None
            connection.send_messages([message])
    except Exception as error:
        if type(error).__name__ != "AnymailRecipientsRefused":
            raise _translated(error) from error
    return _result(message, envelope)


def _result(message: EmailMessage, envelope: Envelope) -> SendResult:
    status = message.anymail_status
    by_address = {address.lower(): one for address, one in status.recipients.items()}
    results = []
    for address in envelope.recipients:
        one = by_address.get(address.lower())
        words = (one.status if one else None) or ""
        state = _STATES.get(words, RecipientState.ACCEPTED)
        results.append(RecipientResult(address, state, diagnostic="" if state == RecipientState.ACCEPTED else words))
    ids = {str(one.message_id) for one in status.recipients.values() if one.message_id is not None}
    return SendResult(tuple(results), provider_id=min(ids)[:250] if ids else "")


def _translated(error: Exception) -> Exception:
    """Return our error for one of Anymail's, or of whatever library it calls the service with."""
    name, status = type(error).__name__, _status_of(error)
    reason = f"{name} {status}" if status else name
    if isinstance(error, ImproperlyConfigured | ImportError):
        return TransportUnavailable(reason=reason, phase=Phase.CONFIGURATION)
    if status in (401, 403):
        return TransportUnavailable(reason=reason, phase=Phase.AUTH)
    if status in (429, 503):
        return TransportUnavailable(reason=reason, phase=Phase.CONNECT, retry_after=_retry_after(error))
    if isinstance(status, int) and 400 <= status < 500:
        return DeliveryFailed(reason=reason, phase=Phase.DATA, permanent=True)
    if isinstance(error, ValueError | TypeError) and not isinstance(error, requests.RequestException):
        # A mail that cannot be written down never reached the network.
        return DeliveryFailed(reason=reason, phase=Phase.DATA, permanent=True)
    if _never_connected(error):
        return TransportUnavailable(reason=name, phase=Phase.CONNECT)
    return DeliveryUncertain(reason=reason)


def _status_of(error: Exception) -> int | None:
    """Return the HTTP status of a service's answer; Amazon's library keeps it in a dict."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        return response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return getattr(error, "status_code", None)


def _never_connected(error: Exception) -> bool:
    """Tell whether no connection came about, so that the service has seen nothing."""
    cause: Any = error.__cause__ or error
    if isinstance(cause, requests.exceptions.ConnectTimeout) or type(cause).__name__ == "EndpointConnectionError":
        return True
    if not isinstance(cause, requests.exceptions.ConnectionError) or not cause.args:
        return False
    reason = getattr(cause.args[0], "reason", None)
    return type(reason).__name__ in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")


def _retry_after(error: Exception) -> timedelta:
    """Return how long the service wants to be left alone (RFC 9110 10.2.3), within reason."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    given = str(headers.get("Retry-After", ""))
    seconds = int(given) if given.isdecimal() and len(given) < 10 else DEFAULT_RETRY_AFTER
    return timedelta(seconds=min(max(seconds, 1), LONGEST_RETRY_AFTER))
