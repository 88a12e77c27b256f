"""An SMTP server that does at each phase what a test says: answers, hangs up, keeps silent. TLS with its own CA."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

#: In place of an answer: close the connection, or say nothing until the test is over.
CLOSE, HANG = "close", "hang"
#: The phases that can be scripted, and what is answered otherwise.
ANSWERS = {
    "GREETING": "220 scripted.example",
    "STARTTLS": "220 Go ahead",
    "AUTH": "235 2.7.0 Welcome",
    "MAIL": "250 2.1.0 OK",
    "RCPT": "250 2.1.5 OK",
    "DATA": "354 Go ahead",
    #: Hang up after the first line of the mail.
    "CONTENT": "",
    "DOT": "250 2.0.0 Taken",
    "RSET": "250 OK",
    "NOOP": "250 OK",
    "QUIT": "221 Bye",
}


@dataclass
class Script:
    """What the server answers: by phase, and for RCPT also by address (``RCPT ben@example.com``)."""

    answers: dict[str, str] = field(default_factory=dict)
    #: The same for the first times; used up one after the other.
    first: dict[str, list[str]] = field(default_factory=dict)
    features: list[str] = field(default_factory=lambda: ["8BITMIME", "SIZE 10000000", "DSN", "SMTPUTF8"])
    #: ssl context for TLS from the start, or after STARTTLS.
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    #: What it saw.
    commands: list[str] = field(default_factory=list)
    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    connections: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def answer(self, phase: str, argument: str = "") -> str:
        if self.first.get(phase):
            return self.first[phase].pop(0)
        return self.answers.get(f"{phase} {argument}".strip(), self.answers.get(phase, ANSWERS[phase]))


class _HungUp(Exception):
    pass


class _Session:
    def __init__(self, script: Script, connection: socket.socket) -> None:
        self.script, self.socket = script, connection
        self.file = connection.makefile("rb")
        self.encrypted = script.implicit_tls
        self.sender, self.recipients = "", []

    def run(self) -> None:
        self.say(self.script.answer("GREETING"))
        while line := self.file.readline():
            text = line.decode("utf-8", "replace").strip()
            self.script.commands.append(text)
            verb, _space, rest = text.partition(" ")
            handler = getattr(self, f"do_{verb.lower()}", None)
            if not text:
                # How a client takes the refusal of a token that came as a challenge.
                self.say("535 5.7.8 Not with this token")
            elif handler is None:
                self.say("502 5.5.1 What?")
            else:
                handler(rest)

    def say(self, answer: str) -> str:
        if answer == CLOSE:
            raise _HungUp
        if answer == HANG:
            self.script.stop.wait(30)
            raise _HungUp
        self.socket.sendall(answer.encode() + b"\r\n")
        return answer

    def do_ehlo(self, rest: str) -> None:
        features = [*self.script.features]
        if self.script.tls and not self.encrypted:
            features.append("STARTTLS")
        lines = ["scripted.example", *features]
        self.say("\r\n".join(f"250{'-' if line is not lines[-1] else ' '}{line}" for line in lines))

    def do_starttls(self, rest: str) -> None:
        if self.say(self.script.answer("STARTTLS")).startswith("220"):
            self.socket = self.script.tls.wrap_socket(self.socket, server_side=True)
            self.file = self.socket.makefile("rb")
            self.encrypted = True

    def do_auth(self, rest: str) -> None:
        self.say(self.script.answer("AUTH", rest.partition(" ")[2]))

    def do_mail(self, rest: str) -> None:
        address = rest.partition("<")[2].partition(">")[0]
        self.sender, self.recipients = address, []
        self.say(self.script.answer("MAIL", address or "<>"))

    def do_rcpt(self, rest: str) -> None:
        address = rest.partition("<")[2].partition(">")[0]
        if self.say(self.script.answer("RCPT", address)).startswith("2"):
            self.recipients.append(address)

    def do_data(self, rest: str) -> None:
        if not self.say(self.script.answer("DATA")).startswith("354"):
            return
        lines = []
        while (line := self.file.readline()) != b".\r\n":
            if not line or self.script.answer("CONTENT") == CLOSE:
                raise _HungUp
            lines.append(line.removeprefix(b"."))
        answer = self.script.answer("DOT")
        if not answer.startswith(("4", "5")):
            # Whoever hangs up or keeps silent now has the mail all the same.
            self.script.mails.append((self.sender, self.recipients, b"".join(lines)))
        self.say(answer)

    def do_rset(self, rest: str) -> None:
        self.say(self.script.answer("RSET"))

    def do_noop(self, rest: str) -> None:
        self.say(self.script.answer("NOOP"))

    def do_quit(self, rest: str) -> None:
        self.say(self.script.answer("QUIT"))
        raise _HungUp


@contextmanager
def scripted_server(script: Script) -> Iterator[tuple[str, int]]:
    """Serve ``script`` to any number of connections, one after the other or at once; yield host and port."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        session = None
        with suppress(_HungUp, OSError):
            if script.implicit_tls:
                connection = script.tls.wrap_socket(connection, server_side=True)
            session = _Session(script, connection)
            session.run()
        for closable in (session.file, session.socket) if session else ():
            with suppress(OSError):
                closable.close()
        connection.close()

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _address = listener.accept()
                script.connections += 1
                threads.append(threading.Thread(target=serve, args=(connection,)))
                threads[-1].start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield listener.getsockname()
    finally:
        script.stop.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join()
        for thread in threads:
            thread.join()


@cache
def certificate(name: str) -> bytes:
    """Return a key and a certificate for ``name``, signed by itself, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names = [x509.DNSName(name)]
    with suppress(ValueError):
        names = [x509.IPAddress(ipaddress.ip_address(name))]
    today = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=3650))
        .not_valid_after(today + datetime.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + signed.public_bytes(serialization.Encoding.PEM)


def server_tls(folder: Path, name: str = "127.0.0.1") -> tuple[ssl.SSLContext, Path]:
    """Return the server's TLS context for ``name``, and the file that a client has to trust."""
    path = folder / "certificate.pem"
    path.write_bytes(certificate(name))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, path
