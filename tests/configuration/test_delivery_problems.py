"""The list of delivery problems, as everybody: nothing of a ticket that one may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.configuration.test_mail_log import arrived, left
from tests.personas import Desk
from wagtail_helpdesk.mail.choices import MailOutcome, OutboundState
from wagtail_helpdesk.mail.models import DeliveryEvent, InboundMail, OutboundMail
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket

Login = Callable[[Any], Client]
PAGES = ("index", "results", "unknown", "unknown_results")


def url(name: str = "index") -> str:
    return reverse(f"helpdesk_delivery_problems:{name}")


def troubled(desk: Desk, ticket: Ticket, recipient: str = "accepted", state: str = OutboundState.SENT) -> OutboundMail:
    mail = left(ticket, desk.superuser, state)
    mail.recipients.update(state=recipient, status_code="5.1.1", diagnostic="no such user")
    return mail


def reported(mail: OutboundMail, report: InboundMail | None = None, **fields: Any) -> DeliveryEvent:
    values = {"kind": "bounced", "witness": "dsn", "event_key": f"{mail.pk}", "inbound": report}
    return DeliveryEvent.objects.create(outbound=mail, **{**values, **fields})


@pytest.mark.parametrize(
    ("persona", "status"),
    [("administrator", 200), ("superuser", 200), ("manager", 302), ("agent", 302), ("editor", 302), ("stranger", 302)],
)
def test_who_gets_in(desk: Desk, ticket: Ticket, login: Login, persona: str, status: int) -> None:
    client = login(getattr(desk, persona, None))
    assert {client.get(url(name)).status_code for name in PAGES} == {status}
    if persona != "stranger":
        menu = client.get(reverse("wagtailadmin_home")).content.decode()
        assert (url() in menu) is (status == 200)


def test_nothing_of_a_ticket_one_may_not_see(desk: Desk, ticket: Ticket, login: Login) -> None:
    codenames = ("view_inboundmail", "view_outboundmail")
    desk.other_agent.user_permissions.add(*Permission.objects.filter(codename__in=codenames))
    own = factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox, address="own@example.org")
    troubled(desk, ticket, "bounced")
    troubled(desk, own, "bounced")
    arrived(None, "Stray report", outcome=MailOutcome.REPORT)
    client = login(desk.other_agent)
    page = client.get(url()).content.decode()
    assert "own@example.org" in page and "ana@example.org" not in page
    assert client.get(url("results"), {"q": "ana@example.org"}).context["object_list"].count() == 0
    assert "Stray report" in client.get(url("unknown")).content.decode()


@pytest.mark.parametrize(
    ("recipient", "state", "filters", "words"),
    [
        ("bounced", "sent", ["bounced"], "Came back"),
        ("complained", "sent", ["complained"], "Reported as spam"),
        ("refused_perm", "sent", ["refused"], "Refused"),
        ("refused_perm", "failed", ["refused", "failed"], "Refused"),
        ("pending", "failed", ["failed"], "Not sent"),
        ("pending", "uncertain", ["uncertain"], "May not have been sent"),
        ("accepted", "sent", [], ""),
        ("delayed", "sent", [], ""),
        ("refused_perm", "cancelled", [], ""),
    ],
)
def test_what_is_a_problem(
    desk: Desk, ticket: Ticket, login: Login, recipient: str, state: str, filters: list[str], words: str
) -> None:
    troubled(desk, ticket, recipient, state)
    client = login(desk.administrator)
    response = client.get(url())
    assert response.context["object_list"].count() == bool(filters)
    if filters:
        assert words in response.content.decode()
        assert "no such user" in response.content.decode()
    for name in ("bounced", "complained", "refused", "failed", "uncertain", "unverified"):
        found = client.get(url("results"), {"problem": name}).context["object_list"].count()
        assert found == (name in filters), name


def test_report_without_proof_leads_to_its_source(desk: Desk, ticket: Ticket, login: Login) -> None:
    mail = troubled(desk, ticket)
    report = arrived(ticket, "Undelivered", outcome=MailOutcome.REPORT)
    reported(mail, report, verified=False)
    response = login(desk.administrator).get(url(), {"problem": "unverified"})
    content = response.content.decode()
    assert "Unverified report" in content
    assert reverse("helpdesk_mail_log:mail", args=[report.pk]) in content
    assert reverse("helpdesk_outgoing_mail:mail", args=[mail.pk]) in content
    assert reverse("helpdesk_tickets:ticket", args=[ticket.pk]) in content


def test_what_somebody_is_done_with_is_left_out_until_asked_for(desk: Desk, ticket: Ticket, login: Login) -> None:
    mail = troubled(desk, ticket, "bounced")
    OutboundMail.objects.filter(pk=mail.pk).update(settled_at=timezone.now())
    client = login(desk.administrator)
    counts = [client.get(url(), {"done": value}).context["object_list"].count() for value in ("", "done", "all")]
    assert counts == [0, 1, 1]


def test_only_reports_without_a_ticket_are_unknown(desk: Desk, ticket: Ticket, login: Login) -> None:
    arrived(None, "Stray report", outcome=MailOutcome.REPORT)
    arrived(ticket, "Known report", outcome=MailOutcome.REPORT)
    arrived(None, "No mailbox")
    rows = login(desk.administrator).get(url("unknown")).context["object_list"]
    assert [row.subject for row in rows] == ["Stray report"]


def test_list_costs_the_same_for_any_length(desk: Desk, login: Login, django_assert_max_num_queries: Callable) -> None:
    client = login(desk.administrator)
    for number in range(12):
        ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address=f"a{number}@example.org")
        reported(troubled(desk, ticket, "bounced"), arrived(ticket, f"Report {number}"))
    client.get(url())
    with django_assert_max_num_queries(16):
        assert client.get(url()).context["object_list"].count() == 12


def test_page_of_a_mail_says_what_was_heard_of_it(desk: Desk, ticket: Ticket, login: Login) -> None:
    mail = troubled(desk, ticket, "bounced")
    report = arrived(ticket, "Undelivered", outcome=MailOutcome.REPORT)
    reported(mail, report, recipient=mail.recipients.get(), status_code="5.1.1", diagnostic="no <such> user")
    reported(mail, kind="delayed", verified=False, event_key="other")
    client = login(desk.administrator)
    page = BeautifulSoup(client.get(reverse("helpdesk_outgoing_mail:mail", args=[mail.pk])).content, "html.parser")
    proved, doubtful = page.select(".hd-heard li")
    assert "Came back · ana@example.org · 5.1.1 no <such> user" in proved.text
    assert proved.a["href"] == reverse("helpdesk_mail_log:mail", args=[report.pk])
    assert "Not verified" in doubtful.text and "Not verified" not in proved.text
