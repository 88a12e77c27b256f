"""Takes mail from a mail server over LMTP (RFC 2033): a status for each recipient, 250 only once the mail is stored.

Behind a real mail server, on a unix socket or this machine's own address: what faces strangers is its business. Needs
the extra ``lmtp`` (aiosmtpd).
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.lmtp import LMTP
from django.db import close_old_connections, transaction

from wagtail_helpdesk import conf
from wagtail_helpdesk.desk.querysets import own_addresses
from wagtail_helpdesk.events import describe_error
from wagtail_helpdesk.mail.arriving.accept import Envelope, Origin, accept
from wagtail_helpdesk.mail.own_addresses import mailbox_of

logger = logging.getLogger(__name__)

ORIGIN = "lmtp"
MAX_CONNECTIONS = 20
MAX_RECIPIENTS = 100
#: Seconds that a connection may stand still.
TIMEOUT = 300

_OK = "250 2.0.0 Stored"
_TRY_AGAIN = "451 4.3.0 Try again later"
_NO_ROOM = "452 4.3.1 No room on the disk"
_TOO_LARGE = "552 5.3.4 The mail is too large"
_UNKNOWN = "550 5.1.1 No such mailbox here"
_TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients"
_BUSY = b"421 4.3.2 Too many connections\r\n"


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen: a path of a unix socket, or a host that is this machine itself with a port."""

    path: str = ""
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> Address:
        """Return the address in "unix:/run/helpdesk.sock", "127.0.0.1:24" or "[::1]:24". ValueError for any other."""
        if text.startswith("unix:"):
            if not text[5:].startswith("/"):
                raise ValueError("the path of the socket must be absolute")
            return cls(path=text[5:])
        host, _, port = text.rpartition(":")
        host = host.strip("[]")
        if not port.isdecimal() or int(port) > 65535:
            raise ValueError("no port")
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise ValueError("an address that other machines can reach")
        return cls(host=host, port=int(port))


class Handler:
    """What aiosmtpd asks. Work on the database runs in threads, each with its own connection."""

    async def handle_EHLO(
        self, server: LMTP, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Name what RFC 2033 4 wants named, and has always been there: commands are read one after the other."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", responses[-1]]

    async def handle_RCPT(self, server: LMTP, session: Any, envelope: Any, address: str, options: Sequence[str]) -> str:
        """Take an address of ours; refuse any other for good, so that its sender hears of it."""
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return _TOO_MANY_RECIPIENTS
        try:
            mailbox_id = await asyncio.to_thread(_with_database, find_mailbox, address)
        except Exception as error:  # noqa: BLE001 - whatever it is, the mail server tries again
            logger.error("lmtp_recipient_failed error=%s", describe_error(error))
            return _TRY_AGAIN
        if mailbox_id is None:
            return _UNKNOWN
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: LMTP, session: Any, envelope: Any) -> str:
        """Store the mail and return a line for each recipient, in their order (RFC 2033 4.2)."""
        mail_from = "" if envelope.mail_from == "<>" else envelope.mail_from
        raw, recipients = bytes(envelope.content), tuple(envelope.rcpt_tos)
        try:
            return "\r\n".join(await asyncio.to_thread(_with_database, store, raw, mail_from, recipients))
        except Exception as error:  # noqa: BLE001
            logger.error("lmtp_failed error=%s", describe_error(error))
            return "\r\n".join([_TRY_AGAIN] * len(recipients))

    async def handle_exception(self, error: Exception) -> str:
        """Say nothing of an error but its kind: what it quotes may be a customer's."""
        logger.error("lmtp_session_failed error=%s", describe_error(error))
        return _TRY_AGAIN


class Server(LMTP):
    """aiosmtpd answers a mail once, in LMTP too (its issue 517): here each recipient gets its line."""

    _awaits_answer = False

    def __init__(self, handler: Handler) -> None:
        limit = conf.get("MAX_MAIL_BYTES")
        # A line may be as long as the mail: to refuse it would bounce what nobody but us could not read.
        self.line_length_limit = limit + 1024
        super().__init__(
            handler,
            data_size_limit=limit,
            enable_SMTPUTF8=True,
            decode_data=False,
            hostname="helpdesk",
            timeout=TIMEOUT,
        )

    async def push(self, status: str | bytes) -> None:
        """Write a reply; what is said of a whole mail after its last line is said once for each recipient."""
        if self._awaits_answer:
            self._awaits_answer = False
            if str(status).startswith(("500", "552")):
                status = "\r\n".join([_TOO_LARGE] * len(self.envelope.rcpt_tos))
        elif str(status).startswith("354"):
            self._awaits_answer = True
        await super().push(status)


class _Busy(asyncio.Protocol):
    """The connection that is one too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(_BUSY)
        transport.close()


class Factory:
    """Makes the protocol of each connection, up to MAX_CONNECTIONS at once."""

    def __init__(self) -> None:
        self._open = 0

    def __call__(self) -> asyncio.Protocol:
        """Return the protocol of a new connection."""
        if self._open >= MAX_CONNECTIONS:
            return _Busy()
        self._open += 1
        server = Server(Handler())
        lost = server.connection_lost

        def connection_lost(error: Exception | None) -> None:
            self._open -= 1
            lost(error)

        server.connection_lost = connection_lost
        return server


def find_mailbox(address: str) -> int | None:
    """Return the key of the mailbox of ours that ``address`` belongs to."""
    return mailbox_of(address, own_addresses())


def store(raw: bytes, mail_from: str, recipients: Sequence[str]) -> list[str]:
    """Accept the mail once for each mailbox among ``recipients``; return the status of each recipient."""
    envelope = Envelope(mail_from=mail_from, rcpt_tos=tuple(recipients))
    own = own_addresses()
    statuses: dict[int | None, str] = {None: _UNKNOWN}
    mailboxes = [mailbox_of(address, own) for address in recipients]
    for mailbox_id in mailboxes:
        if mailbox_id not in statuses:
            statuses[mailbox_id] = _store_for(raw, envelope, mailbox_id)
    return [statuses[mailbox_id] for mailbox_id in mailboxes]


def _store_for(raw: bytes, envelope: Envelope, mailbox_id: int) -> str:
    try:
        with transaction.atomic(durable=True):
            accept(raw, envelope, Origin(ORIGIN, mailbox_id))
    except OSError as error:
        logger.error("lmtp_no_room error=%s", describe_error(error))
        return _NO_ROOM
    except Exception as error:  # noqa: BLE001 - the mail server keeps it and tries again
        logger.error("lmtp_failed error=%s", describe_error(error))
        return _TRY_AGAIN
    return _OK


def _with_database(function: Callable[..., Any], *arguments: Any) -> Any:
    """Run ``function`` in a thread of its own; a connection that the server let go of is not used again."""
    close_old_connections()
    try:
        return function(*arguments)
    finally:
        close_old_connections()


async def serve(address: Address, *, mode: int = 0o660, ready: Callable[[], None] = lambda: None) -> None:
    """Listen until SIGTERM or SIGINT; what is being stored then is finished. OSError when it cannot listen."""
    # It writes down every address.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Only the main thread has signals.
        with suppress(ValueError, RuntimeError):
            loop.add_signal_handler(number, stop.set)
    if address.path:
        server = await loop.create_unix_server(Factory(), path=address.path)
        os.chmod(address.path, mode)
    else:
        server = await loop.create_server(Factory(), host=address.host, port=address.port)
    ready()
    try:
        await stop.wait()
    finally:
        server.close()
        if address.path:
            Path(address.path).unlink(missing_ok=True)
