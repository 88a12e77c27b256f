"""A mailbox's own SMTP server: verified TLS, password or OAuth2, and every phase told apart."""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.core.mail import EmailMessage
from django.core.mail.utils import DNS_NAME
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.mail.checking import CheckStep
from wagtail_helpdesk.mail.choices import Security
from wagtail_helpdesk.mail.oauth import OAuthError, access_token, sasl
from wagtail_helpdesk.mail.transports.base import (
    DeliveryFailed,
    Envelope,
    HandingOver,
    Phase,
    SendResult,
    Transport,
    TransportUnavailable,
)
from wagtail_helpdesk.mail.transports.dialogue import transmit
from wagtail_helpdesk.vault import SealBroken, unseal

#: Seconds to wait for the server's answer to any command but the last.
TIMEOUT = 30
#: Where submission is served (RFC 8314 3.3, RFC 6409 3.1).
PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}


class SmtpTransport(Transport):
    """Sends over the server that the mailbox's row names."""

    label = gettext_lazy("An SMTP server")

    _client: smtplib.SMTP | None = None
    _is_new = False

    def open(self) -> None:
        """Connect, encrypt, sign in. Raises TransportUnavailable."""
        try:
            for _name, step in self._steps():
                step()
        except TransportUnavailable:
            self.close()
            raise
        self._is_new = True

    def close(self) -> None:
        """Say goodbye, where the server still listens."""
        client, self._client = self._client, None
        if client is None:
            return
        with suppress(smtplib.SMTPException, OSError):
            client.quit()
        client.close()

    def send(self, message: EmailMessage, envelope: Envelope, handing_over: HandingOver) -> SendResult:
        """Send one mail; on a connection that has broken since the last one, over a new one."""
        try:
            return self._send(message, envelope, handing_over)
        except DeliveryFailed as error:
            if self._is_new or error.phase != Phase.MAIL or error.smtp_code is not None:
                raise
        # The server let go of a connection that stood idle.
        self.close()
        return self._send(message, envelope, handing_over)

    def _send(self, message: EmailMessage, envelope: Envelope, handing_over: HandingOver) -> SendResult:
        if self._client is None or self._client.sock is None:
            self.open()
        try:
            return transmit(self._client, message, envelope, handing_over)
        finally:
            self._is_new = False

    def check(self) -> list[CheckStep]:
        """Connect, encrypt, sign in, and ask whether the mailbox's address may send."""
        found = []
        for name, step in (*self._steps(), (_("The server takes mail from this mailbox"), self._ask_for_sender)):
            try:
                detail = step()
            except TransportUnavailable as error:
                found.append(CheckStep(name, False, error.reason))
                break
            found.append(CheckStep(name, True, detail or ""))
        self.close()
        return found

    def _steps(self) -> Iterator[tuple[str, Callable[[], str | None]]]:
        yield _("The settings are complete"), self._look_at_settings
        yield _("The server answers"), self._connect
        if self.row.security == Security.STARTTLS:
            yield _("The connection is encrypted"), self._encrypt
        if self.row.account or self.row.username:
            yield _("The server lets us in"), self._sign_in

    def _look_at_settings(self) -> None:
        if not self.row.host:
            raise TransportUnavailable(reason="no server is named", phase=Phase.CONFIGURATION)
        if self.row.security == Security.NONE and not _is_this_machine(self.row.host):
            raise TransportUnavailable(reason="no encryption to another machine", phase=Phase.CONFIGURATION)

    def _connect(self) -> str:
        phase = Phase.TLS if self.row.security == Security.TLS else Phase.CONNECT
        port = self.row.port or PORTS[Security(self.row.security)]
        options = {"local_hostname": DNS_NAME.get_fqdn(), "timeout": TIMEOUT}
        with _blamed_on(phase):
            if self.row.security == Security.TLS:
                self._client = smtplib.SMTP_SSL(self.row.host, port, context=ssl.create_default_context(), **options)
            else:
                self._client = smtplib.SMTP(self.row.host, port, **options)
            self._client.ehlo_or_helo_if_needed()
        return f"{self.row.host}:{port}" + (f", {self._protocol()}" if phase == Phase.TLS else "")

    def _encrypt(self) -> str:
        """STARTTLS or nothing: a server, or somebody in between, that offers none gets no password (RFC 8314 4.1)."""
        with _blamed_on(Phase.TLS):
            self._client.starttls(context=ssl.create_default_context())
            self._client.ehlo_or_helo_if_needed()
        return self._protocol()

    def _protocol(self) -> str:
        return self._client.sock.version() or ""

    def _sign_in(self) -> str:
        with _blamed_on(Phase.AUTH):
            if self.row.account is None:
                self._client.login(self.row.username, unseal(self.row.password))
                return self.row.username
            try:
                self._sign_in_by_token(fresh=False)
            except smtplib.SMTPAuthenticationError:
                # It may have been withdrawn before its time.
                self._sign_in_by_token(fresh=True)
            return self.row.account.username

    def _sign_in_by_token(self, *, fresh: bool) -> None:
        token = access_token(self.row.account, fresh=fresh)
        mechanism = sasl.mechanism_for(self._client.esmtp_features.get("auth", "").split())
        username, port = self.row.account.username, self._client.sock.getpeername()[1]
        words = sasl.words(mechanism, username=username, token=token, host=self.row.host, port=port)
        # A refusal comes as a challenge.
        farewell = sasl.FAREWELL[mechanism]
        self._client.auth(mechanism, lambda challenge=None: words if challenge is None else farewell)

    def _ask_for_sender(self) -> str:
        with _blamed_on(Phase.MAIL):
            code, _reply = self._client.mail(self.mailbox.address)
            self._client.rset()
        if code != 250:
            raise TransportUnavailable(reason=f"refused {code}", phase=Phase.MAIL)
        return self.mailbox.address


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def _blamed_on(phase: Phase) -> Iterator[None]:
    """Turn whatever goes wrong in the block into TransportUnavailable; ssl's errors are TLS's, wherever they are."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        reason = f"{type(error).__name__} {error.smtp_code}"
        raise TransportUnavailable(reason=reason, phase=phase) from error
    except OAuthError as error:
        raise TransportUnavailable(reason=f"{type(error).__name__} {error}"[:200], phase=phase) from error
    except ssl.SSLError as error:
        words = getattr(error, "verify_message", "") or error.reason or ""
        reason = f"{type(error).__name__} {words}".rstrip()
        raise TransportUnavailable(reason=reason, phase=Phase.TLS) from error
    except (smtplib.SMTPException, OSError, SealBroken, UnicodeError) as error:
        # smtplib writes user names and passwords in ASCII only.
        raise TransportUnavailable(reason=type(error).__name__, phase=phase) from error
