"""What each mail service tells beyond what Anymail makes of it: the source, and everybody it was delivered to.

Anymail names the first recipient of the envelope only, and builds a mail anew where the service sent its parts.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email import policy
from email.message import Message
from io import BytesIO
from typing import Any

from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser
from django.http.request import RawPostDataException

from wagtail_helpdesk.addresses import is_address
from wagtail_helpdesk.mail.choices import Fidelity

#: Headers and lines as they stand, eight-bit where they are: nothing is folded or encoded anew.
_AS_IT_STANDS = policy.default.clone(refold_source="none", utf8=True, cte_type="8bit", linesep="\r\n")
_WITHOUT_READING = policy.compat32.clone(max_line_length=None, linesep="\r\n")


@dataclass(frozen=True, slots=True)
class Delivered:
    """One mail as a service brought it. ``mail_from``: None for not told, "" for the null sender."""

    raw: bytes = field(repr=False)
    fidelity: str
    mail_from: str | None
    rcpt_tos: tuple[str, ...]
    #: What the service found of DMARC: "pass", "fail", "" for nothing, or nothing certain.
    dmarc: str = ""


def read_delivered(event: Any, esp_name: str) -> Delivered:
    """Return the mail of an inbound ``event`` of Anymail. Raises what the service's data makes impossible to read."""
    message, raw = event.message, _raw(event.esp_event, esp_name)
    return Delivered(
        raw=raw if raw is not None else _serialise(message),
        fidelity=Fidelity.ORIGINAL if raw is not None else _fidelity(message),
        mail_from=_sender(message.envelope_sender),
        rcpt_tos=_recipients(event.esp_event, esp_name, message.envelope_recipient),
        dmarc=_dmarc_of_amazon_ses(event.esp_event) if esp_name == "Amazon SES" else "",
    )


def _raw(source: Any, esp_name: str) -> bytes | None:
    """Return the mail's source where the service sent it, None where it did not, or Anymail does not hand it on."""
    find = _SOURCES.get(esp_name)
    found = find(source) if find else None
    # JSON and forms are text: a mail whose bytes are no UTF-8 was changed before it came here.
    return found.encode("utf-8", "surrogateescape") if isinstance(found, str) else found


def _form_field(name: str) -> Callable[[HttpRequest], str | bytes | None]:
    """Return a reader of one form field: byte for byte where the request's body can still be read."""

    def read(request: HttpRequest) -> str | bytes | None:
        text = request.POST.get(name)
        if text is None or request.content_type != "multipart/form-data":
            return text
        try:
            body = BytesIO(request.body)
        except RawPostDataException:
            return text
        fields, _files = MultiPartParser(request.META, body, [], encoding="latin-1").parse()
        return fields[name].encode("latin-1")

    return read


def _of_amazon_ses(source: dict[str, Any]) -> str | bytes | None:
    content = source.get("content")
    is_base64 = source.get("receipt", {}).get("action", {}).get("encoding") == "BASE64"
    return b64decode(content) if content and is_base64 else content


def _dmarc_of_amazon_ses(source: dict[str, Any]) -> str:
    """Return SES's verdict, which stands beside the mail. That of a signature is not about From."""
    verdict = source.get("receipt", {}).get("dmarcVerdict") or {}
    return {"PASS": "pass", "FAIL": "fail"}.get(verdict.get("status"), "")


def _of_sparkpost(source: dict[str, Any]) -> str | bytes | None:
    content = source.get("msys", {}).get("relay_message", {}).get("content", {})
    raw = content.get("email_rfc822")
    return b64decode(raw) if raw and content.get("email_rfc822_is_base64") else raw


def _of_postal(source: dict[str, Any]) -> str | bytes | None:
    raw = source.get("message")
    return b64decode(raw) if raw and source.get("base64") is True else raw


_SOURCES: dict[str, Callable[[Any], str | bytes | None]] = {
    "Amazon SES": _of_amazon_ses,
    "MailerSend": lambda source: source.get("data", {}).get("raw"),
    "Mailgun": _form_field("body-mime"),
    "Mandrill": lambda source: source.get("msg", {}).get("raw_msg"),
    "Postal": _of_postal,
    "Postmark": lambda source: source.get("RawEmail"),
    "SendGrid": _form_field("email"),
    "SparkPost": _of_sparkpost,
}

_RECIPIENTS: dict[str, Callable[[Any], Iterable[Any]]] = {
    "Amazon SES": lambda source: source.get("receipt", {}).get("recipients") or (),
    "Brevo": lambda source: source.get("Recipients") or (),
    "MailerSend": lambda source: [
        one.get("email") for one in source.get("data", {}).get("recipients", {}).get("rcptTo") or ()
    ],
    "Mailgun": lambda source: source.POST.get("recipient", "").split(","),
    "Postmark": lambda source: [
        source.get("OriginalRecipient"),
        *(one.get("Email") for one in source.get("BccFull") or ()),
    ],
    "Resend": lambda source: source.get("data", {}).get("to") or (),
    "SendGrid": lambda source: json.loads(source.POST.get("envelope") or "{}").get("to") or (),
}


def _recipients(source: Any, esp_name: str, first: str | None) -> tuple[str, ...]:
    """Return every recipient of the envelope, as far as the service tells; what is no address is left out."""
    named = _RECIPIENTS.get(esp_name, lambda source: ())(source)
    stripped = [one.strip().strip("<>") for one in (*named, first) if isinstance(one, str)]
    return tuple(dict.fromkeys(one for one in stripped if is_address(one)))


def _sender(value: Any) -> str | None:
    return value.strip().strip("<>") if isinstance(value, str) else None


def _fidelity(message: Message) -> str:
    """A mail that still has its relays' marks was read from its source; a mail of the service's parts has none."""
    is_whole = bool(message.get_all("Received")) and all(
        part.get_boundary()
        for part in message.walk()
        if part.is_multipart() and part.get_content_maintype() != "message"
    )
    return Fidelity.REWRITTEN if is_whole else Fidelity.RECONSTRUCTED


def _serialise(message: Message) -> bytes:
    """Return ``message`` as bytes: the same for the same mail, so that a repeated delivery is recognised."""
    parts = [part for part in message.walk() if part.get_content_maintype() == "multipart"]
    digest = hashlib.sha256()
    for part in message.walk():
        if not part.is_multipart():
            digest.update(part.get_payload(decode=True) or b"")
    for number, part in enumerate(parts):
        if not part.get_boundary():
            # Python would make one up at random.
            part.set_boundary(f"=_helpdesk_{digest.hexdigest()[:24]}_{number}")
    try:
        return message.as_bytes(policy=_AS_IT_STANDS)
    except (ValueError, LookupError, TypeError, AttributeError):
        # A header that Python's reader of headers cannot take.
        return message.as_bytes(policy=_WITHOUT_READING)
