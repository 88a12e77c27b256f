"""The mail of one mailbox: sources, transport, tests of both, probes; and who gets in."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail as django_mail
from django.core.cache import cache
from django.urls import resolve, reverse
from wagtail.models import ModelLogEntry

from tests.mail.smtp import Inbox, smtp_server
from wagtail_helpdesk import vault
from wagtail_helpdesk.configuration.mail_setup.health_menu import count_faults
from wagtail_helpdesk.mail.arriving.accept import Envelope, Origin, accept
from wagtail_helpdesk.mail.arriving.process import process
from wagtail_helpdesk.mail.beat import beat
from wagtail_helpdesk.mail.choices import SourceState
from wagtail_helpdesk.mail.models import (
    MailAccount,
    MailboxOptions,
    MailSource,
    MailTransport,
    OutboundMail,
    SourceFolder,
)
from wagtail_helpdesk.mail.outbox.deliver import deliver_due
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket

SECRET = "very-secret-indeed"
INSIDE = ("administrator", "superuser")
OUTSIDE = ("light", "agent", "manager", "editor", "stranger")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
IMAP = {
    "host": "mail.desk.example",
    "port": "",
    "security": "tls",
    "username": "support",
    "password": SECRET,
    "account": "",
    "start_from": "now",
    "start_days": "7",
    "post_action": "mark",
    "move_to": "",
    "fetches": "on",
}
SMTP = {
    "kind": "smtp",
    "host": "mail.desk.example",
    "port": "",
    "security": "starttls",
    "username": "support",
    "password": SECRET,
    "account": "",
    "per_minute": "",
}


@pytest.fixture
def client(desk, login):
    return login(desk.administrator)


@pytest.fixture
def maildir(tmp_path) -> Any:
    for name in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def make_source(desk, **fields) -> MailSource:
    given = {"kind": "imap", "host": "mail.desk.example", "username": "support", "password": vault.seal(SECRET)}
    return MailSource.objects.create(mailbox=desk.mailbox, **{**given, **fields})


def url(desk, name: str = "index", *args: Any) -> str:
    return reverse(f"helpdesk_mailbox_mail:{name}", args=[desk.mailbox.pk, *args])


def saved(client: Any, address: str, data: dict[str, Any]) -> Any:
    """Post a form; return its errors, None when it was saved."""
    response = client.post(address, data)
    return None if response.status_code == 302 else response.context["form"].errors


@pytest.mark.parametrize("persona", [*INSIDE, *OUTSIDE])
def test_every_screen_as(persona, desk, login, maildir):
    visitor = login(getattr(desk, persona, None))
    source = make_source(desk, kind="maildir", settings={"path": str(maildir)})
    pages = [
        url(desk),
        url(desk, "transport"),
        url(desk, "source_add", "imap"),
        url(desk, "source", source.pk),
        url(desk, "folders", source.pk),
        url(desk, "source_delete", source.pk),
        reverse("helpdesk_mail_health:index"),
    ]
    for address in pages:
        response = visitor.get(address)
        assert response.status_code == (200 if persona in INSIDE else 302), address
        if persona in INSIDE:
            assert "w-breadcrumbs" in response.content.decode(), address
    if persona in OUTSIDE:
        visitor.post(url(desk, "probe"))
        visitor.post(url(desk, "source_delete", source.pk))
        visitor.post(url(desk, "source_add", "imap"), IMAP)
        visitor.post(url(desk, "transport"), SMTP)
        visitor.post(url(desk, "trust"), {"server": "mx.desk.example"})
        assert visitor.post(url(desk, "source_test", source.pk)).status_code == 302
        assert visitor.post(url(desk, "transport_test")).status_code == 302
        assert list(MailSource.objects.all()) == [source]
        assert not OutboundMail.objects.exists() and not MailTransport.objects.exists()


@pytest.mark.parametrize("persona", [*INSIDE, "manager", "agent", "editor"])
def test_dashboard_tells_those_who_can_help(persona, desk, login):
    page = login(getattr(desk, persona)).get(reverse("wagtailadmin_home")).content.decode()
    assert ("No worker has run yet" in page) == (persona in INSIDE)
    assert (reverse("helpdesk_mail_health:index") in page) == (persona in INSIDE)


@pytest.mark.parametrize("persona", [*INSIDE, "manager", "agent", "editor"])
def test_menu_tells_those_who_can_help(persona, desk, login, django_assert_num_queries):
    visitor = login(getattr(desk, persona))

    def menu() -> list[str]:
        page = visitor.get(reverse("wagtailadmin_account"))
        return re.findall(r'"data-helpdesk-faults": "(\d+)"', html.unescape(page.content.decode()))

    assert menu() == (["1"] if persona in INSIDE else [])
    assert count_faults() == 1
    beat()
    with django_assert_num_queries(0):
        # Nobody looks again within the minute.
        assert count_faults() == 1
    cache.clear()
    assert menu() == []


def test_pages_cost_the_same_for_any_length(desk, client, django_assert_max_num_queries):
    for number in range(10):
        source = make_source(desk, last_ok_at=NOW, host=f"mail{number}.example")
        SourceFolder.objects.create(source=source, name="INBOX")
        factories.make_mailbox(team=desk.team)
    client.get(url(desk))
    with django_assert_max_num_queries(28):
        client.get(url(desk))
    with django_assert_max_num_queries(22):
        client.get(reverse("helpdesk_mail_health:index"))


def test_asking_for_a_token_is_never_rolled_back(desk):
    """A refresh token that the provider changed would be lost: with ATOMIC_REQUESTS too these have no transaction."""
    addresses = [
        url(desk, "transport_test"),
        url(desk, "source_test", 1),
        url(desk, "folders", 1),
        reverse("helpdesk_mail_accounts:back"),
        reverse("helpdesk_mail_accounts:token", args=[1]),
    ]
    for address in addresses:
        assert resolve(address).func._non_atomic_requests == {"default"}, address


def test_changes_stand_in_the_site_history(desk, client):
    client.post(url(desk, "source_add", "imap"), IMAP)
    source = MailSource.objects.get()
    client.post(url(desk, "source", source.pk), IMAP)
    client.post(url(desk, "transport"), SMTP)
    client.post(url(desk, "source_delete", source.pk))
    entries = ModelLogEntry.objects.filter(content_type__model__in=("mailsource", "mailtransport")).order_by("pk")
    assert [(entry.content_type.model, entry.action) for entry in entries] == [
        ("mailsource", "wagtail.create"),
        ("mailsource", "wagtail.edit"),
        ("mailtransport", "wagtail.edit"),
        ("mailsource", "wagtail.delete"),
    ]
    assert SECRET not in str(list(entries.values()))


class TestSources:
    def test_is_added_sealed_and_never_shown(self, desk, client):
        assert saved(client, url(desk, "source_add", "imap"), IMAP) is None
        source = MailSource.objects.get()
        assert (source.mailbox, source.kind, source.port, source.state) == (desk.mailbox, "imap", None, "active")
        assert vault.unseal(source.password) == SECRET
        for address in (url(desk), url(desk, "source", source.pk)):
            page = client.get(address).content.decode()
            assert "mail.desk.example" in page
            assert SECRET not in page and source.password not in page
        response = client.post(url(desk, "source", source.pk), {**IMAP, "host": ""})
        assert (
            list(response.context["form"].errors) == ["host", "password"] or "host" in response.context["form"].errors
        )
        assert SECRET not in response.content.decode()

    def test_empty_password_keeps_the_stored_one(self, desk, client):
        source = make_source(desk, failures=3, last_error="login_refused", next_fetch_at=NOW + timedelta(days=900))
        data = {**IMAP, "password": "", "post_action": "keep"}
        assert saved(client, url(desk, "source", source.pk), data) is None
        source.refresh_from_db()
        assert vault.unseal(source.password) == SECRET
        assert (source.post_action, source.failures, source.last_error) == ("keep", 0, "")
        assert source.next_fetch_at < NOW + timedelta(days=900)

    @pytest.mark.parametrize("change", [{"host": "evil.example"}, {"port": "1143"}, {"username": "other"}])
    def test_stored_password_goes_to_no_other_server(self, change, desk, client):
        source = make_source(desk)
        assert list(saved(client, url(desk, "source", source.pk), {**IMAP, "password": "", **change})) == ["password"]
        assert saved(client, url(desk, "source", source.pk), {**IMAP, **change}) is None

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"host": ""}, {"host"}),
            ({"username": ""}, {"username"}),
            ({"password": ""}, {"password"}),
            ({"security": "none"}, {"security"}),
            ({"post_action": "move"}, {"move_to"}),
            ({"security": "none", "host": "localhost"}, set()),
            ({"post_action": "move", "move_to": "Done"}, set()),
            ({"start_days": ""}, set()),
        ],
    )
    def test_what_is_missing_is_told(self, change, fields, desk, client):
        assert set(saved(client, url(desk, "source_add", "imap"), {**IMAP, **change}) or ()) == fields

    def test_account_instead_of_a_password(self, desk, client):
        account = MailAccount.objects.create(name="M", provider="microsoft", username="s@desk.example", client_id="c")
        data = {**IMAP, "username": "", "password": "", "account": account.pk}
        # A token is shown to its provider's servers only.
        assert list(saved(client, url(desk, "source_add", "imap"), data)) == ["account"]
        assert saved(client, url(desk, "source_add", "imap"), {**data, "host": "outlook.office365.com"}) is None
        assert MailSource.objects.get().state == SourceState.NEEDS_CONSENT
        assert f"/mail-accounts/edit/{account.pk}/" in client.get(url(desk)).content.decode()
        account.needs_consent = False
        account.save()
        pk = MailSource.objects.get().pk
        assert saved(client, url(desk, "source", pk), {**data, "host": "outlook.office365.com"}) is None
        assert MailSource.objects.get().state == SourceState.ACTIVE

    def test_is_paused_and_taken_up_again(self, desk, client):
        source = make_source(desk)
        data = {name: value for name, value in IMAP.items() if name != "fetches"}
        assert saved(client, url(desk, "source", source.pk), data) is None
        source.refresh_from_db()
        assert source.state == SourceState.PAUSED
        assert client.get(url(desk, "source", source.pk)).context["form"]["fetches"].value() is False
        assert saved(client, url(desk, "source", source.pk), IMAP) is None
        source.refresh_from_db()
        assert source.state == SourceState.ACTIVE

    def test_kind_brings_its_own_settings(self, desk, client, maildir):
        address = url(desk, "source_add", "maildir")
        data = {"start_from": "now", "start_days": "7", "post_action": "keep", "fetches": "on"}
        assert list(saved(client, address, data)) == ["setting_path"]
        assert saved(client, address, {**data, "setting_path": str(maildir)}) is None
        assert MailSource.objects.get().settings == {"path": str(maildir)}
        assert client.get(url(desk, "source_add", "carrier-pigeon")).status_code == 404

    def test_folders_as_the_server_names_them(self, desk, client, maildir):
        source = make_source(desk, kind="maildir", settings={"path": str(maildir)})
        form = client.get(url(desk, "folders", source.pk)).context["form"]
        assert [(field.label, field.initial) for field in form.fields.values()] == [("INBOX", "inbox"), ("Sent", "")]
        gone = SourceFolder.objects.create(source=source, name="Gone")
        form = client.get(url(desk, "folders", source.pk)).context["form"]
        assert [field.label for field in form.fields.values()] == ["Gone", "INBOX", "Sent"]
        assert list(saved(client, url(desk, "folders", source.pk), {})) == ["__all__"]
        data = {"folder_0": "", "folder_1": "inbox", "folder_2": "sent"}
        assert saved(client, url(desk, "folders", source.pk), data) is None
        assert dict(source.folders.values_list("name", "role")) == {"INBOX": "inbox", "Sent": "sent"}
        assert not SourceFolder.objects.filter(pk=gone.pk).exists()

    def test_folders_of_a_server_that_is_away(self, desk, client, tmp_path):
        source = make_source(desk, kind="maildir", settings={"path": "relative"})
        SourceFolder.objects.create(source=source, name="INBOX")
        page = client.get(url(desk, "folders", source.pk))
        assert "Something is missing in its settings." in page.content.decode()
        assert [field.label for field in page.context["form"].fields.values()] == ["INBOX"]

    def test_connection_is_tested_step_by_step(self, desk, client, maildir):
        source = make_source(desk, kind="maildir", settings={"path": str(maildir)})
        page = client.post(url(desk, "source_test", source.pk)).content.decode()
        assert str(maildir) in page and "hd-steps__bad" not in page
        source.settings = {"path": str(maildir / "nowhere")}
        source.save()
        assert "hd-steps__bad" in client.post(url(desk, "source_test", source.pk)).content.decode()

    def test_goes_and_leaves_its_mail(self, desk, client):
        source = make_source(desk)
        assert "Yes, delete" in client.get(url(desk, "source_delete", source.pk)).content.decode()
        assert client.post(url(desk, "source_delete", source.pk)).status_code == 302
        assert not MailSource.objects.exists()

    def test_source_of_another_mailbox_is_none_of_this_one(self, desk, client):
        source = MailSource.objects.create(mailbox=factories.make_mailbox(team=desk.team), kind="imap")
        for name in ("source", "folders", "source_delete"):
            assert client.get(url(desk, name, source.pk)).status_code == 404
        assert client.post(url(desk, "source_test", source.pk)).status_code == 404

    def test_warnings_are_read_and_gone(self, desk, client):
        source = make_source(desk, warnings=[{"code": "uidvalidity_changed", "folder": "INBOX", "uid": None}])
        assert "The folder was made anew on the server." in client.get(url(desk)).content.decode()
        client.post(url(desk, "source_read", source.pk))
        assert "The folder was made anew on the server." not in client.get(url(desk)).content.decode()

    def test_kind_that_the_site_has_no_longer(self, desk, client):
        source = make_source(desk, kind="pigeon")
        assert "pigeon" in client.get(url(desk)).content.decode()
        assert "hd-steps__bad" in client.post(url(desk, "source_test", source.pk)).content.decode()
        assert client.get(url(desk, "source", source.pk)).status_code == 404


class TestTransport:
    def test_own_server(self, desk, client):
        MailTransport.objects.create(mailbox=desk.mailbox, paused_at=NOW, pause_reason="auth 535", next_probe_at=NOW)
        assert saved(client, url(desk, "transport"), SMTP) is None
        row = MailTransport.objects.get()
        assert (row.kind, row.host, row.paused_at, row.next_probe_at) == ("smtp", "mail.desk.example", None, None)
        assert vault.unseal(row.password) == SECRET
        for address in (url(desk), url(desk, "transport")):
            page = client.get(address).content.decode()
            assert "mail.desk.example" in page and SECRET not in page and row.password not in page
        assert list(saved(client, url(desk, "transport"), {**SMTP, "password": "", "host": "evil.example"})) == [
            "password"
        ]

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ({"host": ""}, {"host"}),
            ({"kind": "site", "host": ""}, set()),
            ({"kind": "pigeon"}, {"kind"}),
            ({"security": "none"}, {"security"}),
            ({"per_minute": "30"}, set()),
        ],
    )
    def test_what_is_missing_is_told(self, change, fields, desk, client):
        assert set(saved(client, url(desk, "transport"), {**SMTP, **change}) or ()) == fields

    def test_connection_is_tested_with_a_real_server(self, desk, client):
        with smtp_server(Inbox()) as (host, port):
            row = MailTransport.objects.create(mailbox=desk.mailbox, kind="smtp", host=host, port=port, security="none")
            page = client.post(url(desk, "transport_test")).content.decode()
            assert "hd-steps__good" in page and "hd-steps__bad" not in page
        page = client.post(url(desk, "transport_test")).content.decode()
        assert page.count("hd-steps__bad") == 1
        row.kind = "pigeon"
        row.save()
        assert "no such kind" in client.post(url(desk, "transport_test")).content.decode()


class TestProbes:
    @pytest.fixture(autouse=True)
    def clock(self):
        with time_machine.travel(NOW, tick=False) as traveller:
            yield traveller

    def come_back(self, desk, which: int, extra: bytes = b"") -> None:
        raw = extra + django_mail.outbox[which].message().as_bytes()
        process(accept(raw, Envelope(), Origin("import", desk.mailbox.pk)).mail.pk)

    def test_there_and_back(self, desk, client, clock):
        page = client.post(url(desk, "probe"), follow=True).content.decode()
        assert page.count("Waits to be sent") == 2
        deliver_due()
        assert client.get(url(desk)).content.decode().count("Sent, not back yet") == 2
        clock.shift(timedelta(seconds=7))
        header = (
            b"Authentication-Results: mx.desk.example; dkim=pass header.d=desk.example\r\n"
            b"Authentication-Results: <script>; dkim=pass\r\n"
        )
        self.come_back(desk, 0, header)
        page = client.get(url(desk)).content.decode()
        assert "Came back after 7 seconds" in page and "Sent, not back yet" in page
        assert "mx.desk.example; dkim=pass" in page and "<script>; dkim" not in page
        assert Ticket.objects.count() == 0
        # Only the topmost server can be trusted: anybody may have written what stands below.
        assert client.post(url(desk, "trust"), {"server": "<script>"}).status_code == 404
        assert client.post(url(desk, "trust"), {"server": "mx.desk.example"}).status_code == 302
        assert MailboxOptions.objects.get(mailbox=desk.mailbox).trusted_authserv_ids == ["mx.desk.example"]
        assert "Trust it" not in client.get(url(desk)).content.decode()

    def test_mail_that_carries_no_results(self, desk, client):
        client.post(url(desk, "probe"))
        deliver_due()
        self.come_back(desk, 1)
        page = client.get(url(desk)).content.decode()
        assert "To an address with a plus" in page and "Trust it" not in page
