"""Two processes that need a token at once: one asks the provider, the other takes what it got."""

from __future__ import annotations

import threading

import pytest

from tests.conversations.actions.test_concurrency import at_once
from tests.mail.oauth.provider import fake_provider
from tests.mail.oauth.test_tokens import make_account
from wagtail_helpdesk.mail.models import MailAccount
from wagtail_helpdesk.mail.oauth import access_token, tokens

pytestmark = pytest.mark.django_db(transaction=True)


def test_provider_is_asked_once(monkeypatch):
    pk = make_account().pk
    other_waits = threading.Event()
    pause = threading.Event()

    def wait(seconds: float) -> None:
        other_waits.set()
        pause.wait(seconds)

    monkeypatch.setattr(tokens.time, "sleep", wait)
    with fake_provider() as provider:
        provider.gives("access-1", refresh="refresh-1")
        provider.on_ask = lambda: other_waits.wait(timeout=15)
        results = at_once(*[lambda: access_token(MailAccount.objects.get(pk=pk))] * 2)
    assert results == ["access-1", "access-1"]
    assert len(provider.asked) == 1
    account = MailAccount.objects.get(pk=pk)
    assert (account.lease_owner, account.lease_until) == ("", None)
