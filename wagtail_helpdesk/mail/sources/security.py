"""How a connection to a mail server is protected, alike for all protocols."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from wagtail_helpdesk.mail.choices import Security
from wagtail_helpdesk.mail.models import MailSource
from wagtail_helpdesk.mail.sources.base import SourceRefused, SourceUnavailable
from wagtail_helpdesk.vault import SealBroken, unseal

#: Seconds for connecting, and for each wait after that. Without them, a server that says nothing would keep a worker
#: for ever.
CONNECT_TIMEOUT, TIMEOUT = 15.0, 30.0


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` is this machine by its name alone; no name is looked up."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def require_settings(row: MailSource) -> None:
    """Raise SourceRefused when ``row`` lacks what a connection needs, or would speak in clear to another machine."""
    username = username_of(row)
    if not row.host or not username or not (row.password or row.account_id):
        raise SourceRefused("not_configured")
    if any(ord(character) < 32 for character in username):
        raise SourceRefused("not_configured")
    if row.security == Security.NONE and not is_loopback(row.host):
        raise SourceRefused("insecure")


def username_of(row: MailSource) -> str:
    """Return the name to sign in with: the row's own, else its account's; "" for none."""
    return row.username or (row.account.username if row.account_id else "")


def tls_context() -> ssl.SSLContext:
    """Return a context that checks the server's certificate and name."""
    return ssl.create_default_context()


def password_of(row: MailSource) -> str:
    """Return the password. Raises SourceRefused when it cannot be opened or holds what no protocol can carry."""
    try:
        password = unseal(row.password)
    except SealBroken:
        raise SourceRefused("secret_lost") from None
    if any(character in password for character in "\r\n\0"):
        raise SourceRefused("login_refused")
    return password


def keep_alive(connection: socket.socket) -> None:
    """Give a connection that was made the time it may take from now on; let the system notice a peer that is gone."""
    connection.settimeout(TIMEOUT)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


@contextmanager
def as_source_errors() -> Iterator[None]:
    """Turn what sockets and TLS raise into errors of a source."""
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise SourceRefused("certificate") from None
    except ssl.SSLEOFError:
        raise SourceUnavailable("lost") from None
    except ssl.SSLError:
        raise SourceRefused("tls") from None
    except TimeoutError:
        raise SourceUnavailable("timeout") from None
    except (ConnectionResetError, BrokenPipeError):
        raise SourceUnavailable("lost") from None
    except OSError:
        raise SourceUnavailable("no_connection") from None
