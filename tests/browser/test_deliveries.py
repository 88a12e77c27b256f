"""What became of our mails, in a real browser: at the message, in the log, and the page that lets somebody leave."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.axe import assert_axe
from tests.browser.screens import every_screen
from wagtail_helpdesk.mail.models import MailTransport, OutboundMail
from wagtail_helpdesk.mail.reporting.problems import refresh_delivery_flag
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.participants import add_participant, token_for
from wagtail_helpdesk.tickets.choices import Role, TokenPurpose

#: Wagtail's editor names its field for sighted people only, and sets styles of its own.
DRAFTAIL = ["aria-input-field-name"]
DRAFTAIL_STYLES = "Applying inline style violates"


@pytest.fixture
def mails(desk: Any, ticket: Any) -> dict[str, OutboundMail]:
    """A conversation in which everything that can go wrong with a mail did."""
    now, mails = timezone.now(), {}
    MailTransport.objects.create(mailbox=desk.mailbox, paused_at=now, pause_reason="auth: SMTPAuthenticationError 535")
    said = "5.1.1 <ana@example.org>: Recipient address rejected: User unknown in " + "virtual" * 20
    for name, fields, recipient in (
        ("failed", {"state": "failed"}, {"state": "refused_perm", "smtp_code": 550, "status_code": "5.1.1"}),
        ("bounced", {"state": "sent"}, {"state": "bounced", "status_code": "5.1.1"}),
        ("uncertain", {"state": "uncertain", "uncertain_at": now, "warned_at": now}, {}),
        ("late", {"state": "queued", "warned_at": now}, {}),
        ("sent", {"state": "sent"}, {"state": "delivered"}),
    ):
        reply = factories.add_reply(ticket, desk.agent, f"<p>{name}</p>")
        mails[name] = OutboundMail.objects.get(message=reply)
        OutboundMail.objects.filter(pk=mails[name].pk).update(**fields)
        mails[name].recipients.update(diagnostic=said, **recipient)
    refresh_delivery_flag(ticket.pk)
    return mails


@every_screen
def test_every_screen(page: Page, sign_in, watch, desk, ticket, mails, screen):
    watch.expect(DRAFTAIL_STYLES)
    ben = add_participant(
        ticket=ticket, contact=factories.make_contact("ben@example.com"), address="ben@example.com", role=Role.CC
    )
    sign_in(page, desk.superuser)
    for address in (
        reverse("helpdesk_inbox:view", args=["all"]),
        reverse("helpdesk_tickets:ticket", args=[ticket.pk]),
        reverse("helpdesk_outgoing_mail:index"),
        reverse("helpdesk_outgoing_mail:mail", args=[mails["failed"].pk]),
        reverse("helpdesk_outgoing_mail:mail", args=[mails["late"].pk]),
        reverse("wagtail_helpdesk:leave", args=[token_for(ben, TokenPurpose.LEAVE).signed]),
    ):
        page.goto(address)
        assert not page.evaluate("document.scrollingElement.scrollWidth > window.innerWidth"), address
        assert_axe(page, ignoring=DRAFTAIL)


def test_agent_deals_with_what_did_not_get_through(page: Page, sign_in, watch, desk, ticket, mails):
    watch.expect(DRAFTAIL_STYLES)
    sign_in(page, desk.agent)
    page.goto(reverse("helpdesk_tickets:ticket", args=[ticket.pk]))
    banner = page.get_by_text("A mail of this ticket did not get through")
    expect(banner).to_be_visible()
    for name, button in (("failed", "Leave it at that"), ("bounced", "It arrived"), ("uncertain", "Send again")):
        message = page.locator(f"#message-{mails[name].message_id}")
        message.get_by_role("button", name=button).click()
        expect(message.get_by_role("button", name=button)).to_have_count(0)
    expect(banner).to_have_count(0)
    states = {name: OutboundMail.objects.get(pk=mail.pk).state for name, mail in mails.items()}
    assert states == {"failed": "failed", "bounced": "sent", "uncertain": "queued", "late": "queued", "sent": "sent"}


def test_somebody_leaves(page: Page, desk, ticket):
    ben = add_participant(
        ticket=ticket, contact=factories.make_contact("ben@example.com"), address="ben@example.com", role=Role.CC
    )
    page.goto(reverse("wagtail_helpdesk:leave", args=[token_for(ben, TokenPurpose.LEAVE).signed]))
    page.get_by_role("button", name="Do not write to me about this any more").click()
    expect(page.get_by_role("status")).to_contain_text("does not write to you")
    ben.refresh_from_db()
    assert ben.state == "left"
