"""One request to a machine of the public internet: guarded, with one deadline for everything, following nothing."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import quote, urlsplit

from wagtail_helpdesk.outside.guard import public_address

MAX_ADDRESS = 8_000
_CHUNK = 64 * 1024


class BadAddress(ValueError):
    """What was handed in is no plain web address."""


class TooLong(Exception):
    """The answer is longer than we take."""


@dataclass(frozen=True, slots=True)
class Target:
    """A web address in parts, ready to be asked."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The host as a request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """The origin (RFC 6454), as text."""
        return f"{self.scheme}://{self.host_header}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. The body is that of a success, and only where one was asked for."""

    status: int
    headers: Message = field(default_factory=Message)
    body: bytes = b""


def read_address(address: str) -> Target:
    """Return what to ask for. Raises BadAddress."""
    address = address.strip().replace("\\", "/")
    if len(address) > MAX_ADDRESS:
        raise BadAddress
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = (parts.hostname or "").rstrip(".")
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError as error:
        raise BadAddress from error
    # A name and a password in an address would be sent for no good reason.
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise BadAddress
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/?%:@!$&'()*+,;=~-._")
    return Target(parts.scheme, quote(host, safe=".:-"), port, f"{path}?{query}" if query else path)


def ask(
    target: Target,
    headers: Mapping[str, str],
    *,
    deadline: float,
    method: str = "GET",
    content: bytes = b"",
    max_bytes: int = 0,
) -> Answer:
    """Send one request and return its answer, with at most ``max_bytes`` of its body (0 reads none) when it is a 200.

    ``deadline`` is a moment of ``time.monotonic()``. The connection goes to the very number that was checked, and
    certificates are verified. Raises OSError, HTTPException, Refused, and TooLong for a longer body.
    """
    family, number = public_address(target.host, target.port)
    with socket.socket(family, socket.SOCK_STREAM) as plain:
        plain.settimeout(_left(deadline))
        plain.connect(number)
        with closing(_secured(plain, target, deadline)) as connection:
            connection.settimeout(_left(deadline))
            connection.sendall(_head(target, method, headers) + content)
            response = http.client.HTTPResponse(_Timed(connection, deadline), method=method)
            response.begin()
            body = _read_body(response, max_bytes) if response.status == 200 and max_bytes else b""
            return Answer(response.status, response.headers, body)


def _head(target: Target, method: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {target.path} HTTP/1.1", f"Host: {target.host_header}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode("ascii")


def _secured(plain: socket.socket, target: Target, deadline: float) -> socket.socket:
    if target.scheme != "https":
        return plain
    plain.settimeout(_left(deadline))
    return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)


def _read_body(response: http.client.HTTPResponse, max_bytes: int) -> bytes:
    if (response.length or 0) > max_bytes:
        raise TooLong
    found = bytearray()
    while chunk := response.read(_CHUNK):
        found += chunk
        if len(found) > max_bytes:
            raise TooLong
    return bytes(found)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Timed:
    """What ``http.client`` reads an answer from: a socket whose every read ends at the deadline."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._raw = _TimedReader(connection, deadline)

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return the stream of the answer, as ``http.client`` asks for it."""
        return io.BufferedReader(self._raw)


class _TimedReader(io.RawIOBase):
    def __init__(self, connection: socket.socket, deadline: float) -> None:
        super().__init__()
        self._connection, self._deadline = connection, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        self._connection.settimeout(_left(self._deadline))
        return self._connection.recv_into(buffer)
