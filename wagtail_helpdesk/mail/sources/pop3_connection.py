"""Speaks POP3 (RFC 1939, RFC 2595): bytes as they come, a limit on time, nothing in clear to another machine."""

from __future__ import annotations

import base64
import poplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from wagtail_helpdesk.mail import oauth
from wagtail_helpdesk.mail.choices import Security
from wagtail_helpdesk.mail.models import MailSource
from wagtail_helpdesk.mail.oauth import sasl
from wagtail_helpdesk.mail.sources.base import SourceRefused, SourceUnavailable
from wagtail_helpdesk.mail.sources.security import (
    CONNECT_TIMEOUT,
    as_source_errors,
    keep_alive,
    password_of,
    require_settings,
    tls_context,
    username_of,
)

PORTS = {Security.TLS: 995, Security.STARTTLS: 110, Security.NONE: 110}
#: Response codes of a refusal that is not about the password (RFC 2449 8.1, RFC 3206).
_TEMPORARY = (b"[IN-USE]", b"[LOGIN-DELAY]", b"[SYS/TEMP]")
#: A piece of a line that is read at once; lines themselves may be of any length.
_PIECE = 64 * 1024


class Refusal(Exception):
    """The server said -ERR: it is well, and will not do this."""


class Pop3Connection:
    """One connection to the row's server."""

    def __init__(self, row: MailSource) -> None:
        """Connect. Raises SourceUnavailable, SourceRefused."""
        require_settings(row)
        self._row = row
        port = row.port or PORTS[Security(row.security)]
        with _errors():
            if row.security == Security.TLS:
                self._client: poplib.POP3 = poplib.POP3_SSL(
                    row.host, port, context=tls_context(), timeout=CONNECT_TIMEOUT
                )
            else:
                self._client = poplib.POP3(row.host, port, timeout=CONNECT_TIMEOUT)
        try:
            keep_alive(self._client.sock)
            if row.security == Security.STARTTLS:
                self._start_tls()
        except BaseException:
            self.close()
            raise

    def sign_in(self) -> None:
        """Sign in by password, or by OAuth2 where the row has an account. Raises SourceUnavailable, SourceRefused."""
        if self._row.account_id:
            self._sign_in_by_token()
            return
        username, password = username_of(self._row), password_of(self._row)
        with _errors():
            self._client.encoding = "utf-8"
            try:
                self._client.user(username)
                self._client.pass_(password)
            except poplib.error_proto as error:
                raise _login_error(error, "login_refused") from None

    def names(self) -> dict[str, int]:
        """Return the number of each mail by its unique id (UIDL). Raises SourceRefused where there are none."""
        try:
            lines = self._ask(lambda: self._client.uidl()[1])
        except Refusal:
            raise SourceRefused("no_uidl") from None
        pairs = (line.decode("ascii", "replace").split(None, 1) for line in lines)
        return {pair[1]: int(pair[0]) for pair in pairs if len(pair) == 2 and pair[0].isdigit()}

    def sizes(self) -> dict[int, int]:
        """Return the bytes of each mail by its number."""
        try:
            lines = self._ask(lambda: self._client.list()[1])
        except Refusal:
            return {}
        pairs = (line.split() for line in lines)
        return {
            int(pair[0]): int(pair[1]) for pair in pairs if len(pair) >= 2 and pair[0].isdigit() and pair[1].isdigit()
        }

    def retrieve(self, number: int) -> bytes:
        """Return a mail as it was sent. Raises Refusal."""
        return self._ask(lambda: b"".join(self._lines(f"RETR {number}")))

    def beginning(self, number: int, size: int) -> bytes:
        """Return the first bytes of a mail, or so much of its first lines as there is. Raises Refusal."""
        return self._ask(lambda: b"".join(self._lines(f"TOP {number} {size // 80}")))[:size]

    def delete(self, number: int) -> None:
        """Mark a mail as deleted. Raises Refusal."""
        self._ask(lambda: self._client.dele(number))

    def commit(self) -> None:
        """Say goodbye: now the deleted mails go. Raises Refusal where the server could not."""
        self._ask(self._client.quit)

    def close(self) -> None:
        """End the connection; without :meth:`commit` nothing is deleted."""
        with suppress(OSError):
            self._client.close()

    def _ask(self, command: Callable) -> object:
        with _errors():
            try:
                return command()
            except poplib.error_proto as error:
                if error.args and isinstance(error.args[0], bytes) and error.args[0].startswith(b"-"):
                    raise Refusal from None
                raise

    def _lines(self, command: str) -> Iterator[bytes]:
        """Yield the pieces of a long answer. poplib takes the line ends away, and refuses lines above 2 KB."""
        self._client._putcmd(command)
        self._client._getresp()
        at_start = True
        while True:
            piece = self._client.file.readline(_PIECE)
            if not piece:
                raise poplib.error_proto("-EOF")
            if at_start and piece in (b".\r\n", b".\n"):
                return
            yield piece[1:] if at_start and piece.startswith(b"..") else piece
            at_start = piece.endswith(b"\n")

    def _start_tls(self) -> None:
        with _errors():
            try:
                self._client.stls(context=tls_context())
            except poplib.error_proto:
                raise SourceRefused("no_starttls") from None

    def _sign_in_by_token(self) -> None:
        """Show the account's token (RFC 5034); one that is refused is replaced once."""
        mechanism = self._mechanism()
        for fresh in (False, True):
            try:
                token = oauth.access_token(self._row.account, fresh=fresh)
            except oauth.ConsentNeeded:
                raise SourceRefused("consent_needed") from None
            except oauth.TokenUnavailable:
                raise SourceUnavailable("no_token") from None
            name, host, port = username_of(self._row), self._row.host, self._client.port
            text = sasl.words(mechanism, username=name, token=token, host=host, port=port)
            answer = base64.b64encode(text.encode()).decode("ascii")
            with _errors():
                try:
                    self._client._shortcmd(f"AUTH {mechanism}")
                    reply = self._client._shortcmd(answer)
                    if reply.startswith(b"+OK"):
                        return
                    # The server explains the refusal in a challenge.
                    self._client._shortcmd(base64.b64encode(sasl.FAREWELL[mechanism].encode()).decode("ascii"))
                except poplib.error_proto as error:
                    refusal = _login_error(error, "token_refused")
                    if isinstance(refusal, SourceUnavailable):
                        raise refusal from None
        raise SourceRefused("token_refused")

    def _mechanism(self) -> str:
        """Return the mechanism for what the server says that it offers, if it says anything (RFC 2449 6.3)."""
        with _errors():
            try:
                return sasl.mechanism_for(self._client.capa().get("SASL", ()))
            except poplib.error_proto:
                return sasl.XOAUTH2


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what poplib and sockets raise into errors of a source."""
    with as_source_errors():
        try:
            yield
        except OSError:
            # Before ValueError: a certificate that is not valid is both.
            raise
        except poplib.error_proto as error:
            code = "lost" if "-EOF" in str(error) else "protocol"
            raise SourceUnavailable(code) from None
        except (ValueError, IndexError, UnicodeError):
            raise SourceUnavailable("protocol") from None


def _login_error(error: poplib.error_proto, code: str) -> SourceRefused | SourceUnavailable:
    said = error.args[0] if error.args and isinstance(error.args[0], bytes) else b""
    if not said.startswith(b"-"):
        return SourceUnavailable("lost")
    return SourceUnavailable("busy") if any(word in said.upper() for word in _TEMPORARY) else SourceRefused(code)
