"""The administrator's screens in a real browser: nothing complains, nothing is cut off, axe finds nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from tests.browser.axe import assert_axe
from tests.browser.screens import every_screen
from tests.configuration.test_mail_log import arrived, left
from wagtail_helpdesk.mail.choices import InboundState, MailOutcome, OutboundState
from wagtail_helpdesk.mail.models import DeliveryEvent, MailAccount, MailSource, MailTemplate, MailTransport
from wagtail_helpdesk.mail.outbox.probe import send_probes


@pytest.fixture
def addresses(desk: Any, ticket: Any) -> dict[str, str]:
    """Each screen with something on it, long words included."""
    mail = arrived(ticket, "W" * 200, reason="T3")
    mail.deliveries.create(mailbox=ticket.mailbox, origin="import")
    failed = arrived(None, "Broken", state=InboundState.FAILED, outcome=MailOutcome.FAILED, reason="could not be filed")
    ours = left(ticket, desk.agent, OutboundState.UNCERTAIN)
    ours.recipients.update(state="bounced", status_code="5.1.1", diagnostic="w" * 200)
    heard = {"outbound": ours, "kind": "bounced", "witness": "dsn", "diagnostic": "w" * 200, "inbound": mail}
    DeliveryEvent.objects.create(event_key="x", verified=False, **heard)
    arrived(None, "Stray report", outcome=MailOutcome.REPORT, reason="dsn about no mail of ours")
    kinds = {"teams": desk.team, "mailboxes": desk.mailbox, "statuses": ticket.status, "priorities": ticket.priority}
    settings = {
        f"{name}-{action}": reverse(f"helpdesk_settings_{name}_modeladmin_{action}", args=[row.pk] if with_row else [])
        for name, row in kinds.items()
        for action, with_row in (("index", False), ("edit", True))
    }
    return {
        **settings,
        **mail_screens(desk),
        "delete": reverse("helpdesk_settings_teams_modeladmin_delete", args=[desk.team.pk]),
        "log": reverse("helpdesk_mail_log:index"),
        "mail": reverse("helpdesk_mail_log:mail", args=[mail.pk]),
        "failed": reverse("helpdesk_mail_log:mail", args=[failed.pk]),
        "outgoing": reverse("helpdesk_outgoing_mail:index"),
        "ours": reverse("helpdesk_outgoing_mail:mail", args=[ours.pk]),
        "problems": reverse("helpdesk_delivery_problems:index"),
        "unknown-reports": reverse("helpdesk_delivery_problems:unknown"),
        "history": reverse("wagtailsnippets_wagtail_helpdesk_ticket:history", args=[ticket.pk]),
        "trash": reverse("wagtailsnippets_wagtail_helpdesk_ticket:delete", args=[ticket.pk]),
    }


def mail_screens(desk: Any) -> dict[str, str]:
    """Each screen of a mailbox's mail, with as much wrong as can be."""
    box = desk.mailbox
    account = MailAccount.objects.create(name="Office", provider="microsoft", username="s@desk.example", client_id="c")
    source = MailSource.objects.create(
        mailbox=box, kind="imap", host=f"{'w' * 60}.example", failures=4, last_error="login_refused"
    )
    maildir = MailSource.objects.create(mailbox=box, kind="maildir", warnings=[{"code": "uidvalidity_changed"}])
    MailTransport.objects.create(mailbox=box, kind="smtp", paused_at=timezone.now(), pause_reason="auth: 535")
    text = MailTemplate.objects.create(kind="ack", language="en", text="x")
    send_probes(box)
    return {
        "mailbox-mail": reverse("helpdesk_mailbox_mail:index", args=[box.pk]),
        "sending": reverse("helpdesk_mailbox_mail:transport", args=[box.pk]),
        "source": reverse("helpdesk_mailbox_mail:source", args=[box.pk, source.pk]),
        "source-add": reverse("helpdesk_mailbox_mail:source_add", args=[box.pk, "imap"]),
        "source-delete": reverse("helpdesk_mailbox_mail:source_delete", args=[box.pk, source.pk]),
        "folders": reverse("helpdesk_mailbox_mail:folders", args=[box.pk, maildir.pk]),
        "health": reverse("helpdesk_mail_health:index"),
        "account": reverse("helpdesk_settings_mail-accounts_modeladmin_edit", args=[account.pk]),
        "accounts": reverse("helpdesk_settings_mail-accounts_modeladmin_index"),
        "text": reverse("helpdesk_settings_mail-texts_modeladmin_edit", args=[text.pk]),
        "texts": reverse("helpdesk_settings_mail-texts_modeladmin_index"),
        "dashboard": reverse("wagtailadmin_home"),
    }


@every_screen
def test_every_screen(page: Page, sign_in, desk, addresses, screen):
    sign_in(page, desk.administrator)
    wide = []
    for name, address in addresses.items():
        page.goto(address)
        if page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth"):
            wide.append(name)
        assert_axe(page)
    assert wide == []


def test_text_is_previewed_and_saved(page: Page, sign_in, desk, addresses):
    sign_in(page, desk.administrator)
    page.goto(addresses["text"])
    page.get_by_label("Text").fill("Hello {name}")
    page.locator(".footer").get_by_role("button", name="Actions").click()
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("Hello Ana Souza").wait_for()
    page.keyboard.press("Control+s")
    page.wait_for_url(addresses["texts"])
    assert MailTemplate.objects.get().text == "Hello {name}"


def test_connection_is_tested(page: Page, sign_in, desk, addresses):
    sign_in(page, desk.administrator)
    page.goto(addresses["mailbox-mail"])
    page.locator("#sending-section").get_by_role("button", name="Test connection").click()
    page.locator(".hd-steps__bad").wait_for()
    assert_axe(page)


def test_status_is_edited_by_keyboard(page: Page, sign_in, desk, addresses):
    sign_in(page, desk.administrator)
    page.goto(addresses["statuses-edit"])
    page.get_by_label("Label for customers (Español)").fill("Nuevo")
    page.keyboard.press("Control+s")
    page.wait_for_url(addresses["statuses-index"])
    page.goto(addresses["statuses-edit"])
    assert page.get_by_label("Label for customers (Español)").input_value() == "Nuevo"
