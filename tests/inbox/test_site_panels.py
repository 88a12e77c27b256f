"""What a site shows beside a conversation, and that its mistakes stay its own."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse
from wagtail import hooks

from wagtail_helpdesk.inbox.site_panels import HOOK, Fact, TicketPanel
from wagtail_helpdesk.testing import factories


@pytest.fixture
def page(desk, ticket, login):
    def get(user=desk.agent):
        return login(user).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk]))

    return get


def test_facts_and_a_template_of_the_sites_own(desk, ticket, page):
    seen = []

    def orders(one, user):
        seen.append((one.pk, user))
        facts = [Fact("Order", "A <12>", "https://shop.example/12"), Fact("Note", "one\ntwo")]
        return [
            TicketPanel("Orders", facts),
            TicketPanel("Empty"),
            TicketPanel("Drawn", template_name="wagtail_helpdesk/inbox/pieces.html", context={}),
        ]

    with hooks.register_temporarily(HOOK, orders):
        html = page().content.decode()
    assert seen == [(ticket.pk, desk.agent)]
    assert '<a href="https://shop.example/12">A &lt;12&gt;</a>' in html
    assert "one<br>two" in html
    assert "Drawn" in html
    assert "Empty" not in html


def test_mistakes_of_the_site_break_nothing(desk, ticket, page, caplog):
    def failing(one, user):
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")

    with hooks.register_temporarily(HOOK, failing):
        response = page()
    assert response.status_code == 200
    assert "This could not be loaded." in response.content.decode()
    assert "ticket_panel_failed hook=failing" in caplog.text


def test_not_asked_for_those_who_may_not_see_the_ticket(desk, ticket, page):
    asked = []
    with hooks.register_temporarily(HOOK, lambda one, user: asked.append(one) or []):
        assert page(desk.other_agent).status_code == 404
    assert asked == []


def test_pages_that_the_customer_wrote_from_before(desk, ticket, page):
    for url, title in (("https://desk.example/lamps/", "Lamps"), ("javascript:alert(1)", "Evil")):
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")
        other.source_url, other.source_title = url, title
        other.save()
    hidden = factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox, address="ana@example.org")
    hidden.source_url, hidden.source_title = "https://desk.example/secret/", "Secret"
    hidden.save()
    html = page().content.decode()
    assert '<a href="https://desk.example/lamps/" rel="noopener noreferrer">Lamps</a>' in html
    assert "Evil" not in html
    assert "Secret" not in html
