"""Gets what lies at an address that a stranger wrote, giving away no more than that somebody asked."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from wagtail_helpdesk.conversations.remote_images.guard import Refused, public_address

MAX_BYTES = 5 * 1024 * 1024
MAX_REDIRECTS = 4
MAX_ADDRESS = 8_000
#: Seconds for everything: names, connections, redirects, the image itself.
TIMEOUT = 8.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 64 * 1024
# Like anybody's browser: no name of ours, no language, no cookie, no referrer.
_REQUEST = (
    "GET {target} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/5.0\r\nAccept: image/*\r\n"
    "Accept-Encoding: identity\r\nConnection: close\r\n\r\n"
)


class FetchFailed(Exception):
    """There is nothing to be had there. ``str()`` is the kind of failure, without the address."""


@dataclass(frozen=True, slots=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


def fetch(address: str) -> bytes:
    """Return the bytes at a web ``address``, at most MAX_BYTES, within TIMEOUT. Raises FetchFailed.

    Every hop of a redirect is checked as the first address is, and the connection goes to the very number that was
    checked. Certificates are verified.
    """
    deadline = time.monotonic() + TIMEOUT
    for _hop in range(MAX_REDIRECTS + 1):
        target = _read_address(address)
        try:
            status, location, body = _ask(target, deadline)
        except Refused as error:
            raise FetchFailed(f"refused {error}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise FetchFailed(type(error).__name__) from error
        if status == 200:
            return body
        if status not in _REDIRECTS or not location:
            raise FetchFailed(f"status {status}")
        address = urljoin(address, location)
    raise FetchFailed("redirects")


def _read_address(address: str) -> _Target:
    """Return what to ask for. Raises FetchFailed for what is no plain web address."""
    address = address.strip().replace("\\", "/")
    if len(address) > MAX_ADDRESS:
        raise FetchFailed("address")
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = (parts.hostname or "").rstrip(".")
        if not host.isascii():
            host = host.encode("idna").decode("ascii")
    except ValueError as error:
        raise FetchFailed("address") from error
    # A name and a password in an address would be sent for no good reason.
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise FetchFailed("address")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/?%:@!$&'()*+,;=~-._")
    return _Target(parts.scheme, quote(host, safe=".:-"), port, f"{path}?{query}" if query else path)


def _ask(target: _Target, deadline: float) -> tuple[int, str, bytes]:
    """Return status, Location and (of a success) body. OSError, HTTPException and Refused as they come."""
    family, number = public_address(target.host, target.port)
    with socket.socket(family, socket.SOCK_STREAM) as plain:
        plain.settimeout(_left(deadline))
        plain.connect(number)
        connection = _secured(plain, target, deadline)
        try:
            connection.settimeout(_left(deadline))
            connection.sendall(_REQUEST.format(target=target.path, host=target.host_header).encode("ascii"))
            response = http.client.HTTPResponse(_Timed(connection, deadline), method="GET")
            response.begin()
            body = _read_body(response) if response.status == 200 else b""
            return response.status, response.getheader("Location", ""), body
        finally:
            connection.close()


def _secured(plain: socket.socket, target: _Target, deadline: float) -> socket.socket:
    if target.scheme != "https":
        return plain
    plain.settimeout(_left(deadline))
    return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)


def _read_body(response: http.client.HTTPResponse) -> bytes:
    if (response.length or 0) > MAX_BYTES:
        raise FetchFailed("size")
    found = bytearray()
    while chunk := response.read(_CHUNK):
        found += chunk
        if len(found) > MAX_BYTES:
            raise FetchFailed("size")
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
