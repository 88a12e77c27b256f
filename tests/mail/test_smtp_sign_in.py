"""Connecting to a mailbox's own SMTP server: no secret goes to whom we cannot be sure of."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.mail.oauth.provider import fake_provider
from tests.mail.scripted_smtp import CLOSE, HANG, Script, scripted_server, server_tls
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.choices import Provider
from wagtail_helpdesk.mail.models import MailAccount, MailTransport
from wagtail_helpdesk.mail.transports import SmtpTransport, TransportUnavailable, smtp
from wagtail_helpdesk.testing.transports import OWN_ADDRESS, make_message
from wagtail_helpdesk.vault import seal


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return a server's context whose certificate this machine trusts."""
    context, path = server_tls(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return context


@contextmanager
def transport_to(script: Script, **fields: Any) -> Iterator[SmtpTransport]:
    with scripted_server(script) as (host, port):
        yield SmtpTransport(Mailbox(address=OWN_ADDRESS), MailTransport(**{"host": host, "port": port, **fields}))


def refusal(script: Script, **fields: Any) -> TransportUnavailable:
    """Return why the transport does not open."""
    with transport_to(script, **fields) as transport, pytest.raises(TransportUnavailable) as caught:
        transport.open()
    assert "letmein" not in str(caught.value)
    return caught.value


def password(**fields: Any) -> dict[str, Any]:
    return {"username": "support", "password": seal("letmein"), **fields}


def auth_words(script: Script) -> list[bytes]:
    """Return what clients said of themselves."""
    return [base64.b64decode(line.split()[-1]) for line in script.commands if line.startswith("AUTH")]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mail_over_tls_with_a_password(security: str, tls: ssl.SSLContext) -> None:
    script = Script(features=["AUTH PLAIN LOGIN"], tls=tls, implicit_tls=security == "tls")
    with transport_to(script, **password(security=security)) as transport, transport:
        transport.send(*make_message(), lambda: None)
    assert auth_words(script) == [b"\0support\0letmein"]
    assert len(script.mails) == 1


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_certificate_that_nobody_vouches_for(security: str, tmp_path: Path) -> None:
    context, _path = server_tls(tmp_path)
    script = Script(features=["AUTH PLAIN"], tls=context, implicit_tls=security == "tls")
    error = refusal(script, **password(security=security))
    assert error.phase == "tls"
    assert "self-signed certificate" in error.reason
    assert auth_words(script) == []


def test_certificate_of_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, path = server_tls(tmp_path, "elsewhere.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    script = Script(features=["AUTH PLAIN"], tls=context)
    error = refusal(script, **password(security="starttls"))
    assert (error.phase, auth_words(script)) == ("tls", [])


def test_server_without_starttls_gets_no_password() -> None:
    """It may have been stripped on the way."""
    script = Script(features=["AUTH PLAIN LOGIN"])
    error = refusal(script, **password(security="starttls"))
    assert (error.phase, error.reason) == ("tls", "SMTPNotSupportedError")
    assert auth_words(script) == []


def test_starttls_that_is_refused(tls: ssl.SSLContext) -> None:
    script = Script({"STARTTLS": "454 4.7.0 not now"}, features=["AUTH PLAIN"], tls=tls)
    error = refusal(script, **password(security="starttls"))
    assert (error.phase, error.reason) == ("tls", "SMTPResponseException 454")


def test_nothing_goes_unencrypted_to_another_machine() -> None:
    transport = SmtpTransport(Mailbox(address=OWN_ADDRESS), MailTransport(host="mail.example.org", security="none"))
    with pytest.raises(TransportUnavailable) as caught:
        transport.open()
    assert caught.value.phase == "configuration"


@pytest.mark.parametrize(
    ("script", "phase"),
    [
        (Script({"AUTH": "535 5.7.8 wrong"}, features=["AUTH PLAIN"]), "auth"),
        (Script({"AUTH": "454 4.7.0 later"}, features=["AUTH PLAIN"]), "auth"),
        (Script({"AUTH": CLOSE}, features=["AUTH PLAIN"]), "auth"),
        (Script(features=[]), "auth"),
        (Script({"GREETING": "554 go away"}), "connect"),
        (Script({"GREETING": CLOSE}), "connect"),
        (Script({"GREETING": HANG}), "connect"),
    ],
)
def test_server_that_does_not_let_us_in(script: Script, phase: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT", 0.3)
    assert refusal(script, **password(security="none")).phase == phase


def test_password_that_is_sealed_with_a_lost_key() -> None:
    script = Script(features=["AUTH PLAIN"])
    error = refusal(script, security="none", username="support", password="broken")
    assert (error.phase, error.reason) == ("auth", "SealBroken")


class TestOAuth:
    @pytest.fixture
    def account(self, db: None) -> MailAccount:
        return MailAccount.objects.create(
            name="Support",
            provider=Provider.MICROSOFT,
            username="support@desk.example",
            client_id="c",
            client_secret=seal("s"),
            refresh_token=seal("r"),
            access_token=seal("first"),
            access_expires_at=timezone.now() + timedelta(hours=1),
            needs_consent=False,
        )

    def test_token_instead_of_a_password(self, account: MailAccount) -> None:
        script = Script(features=["AUTH XOAUTH2"])
        with transport_to(script, security="none", account=account) as transport, transport:
            transport.send(*make_message(), lambda: None)
        assert auth_words(script) == [b"user=support@desk.example\x01auth=Bearer first\x01\x01"]

    def test_token_where_only_the_standard_is_offered(self, account: MailAccount) -> None:
        challenge = f"334 {base64.b64encode(b'{}').decode()}"
        script = Script(features=["AUTH PLAIN OAUTHBEARER"], first={"AUTH": [challenge]})
        with fake_provider() as provider, transport_to(script, security="none", account=account) as transport:
            provider.gives("second")
            with transport:
                transport.send(*make_message(), lambda: None)
        first, second = auth_words(script)
        assert first.startswith(b"n,a=support@desk.example,\x01host=") and b"\x01auth=Bearer first\x01\x01" in first
        assert second.endswith(b"\x01auth=Bearer second\x01\x01")

    def test_token_that_is_refused_is_renewed_once(self, account: MailAccount) -> None:
        challenge = f"334 {base64.b64encode(b'{}').decode()}"
        script = Script(features=["AUTH XOAUTH2"], first={"AUTH": [challenge]})
        with fake_provider() as provider, transport_to(script, security="none", account=account) as transport:
            provider.gives("second")
            with transport:
                transport.send(*make_message(), lambda: None)
        assert [words.split(b"Bearer ")[1].strip(b"\x01") for words in auth_words(script)] == [b"first", b"second"]

    def test_token_that_is_refused_again_is_an_alarm(self, account: MailAccount) -> None:
        script = Script({"AUTH": "535 5.7.3 no"}, features=["AUTH XOAUTH2"])
        with fake_provider() as provider:
            provider.gives("second")
            error = refusal(script, security="none", account=account)
        assert (error.phase, error.reason, len(auth_words(script))) == ("auth", "SMTPAuthenticationError 535", 2)

    def test_consent_that_was_withdrawn(self, account: MailAccount) -> None:
        MailAccount.objects.update(needs_consent=True, access_token="", last_error="invalid_grant")
        script = Script(features=["AUTH XOAUTH2"])
        error = refusal(script, security="none", account=account)
        assert (error.phase, error.reason) == ("auth", "ConsentNeeded invalid_grant")
        assert auth_words(script) == []


class TestCheck:
    def names(self, script: Script, **fields: Any) -> list[tuple[str, bool, str]]:
        with transport_to(script, **fields) as transport:
            return [(step.name, step.ok, step.detail) for step in transport.check()]

    def test_all_is_well(self, tls: ssl.SSLContext) -> None:
        script = Script(features=["AUTH PLAIN"], tls=tls)
        steps = self.names(script, **password(security="starttls"))
        assert [name for name, _ok, _detail in steps] == [
            "The settings are complete",
            "The server answers",
            "The connection is encrypted",
            "The server lets us in",
            "The server takes mail from this mailbox",
        ]
        assert all(ok for _name, ok, _detail in steps)
        assert steps[2][2].startswith("TLSv1.")
        assert script.mails == []

    @pytest.mark.parametrize(
        ("answers", "last"),
        [
            ({"GREETING": CLOSE}, ("The server answers", False, "SMTPServerDisconnected")),
            ({"AUTH": "535 no"}, ("The server lets us in", False, "SMTPAuthenticationError 535")),
            ({"MAIL": "553 no"}, ("The server takes mail from this mailbox", False, "refused 553")),
        ],
    )
    def test_first_failure_is_the_last_step(self, answers: dict[str, str], last: tuple[str, bool, str]) -> None:
        steps = self.names(Script(answers, features=["AUTH PLAIN"]), **password(security="none"))
        assert steps[-1] == last
        assert all(ok for _name, ok, _detail in steps[:-1])

    def test_server_that_nobody_named(self) -> None:
        transport = SmtpTransport(Mailbox(address=OWN_ADDRESS), MailTransport())
        (step,) = transport.check()
        assert (step.ok, step.detail) == (False, "no server is named")
