"""Connects to an IMAP server and signs in (RFC 3501, RFC 8314). Nothing is said in clear to another machine."""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, UnexpectedCommandStatusError

from wagtail_helpdesk.mail import oauth
from wagtail_helpdesk.mail.choices import Security
from wagtail_helpdesk.mail.models import MailSource
from wagtail_helpdesk.mail.oauth import sasl
from wagtail_helpdesk.mail.sources.base import SourceError, SourceRefused, SourceUnavailable
from wagtail_helpdesk.mail.sources.security import (
    CONNECT_TIMEOUT,
    as_source_errors,
    keep_alive,
    password_of,
    require_settings,
    tls_context,
    username_of,
)

PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143}
#: Response codes of a refusal that is not about the password (RFC 5530 3).
_TEMPORARY = re.compile(r"\[(?:UNAVAILABLE|LIMIT|INUSE|SERVERBUG|CONTACTADMIN)\b", re.IGNORECASE)


class Connection(BaseMailBox):
    """imap-tools over a client that we connected ourselves: it would leave the socket open where STARTTLS fails."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._client = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._client

    def has(self, capability: str) -> bool:
        """Tell whether the server has this capability, such as "UIDPLUS"."""
        return capability in self.client.capabilities

    def close(self) -> None:
        """Say goodbye where that is still possible, and close the socket in any case."""
        with suppress(imaplib.IMAP4.error, ImapToolsError, OSError, ValueError):
            self.client.sock.settimeout(5)
            self.client.logout()
        with suppress(OSError):
            self.client.shutdown()


@contextmanager
def imap_errors() -> Iterator[None]:
    """Turn what imaplib, imap-tools and sockets raise into errors of a source."""
    with as_source_errors():
        try:
            yield
        except OSError:
            # Before ValueError: a certificate that is not valid is both.
            raise
        except imaplib.IMAP4.abort:
            raise SourceUnavailable("lost") from None
        except (imaplib.IMAP4.error, ImapToolsError, ValueError, TypeError, AttributeError, IndexError):
            raise SourceUnavailable("protocol") from None


def connect(row: MailSource) -> Connection:
    """Return a connection that nobody has signed in on yet. Raises SourceUnavailable, SourceRefused."""
    require_settings(row)
    with imap_errors():
        port = row.port or PORTS[Security(row.security)]
        if row.security == Security.TLS:
            client: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                row.host, port, ssl_context=tls_context(), timeout=CONNECT_TIMEOUT
            )
        else:
            client = imaplib.IMAP4(row.host, port, timeout=CONNECT_TIMEOUT)
        try:
            if row.security == Security.STARTTLS:
                _start_tls(client)
            keep_alive(client.sock)
            return Connection(client)
        except BaseException:
            with suppress(OSError):
                client.shutdown()
            raise


def _start_tls(client: imaplib.IMAP4) -> None:
    """Switch to TLS. A server, or whoever sits between, that does not offer it gets no password (RFC 8314 3)."""
    if "STARTTLS" not in client.capabilities:
        raise SourceRefused("no_starttls")
    try:
        client.starttls(tls_context())
    except imaplib.IMAP4.error:
        raise SourceRefused("no_starttls") from None


def sign_in(connection: Connection, row: MailSource) -> None:
    """Sign in by password, or by OAuth2 where the row has an account. Raises SourceUnavailable, SourceRefused."""
    with imap_errors():
        if row.account_id:
            _sign_in_by_token(connection, row)
        else:
            _sign_in_by_password(connection, row.username, password_of(row))
        # What a server can do often shows only now.
        _typ, data = connection.client.capability()
        words = b" ".join(line for line in data if isinstance(line, bytes)).decode("ascii", "replace")
        connection.client.capabilities = tuple(words.upper().split())


def _sign_in_by_password(connection: Connection, username: str, password: str) -> None:
    login = connection.login if (username + password).isascii() else connection.login_utf8
    try:
        login(username, password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnexpectedCommandStatusError) as error:
        raise _refusal(error, "login_refused") from None


def _sign_in_by_token(connection: Connection, row: MailSource) -> None:
    """Show the account's token; one that is refused is replaced once."""
    capabilities = connection.client.capabilities
    mechanism = sasl.mechanism_for(name.removeprefix("AUTH=") for name in capabilities if name.startswith("AUTH="))
    username, port = username_of(row), row.port or PORTS[Security(row.security)]
    refusal: SourceError = SourceRefused("token_refused")
    for fresh in (False, True):
        try:
            token = oauth.access_token(row.account, fresh=fresh)
        except oauth.ConsentNeeded:
            raise SourceRefused("consent_needed") from None
        except oauth.TokenUnavailable:
            raise SourceUnavailable("no_token") from None
        first = sasl.words(mechanism, username=username, token=token, host=row.host, port=port)
        answers = iter([first, sasl.FAREWELL[mechanism]])
        try:
            connection.client.authenticate(mechanism, lambda _challenge, answers=answers: next(answers, ""))
            return
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            refusal = _refusal(error, "token_refused")
    raise refusal


def _refusal(error: Exception, code: str) -> SourceError:
    return SourceUnavailable("busy") if _TEMPORARY.search(str(error)) else SourceRefused(code)
