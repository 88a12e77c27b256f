"""Each screen of the inbox, as each of the people who may come along."""

from __future__ import annotations

from itertools import cycle

import pytest
from django.urls import reverse

from wagtail_helpdesk.inbox.standing_views import VIEWS
from wagtail_helpdesk.testing import factories


@pytest.fixture
def busy_ticket(desk, ticket):
    """A ticket with one of everything that a conversation can hold."""
    factories.add_reply(ticket, desk.agent)
    factories.add_customer_message(ticket, html="<p>Still <b>wrong</b></p>")
    factories.add_note(ticket, desk.light)
    factories.add_reply(ticket, desk.agent, delay=60)
    return ticket


def test_views_open_for_insiders(desk, busy_ticket, login):
    """Each view as one of them, each of them in two views."""
    for view, name in zip(VIEWS, cycle(desk.INSIDERS), strict=False):
        response = login(getattr(desk, name)).get(reverse("helpdesk_inbox:view", args=[view.slug]))
        assert response.status_code == 200, (view.slug, name)


def test_conversation_opens_for_insiders_only(desk, busy_ticket, login):
    address = reverse("helpdesk_tickets:ticket", args=[busy_ticket.pk])
    for name in desk.INSIDERS:
        assert login(getattr(desk, name)).get(address).status_code == 200, name
    for name in desk.OUTSIDERS:
        assert login(getattr(desk, name)).get(address).status_code == 404, name
