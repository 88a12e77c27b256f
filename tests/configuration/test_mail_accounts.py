"""Mail accounts: secrets that are never shown, the way to the provider and back, who gets in."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from tests.mail.oauth.provider import fake_provider
from wagtail_helpdesk import vault
from wagtail_helpdesk.mail.choices import SourceState
from wagtail_helpdesk.mail.models import MailAccount, MailSource

SECRET = "very-secret-indeed"
INSIDE = ("administrator", "superuser")
OUTSIDE = ("light", "agent", "manager", "editor", "stranger")
DATA = {
    "name": "Office",
    "provider": "microsoft",
    "grant": "consent",
    "username": "support@desk.example",
    "tenant": "",
    "client_id": "client-1",
    "client_secret": SECRET,
    "secret_expires_at": "2026-12-31",
}


def url(action: str = "index", pk: Any = None) -> str:
    return reverse(f"helpdesk_settings_mail-accounts_modeladmin_{action}", args=[pk] if pk else [])


@pytest.fixture
def client(desk, login):
    return login(desk.administrator)


@pytest.fixture
def account(desk) -> MailAccount:
    return MailAccount.objects.create(
        name="Office",
        provider="microsoft",
        username="support@desk.example",
        client_id="client-1",
        client_secret=vault.seal(SECRET),
        refresh_token=vault.seal("refresh-0"),
        access_token=vault.seal("access-0"),
        needs_consent=False,
    )


def saved(client: Any, data: dict[str, Any], pk: Any = None) -> Any:
    """Post the form; return its errors, None when it was saved."""
    response = client.post(url("edit", pk) if pk else url("create"), data)
    return None if response.status_code == 302 else response.context["form"].errors


@pytest.mark.parametrize("persona", [*INSIDE, *OUTSIDE])
def test_every_screen_as(persona, desk, login, account):
    MailAccount.objects.update(needs_consent=True)  # so that nobody asks a real provider
    visitor = login(getattr(desk, persona, None))
    inside = persona in INSIDE
    for address in (url(), url("create"), url("edit", account.pk), url("delete", account.pk)):
        assert visitor.get(address).status_code == (200 if inside else 302), address
    there = visitor.get(reverse("helpdesk_mail_accounts:connect", args=[account.pk]))
    assert there.url.startswith("https://login.microsoftonline.com/") is inside
    assert (
        visitor.post(reverse("helpdesk_mail_accounts:token", args=[account.pk])).url == url("edit", account.pk)
    ) is (inside)
    back = visitor.get(reverse("helpdesk_mail_accounts:back") + "?state=x&code=y")
    assert back.status_code == 302
    assert back.url != url("edit", account.pk)


class TestForm:
    def test_secret_is_sealed_and_never_shown(self, client):
        assert saved(client, DATA) is None
        account = MailAccount.objects.get()
        assert vault.unseal(account.client_secret) == SECRET
        assert SECRET not in account.client_secret
        assert (account.needs_consent, account.secret_expires_at) == (True, date(2026, 12, 31))
        page = client.get(url("edit", account.pk)).content.decode()
        assert SECRET not in page and account.client_secret not in page
        assert "Has to be connected" in page
        assert "http://testserver/admin/helpdesk/mail-accounts/back/" in page
        # Nor when the form comes back with errors.
        response = client.post(url("edit", account.pk), {**DATA, "username": "nobody"})
        assert list(response.context["form"].errors) == ["username"]
        assert SECRET not in response.content.decode()

    def test_empty_secret_keeps_the_stored_one_and_its_tokens(self, client, account):
        assert saved(client, {**DATA, "name": "Renamed", "client_secret": ""}, account.pk) is None
        account.refresh_from_db()
        assert account.name == "Renamed"
        assert vault.unseal(account.client_secret) == SECRET
        assert vault.unseal(account.access_token) == "access-0"
        assert not account.needs_consent

    def test_new_secret_keeps_the_consent(self, client, account):
        MailAccount.objects.update(needs_consent=True, last_error="invalid_client", access_token="")
        assert saved(client, {**DATA, "client_secret": "new"}, account.pk) is None
        account.refresh_from_db()
        assert vault.unseal(account.client_secret) == "new"
        assert vault.unseal(account.refresh_token) == "refresh-0"
        assert (account.needs_consent, account.last_error, account.access_token) == (False, "", "")

    @pytest.mark.parametrize("change", [{"client_id": "other"}, {"tenant": "t"}, {"username": "b@desk.example"}])
    def test_another_identity_forgets_the_tokens(self, change, client, account):
        assert saved(client, {**DATA, **change}, account.pk) is None
        account.refresh_from_db()
        assert (account.needs_consent, account.refresh_token, account.access_token) == (True, "", "")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"grant": "application"}, "tenant"),
            ({"grant": "application", "tenant": "t", "client_secret": ""}, "client_secret"),
            ({"grant": "application", "provider": "google"}, "client_secret"),
            ({"provider": "yahoo"}, "provider"),
            ({"client_id": ""}, "client_id"),
        ],
    )
    def test_what_is_missing_is_told(self, change, field, client):
        assert list(saved(client, {**DATA, **change})) == [field]

    def test_application_needs_nobody(self, client, desk):
        assert saved(client, {**DATA, "grant": "application", "tenant": "t"}) is None
        account = MailAccount.objects.get()
        assert not account.needs_consent
        page = client.get(url("edit", account.pk)).content.decode()
        assert "connect/" not in page

    def test_account_in_use_stays(self, client, account, desk):
        MailSource.objects.create(mailbox=desk.mailbox, kind="imap", account=account)
        assert "Mail sources: 1" in client.post(url("delete", account.pk)).content.decode()
        assert MailAccount.objects.exists()


class TestConsent:
    @pytest.fixture
    def provider(self):
        with fake_provider() as fake:
            fake.gives("access-1", refresh="refresh-1")
            yield fake

    def go(self, client, account) -> dict[str, str]:
        """Follow the button; return what the provider is told."""
        response = client.get(reverse("helpdesk_mail_accounts:connect", args=[account.pk]))
        return {name: values[0] for name, values in parse_qs(urlsplit(response.url).query).items()}

    def come_back(self, client, **parameters: str) -> Any:
        return client.get(reverse("helpdesk_mail_accounts:back"), parameters, follow=True)

    def test_there_and_back(self, client, account, provider, desk):
        MailAccount.objects.update(needs_consent=True, refresh_token="", access_token="")
        source = MailSource.objects.create(
            mailbox=desk.mailbox, kind="imap", account=account, state=SourceState.NEEDS_CONSENT
        )
        told = self.go(client, account)
        assert told["redirect_uri"] == "http://testserver/admin/helpdesk/mail-accounts/back/"
        assert told["code_challenge_method"] == "S256"
        page = self.come_back(client, state=told["state"], code="c0de").content.decode()
        assert "is connected" in page
        assert "access-1" not in page and "refresh-1" not in page
        account.refresh_from_db()
        source.refresh_from_db()
        assert vault.unseal(account.refresh_token) == "refresh-1"
        assert source.state == SourceState.ACTIVE
        assert provider.asked[0]["redirect_uri"] == told["redirect_uri"]

    def test_a_state_is_good_once_and_for_its_own_session_only(self, client, account, provider, login, desk):
        told = self.go(client, account)
        stolen = login(desk.superuser)
        assert self.come_back(stolen, state=told["state"], code="c0de").redirect_chain
        assert provider.asked == []
        self.come_back(client, state=told["state"], code="c0de")
        self.come_back(client, state=told["state"], code="c0de")
        assert len(provider.asked) == 1

    def test_token_is_asked_for_by_hand(self, client, account, provider):
        address = reverse("helpdesk_mail_accounts:token", args=[account.pk])
        assert b"The provider gave a new token." in client.post(address, follow=True).content
        account.refresh_from_db()
        assert vault.unseal(account.access_token) == "access-1"
        provider.refuses("invalid_client")
        page = client.post(address, follow=True).content
        assert b"gave no token (invalid_client)" in page and b"Has to be connected" in page
        # From here on it takes a person: the button is gone.
        assert b"Ask for a new token" not in page
        assert client.get(address).status_code == 405

    def test_refused_by_the_person(self, client, account, provider):
        told = self.go(client, account)
        page = self.come_back(client, state=told["state"], error="access_denied", error_description="<b>").content
        assert b"was not connected (access_denied)" in page
        assert provider.asked == []

    def test_refused_by_the_provider(self, client, account, provider):
        provider.refuses("invalid_grant")
        told = self.go(client, account)
        assert b"was not connected (invalid_grant)" in self.come_back(client, state=told["state"], code="c0de").content
        account.refresh_from_db()
        # What worked before goes on working.
        assert vault.unseal(account.access_token) == "access-0"
