"""One mail over an open SMTP connection, each phase on its own: refused, or unknown, or taken, and by whom (RFC 5321).

Python's ``sendmail()`` forgets which recipients were refused and when a connection broke. Until the final dot nothing
has been sent, whatever happens; after it, only the server's answer tells.
"""

from __future__ import annotations

import re
import smtplib
from contextlib import suppress
from email import message_from_bytes
from email.policy import SMTP, SMTPUTF8

import django
from django.core.mail import EmailMessage

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

#: Seconds to wait for the answer to the final dot, where servers look for spam and viruses. RFC 5321 4.5.3.2.6 has
#: ten minutes; the queue should not stand still for so long.
FINAL_TIMEOUT = 120
#: "You have to sign in first", whatever command it answers (RFC 4954 6).
_AUTH_CODES = frozenset({530, 534, 535, 538})
_SERVICE_CLOSING = 421
_GO_AHEAD = 354
_ENHANCED = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")
#: For a mail whose addresses go out in UTF-8. Nothing is folded anew: Python would encode a long Message-ID.
_UTF8 = SMTPUTF8.clone(refold_source="none", max_line_length=None)


class _Refused(Exception):
    def __init__(self, code: int, reply: bytes) -> None:
        super().__init__(code)
        self.code, self.text = code, reply.decode("utf-8", "replace")


def transmit(client: smtplib.SMTP, message: EmailMessage, envelope: Envelope, handing_over: HandingOver) -> SendResult:
    """Send one mail and return what became of each recipient; all of them may have been refused.

    Raises DeliveryFailed, DeliveryUncertain, TransportUnavailable, or what ``handing_over`` raises. After a lost
    connection ``client`` is closed.
    """
    phase = Phase.MAIL
    try:
        client.ehlo_or_helo_if_needed()
        writable, results = _split_by_charset(client, envelope)
        if not writable:
            return SendResult(tuple(results))
        content = _content(message, utf8=any(not address.isascii() for address in writable))
        _mail_from(client, envelope, content, utf8=any(not address.isascii() for address in writable))
        phase = Phase.RCPT
        answers = [_rcpt(client, address) for address in writable]
        results += answers
        if not any(answer.state == RecipientState.ACCEPTED for answer in answers):
            _reset(client)
            return SendResult(_in_order(results, envelope))
        phase = Phase.DATA
        code, reply = client.docmd("DATA")
        if code != _GO_AHEAD:
            raise _Refused(code, reply)
        client.send(_dotted(content))
    except _Refused as refusal:
        raise _failure(client, refusal, phase) from refusal
    except (smtplib.SMTPException, OSError) as error:
        client.close()
        raise DeliveryFailed(reason=type(error).__name__, phase=phase, permanent=False) from error
    _hand_over(client, handing_over)
    _final_dot(client)
    return SendResult(_in_order(results, envelope))


def _hand_over(client: smtplib.SMTP, handing_over: HandingOver) -> None:
    """Only the dot is missing. Without it the server forgets the mail (RFC 5321 4.1.1.4)."""
    try:
        handing_over()
    except BaseException:
        client.close()
        raise


def _final_dot(client: smtplib.SMTP) -> None:
    """Write the dot that ends the mail and read the answer: the one moment of which nobody can be certain."""
    try:
        usual = client.sock.gettimeout()
        client.sock.settimeout(FINAL_TIMEOUT)
        client.send(b".\r\n")
        code, reply = client.getreply()
        client.sock.settimeout(usual)
    except (smtplib.SMTPException, OSError) as error:
        client.close()
        raise DeliveryUncertain(reason=type(error).__name__) from error
    if 200 <= code < 300:
        return
    if 400 <= code < 600:
        raise _failure(client, _Refused(code, reply), Phase.DATA)
    client.close()
    raise DeliveryUncertain(reason=f"unreadable answer {code}")


def _mail_from(client: smtplib.SMTP, envelope: Envelope, content: bytes, *, utf8: bool) -> None:
    """MAIL, and once more in the mailbox's own name where the server takes no null sender and no bounce address."""
    limit = client.esmtp_features.get("size", "")
    if limit.isdigit() and 0 < int(limit) < len(content):
        raise _Refused(552, b"5.3.4 The mail is larger than the server takes")
    options = []
    if client.has_extn("size"):
        options.append(f"SIZE={len(content)}")
    if client.has_extn("8bitmime") and not content.isascii():
        options.append("BODY=8BITMIME")
    if utf8:
        options.append("SMTPUTF8")
    if client.has_extn("dsn"):
        # A report names it as Original-Envelope-Id (RFC 3461 4.4).
        options += ["RET=HDRS", f"ENVID={envelope.message_id}"]
    code, reply = client.mail(envelope.sender, options)
    if code >= 500 and code not in _AUTH_CODES and envelope.sender != envelope.own_address:
        _reset(client)
        code, reply = client.mail(envelope.own_address, options)
    if code != 250:
        raise _Refused(code, reply)


def _rcpt(client: smtplib.SMTP, address: str) -> RecipientResult:
    code, reply = client.rcpt(address)
    if code in (_SERVICE_CLOSING, -1) or code in _AUTH_CODES:
        raise _Refused(code, reply)
    text = reply.decode("utf-8", "replace")
    state = RecipientState.ACCEPTED if code < 300 else _refused_state(code)
    return RecipientResult(address, state, code, status_of(text), text if code >= 300 else "")


def _refused_state(code: int) -> RecipientState:
    return RecipientState.REFUSED_PERM if code >= 500 else RecipientState.REFUSED_TEMP


def _failure(client: smtplib.SMTP, refusal: _Refused, phase: Phase) -> Exception:
    """Return the error for a refusal of the whole mail, and make the connection ready for the next one."""
    status = status_of(refusal.text)
    reason = f"refused {refusal.code} {status}".rstrip()
    if refusal.code in _AUTH_CODES:
        client.close()
        return TransportUnavailable(reason=reason, phase=Phase.AUTH)
    if refusal.code in (_SERVICE_CLOSING, -1):
        client.close()
        if phase != Phase.DATA:
            return TransportUnavailable(reason=reason, phase=phase)
    else:
        _reset(client)
    return DeliveryFailed(
        reason=reason,
        phase=phase,
        permanent=refusal.code >= 500,
        smtp_code=refusal.code if refusal.code > 0 else None,
        status_code=status,
        diagnostic=refusal.text,
    )


def _reset(client: smtplib.SMTP) -> None:
    with suppress(smtplib.SMTPException, OSError):
        client.rset()


def status_of(text: str) -> str:
    """Return the enhanced status code (RFC 3463) that a reply begins with, "" for none."""
    match = _ENHANCED.match(text)
    return match[1] if match else ""


def _split_by_charset(client: smtplib.SMTP, envelope: Envelope) -> tuple[list[str], list[RecipientResult]]:
    """Return whom this server can be asked to write to, and a refusal for each of the others (RFC 6531)."""
    if client.has_extn("smtputf8"):
        return list(envelope.recipients), []
    words = "The mail server cannot send to addresses with letters beyond ASCII (SMTPUTF8)."
    refused = [
        RecipientResult(address, RecipientState.REFUSED_PERM, None, "5.6.7", words)
        for address in envelope.recipients
        if not address.isascii()
    ]
    return [address for address in envelope.recipients if address.isascii()], refused


def _in_order(results: list[RecipientResult], envelope: Envelope) -> tuple[RecipientResult, ...]:
    by_address = {result.address: result for result in results}
    return tuple(by_address[address] for address in envelope.recipients)


def _content(message: EmailMessage, *, utf8: bool) -> bytes:
    """Return the mail as it goes over the wire, with CRLF (RFC 5321 2.3.8)."""
    if django.VERSION >= (6, 0):
        content = message.message(policy=SMTP).as_bytes()
    else:
        content = message.message().as_bytes(linesep="\r\n")
    if not utf8:
        return content
    # Django encodes what is not ASCII in an address; a server that takes such addresses wants them as they are.
    parsed = message_from_bytes(content, policy=_UTF8)
    for name, shown in (("To", ", ".join(message.to)), ("Cc", "")):
        value = message.extra_headers.get(name, shown)
        del parsed[name]
        if value:
            parsed[name] = value
    return parsed.as_bytes()


def _dotted(content: bytes) -> bytes:
    """Return the mail with its line ends made right, dots doubled (RFC 5321 4.5.2), and the last line ended."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"
