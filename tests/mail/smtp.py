"""A real SMTP server for tests, that can refuse or hang up at each phase."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Inbox:
    """What the server took, and how it answers: a reply line for RCPT and for DATA, or a cut connection."""

    rcpt: str = "250 OK"
    data: str = "250 OK"
    #: Close the connection after the final dot, before any answer.
    cut_after_data: bool = False
    #: Called with the raw mail once it was taken.
    on_mail: Callable[[bytes], None] | None = None
    mails: list[bytes] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data.startswith("2"):
            self.mails.append(bytes(envelope.original_content))
            if self.on_mail:
                self.on_mail(self.mails[-1])
        if self.cut_after_data:
            server.transport.abort()
        return self.data


def _free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


@contextmanager
def smtp_server(inbox: Inbox) -> Iterator[tuple[str, int]]:
    """Run a server for ``inbox``; yield its host and port."""
    controller = Controller(inbox, hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:
        yield "127.0.0.1", controller.port
    finally:
        controller.stop()
