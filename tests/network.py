"""Keeps the tests on this machine: a connection to any other host fails, and fails the test that tried."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import pytest

LOCAL_NAMES = frozenset({"", "localhost", socket.gethostname()})


class NetworkBlocked(OSError):
    """What the code under test gets, as from a machine without a network."""


def is_local(host: Any) -> bool:
    """Return whether ``host``, a name or a number as sockets take them, is this machine."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name is None or name in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(str(name).partition("%")[0]).is_loopback
    except ValueError:
        return False


def block(monkeypatch: pytest.MonkeyPatch, allowed: frozenset[str]) -> list[str]:
    """Refuse every host but this machine and the ``allowed`` ones; return the list of the hosts that were tried."""
    tried: list[str] = []

    def check(host: Any) -> None:
        if not is_local(host) and host not in allowed:
            tried.append(str(host))
            raise NetworkBlocked(f"the tests may not reach {host}")

    def guarded_connect(original: Callable[..., Any]) -> Callable[..., Any]:
        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6):
                check(address[0])
            return original(self, address)

        return connect

    def guarded_lookup(original: Callable[..., Any]) -> Callable[..., Any]:
        def lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
            check(host)
            return original(host, *args, **kwargs)

        return lookup

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded_connect(getattr(socket.socket, name)))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        monkeypatch.setattr(socket, name, guarded_lookup(getattr(socket, name)))
    return tried
