"""A change of keys: everything sealed before can be opened by the new key alone, an hour later."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.apps import apps

from wagtail_helpdesk import vault
from wagtail_helpdesk.mail.models import MailAccount, MailSource, MailTransport
from wagtail_helpdesk.mail.resealing import SEALED, reseal
from wagtail_helpdesk.pipeline import STEPS
from wagtail_helpdesk.worker import Worker

pytestmark = pytest.mark.django_db

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def keys(settings):
    def use(*given: str) -> None:
        settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "ENCRYPTION_KEYS": list(given)}

    use(OLD)
    return use


def test_old_key_can_go_once_the_worker_ran(desk, keys):
    account = MailAccount.objects.create(
        name="M", provider="google", client_secret=vault.seal("a"), refresh_token=vault.seal("b")
    )
    source = MailSource.objects.create(mailbox=desk.mailbox, kind="pigeon", password=vault.seal("c"), state="paused")
    transport = MailTransport.objects.create(mailbox=desk.mailbox, password=vault.seal("d"))
    keys(NEW, OLD)
    Worker(STEPS).run_once()
    keys(NEW)
    for row in (account, source, transport):
        row.refresh_from_db()
    secrets = (account.client_secret, account.refresh_token, source.password, transport.password)
    assert [vault.unseal(secret) for secret in secrets] == ["a", "b", "c", "d"]
    assert account.access_token == ""
    assert reseal() == 0


def test_what_no_key_opens_is_left(desk, keys, caplog):
    sealed = vault.seal("a")
    MailTransport.objects.create(mailbox=desk.mailbox, password=sealed)
    keys(NEW)
    assert reseal() == 0
    assert MailTransport.objects.get().password == sealed
    assert sealed not in caplog.text


def test_every_secret_column_is_named():
    """A column for secrets is a text that no form edits, whoever adds one names it there."""
    named = {(model, column) for model, columns in SEALED.items() for column in columns}
    found = {
        (model, field.name)
        for model in apps.get_app_config("wagtail_helpdesk").get_models()
        for field in model._meta.get_fields()
        if getattr(field, "get_internal_type", lambda: "")() == "TextField" and not field.editable
    }
    assert {(model._meta.model_name, column) for model, column in found} == {
        (model._meta.model_name, column) for model, column in named
    }
