"""Access tokens: asked for in time, by one process, and no more once the provider has said no for good."""

from __future__ import annotations

import base64
import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.utils import timezone

from tests.mail.oauth.provider import FakeProvider, fake_provider
from wagtail_helpdesk import vault
from wagtail_helpdesk.mail import leases
from wagtail_helpdesk.mail.choices import Grant, Provider, SourceState
from wagtail_helpdesk.mail.models import MailAccount, MailSource, MailTransport
from wagtail_helpdesk.mail.oauth import ConsentNeeded, TokenUnavailable, access_token, tokens
from wagtail_helpdesk.mail.oauth.consent import begin, challenge, finish
from wagtail_helpdesk.testing import factories

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ELSEWHERE = "elsewhere:1:abc"


@pytest.fixture
def provider():
    with fake_provider() as fake:
        fake.gives()
        yield fake


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def make_account(**fields) -> MailAccount:
    given = {
        "name": "Support",
        "provider": Provider.MICROSOFT,
        "username": "support@desk.example",
        "tenant": "desk.example",
        "client_id": "client-1",
        "client_secret": vault.seal("hush"),
        "refresh_token": vault.seal("refresh-0"),
        "needs_consent": False,
    }
    return MailAccount.objects.create(**{**given, **fields})


def test_asks_once_and_keeps_the_token(provider):
    account = make_account()
    assert access_token(account) == "access-1"
    assert access_token(MailAccount.objects.get()) == "access-1"
    assert len(provider.asked) == 1
    assert provider.asked[0] == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-0",
        "client_id": "client-1",
        "client_secret": "hush",
        "scope": "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/POP.AccessAsUser.All "
        "https://outlook.office.com/SMTP.Send offline_access",
    }
    assert provider.paths == ["/microsoft/desk.example/token"]


def test_no_secret_stands_in_the_row(provider):
    provider.gives("access-1", refresh="refresh-1")
    access_token(make_account())
    row = str(MailAccount.objects.values().get())
    assert not [secret for secret in ("access-1", "refresh-0", "refresh-1", "hush") if secret in row]


@pytest.mark.parametrize(("minutes", "asked"), [(54, 1), (55, 2), (60, 2), (600, 2)])
def test_new_token_five_minutes_before_the_end(provider, clock, minutes, asked):
    account = make_account()
    access_token(account)
    clock.shift(timedelta(minutes=minutes))
    access_token(account)
    assert len(provider.asked) == asked


def test_rotated_refresh_token_is_used_next(provider, clock):
    account = make_account()
    provider.gives("access-1", refresh="refresh-1")
    access_token(account)
    clock.shift(timedelta(hours=2))
    provider.gives("access-2")
    assert access_token(account) == "access-2"
    clock.shift(timedelta(hours=2))
    access_token(account)
    assert [one["refresh_token"] for one in provider.asked] == ["refresh-0", "refresh-1", "refresh-1"]


def test_refused_token_is_replaced_once_for_all(provider):
    account, other = make_account(), None
    access_token(account)
    other = MailAccount.objects.get()
    provider.gives("access-2")
    assert access_token(account, fresh=True) == "access-2"
    # Another process was refused the first one too: it gets what is there by now.
    assert access_token(other, fresh=True) == "access-2"
    assert len(provider.asked) == 2
    provider.gives("access-3")
    assert access_token(other, fresh=True) == "access-3"


def test_invalid_grant_stops_everything_at_once(provider, desk, caplog):
    provider.refuses("invalid_grant", description="AADSTS70008: the token of ana@example.org has expired")
    account = make_account()
    source = MailSource.objects.create(mailbox=desk.mailbox, kind="imap", account=account)
    with caplog.at_level(logging.WARNING):
        for _attempt in range(5):
            with pytest.raises(ConsentNeeded, match="invalid_grant AADSTS70008"):
                access_token(account)
    assert len(provider.asked) == 1
    account.refresh_from_db()
    source.refresh_from_db()
    assert (account.needs_consent, account.refresh_token) == (True, "")
    assert account.last_error == "invalid_grant AADSTS70008"
    assert source.state == SourceState.NEEDS_CONSENT
    assert "ana@example.org" not in caplog.text
    assert "refresh-0" not in caplog.text


def test_wrong_client_secret_keeps_the_refresh_token(provider):
    provider.refuses("invalid_client", status=401)
    account = make_account()
    with pytest.raises(ConsentNeeded):
        access_token(account)
    account.refresh_from_db()
    assert vault.unseal(account.refresh_token) == "refresh-0"
    assert account.needs_consent


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (500, b"oops", "answer 500"),
        (503, {"error": "temporarily_unavailable"}, "503 temporarily_unavailable"),
        (429, {"error": "slow_down"}, "429 slow_down"),
        (400, {"error": "something_new"}, "400 something_new"),
        (400, {"error": {"code": 1}}, "answer 400"),
        (500, {"error": "invalid_grant"}, "500 invalid_grant"),
        (200, b"<html>", "answer 200"),
        (200, [], "answer 200"),
        (200, {"access_token": ""}, "answer 200"),
        (302, b"", "answer 302"),
        (200, b" " * 100_000, "answer too long"),
        (200, b"[" * 60_000, "answer 200"),
    ],
)
def test_provider_out_of_order_is_asked_again_later(provider, status, answer, error):
    provider.answers = [(status, answer)]
    account = make_account()
    with pytest.raises(TokenUnavailable, match=error):
        access_token(account)
    account.refresh_from_db()
    assert (account.needs_consent, account.last_error, account.lease_until) == (False, error, None)
    assert len(provider.asked) == 1
    provider.gives()
    assert access_token(account) == "access-1"
    account.refresh_from_db()
    assert account.last_error == ""


def test_provider_that_cannot_be_reached():
    with fake_provider() as provider:
        pass  # closed by now
    account = make_account()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(tokens.ask.__globals__, "token_address", lambda account: provider.address)
        with pytest.raises(TokenUnavailable, match="ConnectionError"):
            access_token(account)


def test_token_that_is_still_good_bridges_an_outage(provider, clock):
    account = make_account()
    access_token(account)
    clock.shift(timedelta(minutes=57))
    provider.answers = [(500, b"")]
    assert access_token(account) == "access-1"
    with pytest.raises(TokenUnavailable):
        access_token(account, fresh=True)


@pytest.mark.parametrize(("life", "minutes"), [("soon", 60), (None, 60), ("1800", 30), (-5, 0), (1e400, 60)])
def test_lifetime_as_the_provider_says_it(provider, life, minutes):
    provider.gives(life=life)
    account = make_account()
    access_token(account)
    assert account.access_expires_at == NOW + timedelta(minutes=minutes)


def test_only_the_holder_of_the_lease_asks(provider, clock, monkeypatch):
    monkeypatch.setattr(tokens, "PATIENCE", timedelta(0))
    account = make_account(lease_owner=ELSEWHERE, lease_until=NOW + timedelta(minutes=1))
    with pytest.raises(TokenUnavailable, match="another process"):
        access_token(account)
    assert provider.asked == []
    clock.shift(timedelta(minutes=2))
    assert access_token(account) == "access-1"


def test_waits_for_the_process_that_asks(provider, monkeypatch):
    account = make_account(lease_owner=ELSEWHERE, lease_until=NOW + timedelta(minutes=1))

    def answered_meanwhile(seconds: float) -> None:
        MailAccount.objects.update(
            access_token=vault.seal("theirs"), access_expires_at=NOW + timedelta(hours=1), lease_until=None
        )

    monkeypatch.setattr(tokens.time, "sleep", answered_meanwhile)
    assert access_token(account) == "theirs"
    assert provider.asked == []


def test_uses_an_old_token_while_another_process_asks(provider, clock):
    account = make_account()
    access_token(account)
    clock.shift(timedelta(minutes=57))
    MailAccount.objects.update(lease_owner=ELSEWHERE, lease_until=timezone.now() + timedelta(minutes=1))
    assert access_token(account) == "access-1"
    assert len(provider.asked) == 1


def test_lease_of_a_dead_process_is_taken_over(provider):
    host = leases.new_owner().split(":")[0]
    account = make_account(lease_owner=f"{host}:4194999:abc", lease_until=NOW + timedelta(minutes=1))
    assert access_token(account) == "access-1"


def test_lost_key_throws_nothing_away(provider, settings):
    account = make_account()
    sealed = account.refresh_token
    settings.SECRET_KEY = "another one"
    with pytest.raises(ConsentNeeded, match="key that is gone"):
        access_token(account)
    account.refresh_from_db()
    assert (account.needs_consent, account.refresh_token) == (False, sealed)
    assert account.last_error == "sealed with a key that is gone"
    settings.SECRET_KEY = "for-tests-only"
    assert access_token(account) == "access-1"


def test_microsoft_application(provider):
    account = make_account(grant=Grant.APPLICATION, refresh_token="")
    assert access_token(account) == "access-1"
    assert provider.asked == [
        {
            "grant_type": "client_credentials",
            "client_id": "client-1",
            "client_secret": "hush",
            "scope": "https://outlook.office365.com/.default",
        }
    ]


def test_google_service_account_signs_for_the_mailbox(provider):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    file = json.dumps({"type": "service_account", "private_key": pem, "token_uri": "http://evil.example/"})
    account = make_account(provider=Provider.GOOGLE, grant=Grant.APPLICATION, client_secret=vault.seal(file))
    assert access_token(account) == "access-1"
    asked = provider.asked[0]
    assert asked["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    head, claims, signature = asked["assertion"].split(".")
    key.public_key().verify(decode(signature), f"{head}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    assert json.loads(decode(claims)) == {
        "iss": "client-1",
        "sub": "support@desk.example",
        "scope": "https://mail.google.com/",
        "aud": f"{provider.address}/google/desk.example/token",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 1800,
    }


@pytest.mark.parametrize("key", ["", "hush", "{", "{}", '{"private_key": 7}', "-----BEGIN PRIVATE KEY-----\nAA\n"])
def test_service_account_without_a_key(provider, key):
    account = make_account(provider=Provider.GOOGLE, grant=Grant.APPLICATION, client_secret=vault.seal(key))
    with pytest.raises(ConsentNeeded):
        access_token(account)
    assert provider.asked == []


def test_consent_from_the_page_to_the_first_token(provider: FakeProvider, desk):
    account = make_account(refresh_token="", needs_consent=True, last_error="invalid_grant")
    source = MailSource.objects.create(
        mailbox=desk.mailbox, kind="imap", account=account, state=SourceState.NEEDS_CONSENT, failures=3
    )
    transport = MailTransport.objects.create(
        mailbox=factories.make_mailbox("other@desk.example", team=desk.team),
        kind="smtp",
        account=account,
        paused_at=NOW,
        next_probe_at=NOW + timedelta(hours=1),
    )
    journey = begin(account, "https://desk.example/back/")
    assert journey.url.startswith(f"{provider.address}/microsoft/desk.example/authorize?")
    assert f"code_challenge={challenge(journey.verifier)}" in journey.url
    assert journey.verifier not in journey.url
    assert f"state={journey.state}" in journey.url
    provider.gives("access-1", refresh="refresh-1")
    finish(account, code="c0de", verifier=journey.verifier, return_to="https://desk.example/back/")
    assert provider.asked[0] == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "code_verifier": journey.verifier,
        "redirect_uri": "https://desk.example/back/",
        "client_id": "client-1",
        "client_secret": "hush",
    }
    account.refresh_from_db()
    source.refresh_from_db()
    transport.refresh_from_db()
    assert (account.needs_consent, account.last_error) == (False, "")
    assert (source.state, source.failures) == (SourceState.ACTIVE, 0)
    assert transport.next_probe_at == NOW
    assert access_token(account) == "access-1"
    assert len(provider.asked) == 1


def test_consent_without_a_refresh_token_is_none(provider):
    account = make_account(refresh_token="", needs_consent=True)
    with pytest.raises(ConsentNeeded, match="no refresh token"):
        finish(account, code="c0de", verifier="v", return_to="https://desk.example/back/")
    account.refresh_from_db()
    assert account.needs_consent


def test_challenge_as_in_the_rfc():
    """RFC 7636, appendix B."""
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def decode(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
