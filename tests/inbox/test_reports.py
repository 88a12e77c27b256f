"""What a message shows of the reports about its mails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.personas import Desk
from wagtail_helpdesk.mail.models import DeliveryEvent, OutboundMail
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket

Login = Callable[[Any], Client]


@pytest.fixture
def sent(desk: Desk, ticket: Ticket) -> OutboundMail:
    OutboundMail.objects.all().delete()
    factories.add_reply(ticket, desk.agent)
    OutboundMail.objects.update(state="sent", sent_at=timezone.now())
    mail = OutboundMail.objects.get()
    mail.recipients.update(state="accepted")
    return mail


def shown(login: Login, user: Any, ticket: Ticket) -> tuple[str, list[str], BeautifulSoup]:
    """Return the label of the mail, the classes of its problem ([] for none), and the page."""
    page = BeautifulSoup(login(user).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content, "html.parser")
    problem = page.select_one(".helpdesk-problem")
    return page.select_one(".helpdesk-delivery").text, problem["class"][1:] if problem else [], page


@pytest.mark.parametrize(
    ("state", "label", "classes"),
    [
        ("accepted", "Sent", []),
        ("delayed", "Delayed", []),
        ("delivered", "Delivered", []),
        ("bounced", "Came back", ["helpdesk-problem--critical"]),
        ("complained", "Reported as spam", ["helpdesk-problem--critical"]),
        ("refused_perm", "Refused", ["helpdesk-problem--critical"]),
    ],
)
def test_states(
    desk: Desk, ticket: Ticket, login: Login, sent: OutboundMail, state: str, label: str, classes: list[str]
) -> None:
    sent.recipients.update(state=state, status_code="5.1.1", diagnostic="no <such> user")
    found, problem, page = shown(login, desk.agent, ticket)
    assert (found, problem) == (label, classes)
    if classes:
        words = page.select_one(".helpdesk-problem p").text
        assert "ana@example.org: 5.1.1 no <such> user" in words


def test_what_somebody_is_done_with_stays_as_a_word(
    desk: Desk, ticket: Ticket, login: Login, sent: OutboundMail
) -> None:
    sent.recipients.update(state="bounced")
    OutboundMail.objects.update(settled_at=timezone.now())
    assert shown(login, desk.agent, ticket)[:2] == ("Came back", [])


def test_report_without_proof(desk: Desk, ticket: Ticket, login: Login, sent: OutboundMail) -> None:
    DeliveryEvent.objects.create(outbound=sent, kind="bounced", witness="dsn", verified=False, event_key="x")
    assert shown(login, desk.agent, ticket)[:2] == ("Unverified report", ["helpdesk-problem--warning"])


def test_way_to_the_mail_for_those_who_may_see_the_log(
    desk: Desk, ticket: Ticket, login: Login, sent: OutboundMail
) -> None:
    sent.recipients.update(state="bounced")
    address = reverse("helpdesk_outgoing_mail:mail", args=[sent.pk])
    for user, may in ((desk.agent, False), (desk.superuser, True)):
        page = shown(login, user, ticket)[2]
        assert bool(page.select(f'.helpdesk-problem a[href="{address}"]')) is may
