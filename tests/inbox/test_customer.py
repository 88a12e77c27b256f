"""The customer's part of a ticket's page, and cards about tickets."""

from __future__ import annotations

import pytest
from django.urls import reverse

from wagtail_helpdesk.contacts.actions.edit_contact import EditContact
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.testing import factories

FETCHED = {"headers": {"X-Requested-With": "XMLHttpRequest"}}


def url(ticket, name="customer"):
    return reverse(f"helpdesk_tickets:{name}", args=[ticket.pk])


@pytest.fixture
def save(ticket, login):
    """Return a function that posts the form as a user who saw the customer as "Ana Souza"."""

    def post(user, *, fetched=True, **values):
        seen = {"initial-name": "Ana Souza", "initial-organisation": "", "initial-notes": "", "initial-is_vip": "False"}
        data = {"name": "Ana Souza", "organisation": "", "notes": "", **seen, **values}
        return login(user).post(url(ticket), data, **(FETCHED if fetched else {}))

    return post


class TestPanel:
    def test_counts_only_what_one_may_see(self, desk, ticket, login):
        common = {"mailbox": desk.mailbox, "address": "ana@example.org"}
        factories.make_ticket("x", team=desk.team, **common)
        factories.make_ticket("x", team=desk.other_team, **common)
        assert login(desk.agent).get(url(ticket, "ticket")).context["customer_tickets"] == "2"
        assert login(desk.manager).get(url(ticket, "ticket")).context["customer_tickets"] == "3"

    def test_edited_beside_the_conversation(self, desk, ticket, save):
        answer = save(desk.agent, organisation="Acme", is_vip="on", notes="Calls on <Mondays>")
        assert answer.status_code == 200
        part = answer.json()["parts"]["ticket-people"]
        assert "VIP" in part and "Acme" in part and "Calls on &lt;Mondays&gt;" in part
        ticket.requester.refresh_from_db()
        assert ticket.requester.organisation.name == "Acme"

    def test_plain_form_goes_back_to_the_ticket(self, desk, ticket, save):
        assert save(desk.agent, fetched=False, name="Ana").url == url(ticket, "ticket")

    @pytest.mark.parametrize("fetched", [True, False])
    def test_refused_with_both_values(self, desk, ticket, save, fetched):
        EditContact(contact=ticket.requester, values={"name": "Ana Maria"}, actor=Actor.of_user(desk.colleague))()
        response = save(desk.agent, fetched=fetched, name="Anna")
        assert response.status_code == 422
        content = response.json()["parts"]["ticket-people"] if fetched else response.content.decode()
        assert 'value="Anna"' in content
        assert "Ana Maria" in content

    @pytest.mark.parametrize(("name", "status"), [("light", 403), ("other_agent", 404), ("editor", 404)])
    def test_not_for_everybody(self, desk, ticket, save, name, status):
        assert save(getattr(desk, name), name="X").status_code == status
        ticket.requester.refresh_from_db()
        assert ticket.requester.name == "Ana Souza"


class TestCard:
    def test_for_insiders_only(self, desk, ticket, login):
        for name in desk.INSIDERS:
            assert ticket.reference in login(getattr(desk, name)).get(url(ticket, "card")).content.decode()
        for name in desk.OUTSIDERS:
            assert login(getattr(desk, name)).get(url(ticket, "card")).status_code == 404

    def test_queries(self, desk, ticket, login, django_assert_max_num_queries):
        client = login(desk.agent)
        with django_assert_max_num_queries(10):
            client.get(url(ticket, "card"))

    def test_numbers_in_our_words_are_told_for_tickets_that_one_may_see(self, desk, ticket, login):
        ours = factories.make_ticket("x", team=desk.team, mailbox=desk.mailbox)
        theirs = factories.make_ticket("x", team=desk.other_team, mailbox=desk.mailbox)
        factories.add_note(ticket, desk.manager, f"<p>See {ours.reference} and #{theirs.reference}, not HD-999999.</p>")
        context = login(desk.agent).get(url(ticket, "ticket")).context
        assert context["named_tickets"] == {ours.reference: url(ours, "ticket")}
