"""Who holds a row: so that the work of a process that was killed is taken over at once, not when its lease ends."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from functools import cache
from pathlib import Path


def new_owner() -> str:
    """Return a new lease's owner: this machine, this process, and random digits that no other lease has."""
    return f"{_host()}:{os.getpid()}:{secrets.token_hex(8)}"


def is_gone(owner: str) -> bool:
    """Tell whether the process that holds a lease is certain to be gone.

    False when it runs on another machine, or cannot be asked: then the lease has to run out.
    """
    host, _, rest = owner.partition(":")
    pid, _, _nonce = rest.partition(":")
    if host != _host() or not pid.isdigit() or int(pid) == os.getpid():
        return False
    return not _is_running(int(pid))


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """A killed process whose parent has not looked after it still has a number (Linux only)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


@cache
def _host() -> str:
    """A short name that containers on one machine do not share, as their process numbers mean different things."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        namespace = ""
    return hashlib.sha256(f"{socket.gethostname()}/{namespace}".encode()).hexdigest()[:16]
