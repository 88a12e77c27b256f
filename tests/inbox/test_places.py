"""The order of a list is kept in its tickets: previous, next and the slim list go through the very same one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.places import Place, find_view
from wagtail_helpdesk.inbox.saved.models import SavedView
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.tag_ticket import TagTicket


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("", "all"),
        ("status=3&status=4&sort=newest", "all;status=3;status=4;sort=newest"),
        ("q=a%3Bb+%26c%3D&page=7", "all;q=a%20b%20%26c%3D"),
        ("status=x&sort=nonsense&mailbox=²", "all;status=x"),
        ("assignee=me&team=mine", "all;team=mine;assignee=me"),
    ],
)
def test_there_and_back(desk, query, slug):
    place = Place.of_query(find_view("all", desk.agent), QueryDict(query))
    assert place.slug == slug
    assert Place.parse(slug, desk.agent) == place


@pytest.mark.parametrize("text", ["", "nonsense", "team-x", "saved-1", "team-99999999999999999999"])
def test_no_place(desk, text):
    assert Place.parse(text, desk.agent) is None


def test_place_in_one_word_leads_to_its_list(desk, login):
    response = login(desk.agent).get(reverse("helpdesk_inbox:view", args=["all;status=3;sort=newest"]))
    assert response["Location"] == "/admin/helpdesk/inbox/all/?status=3&sort=newest"


@pytest.fixture
def tickets(desk):
    made = [factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox) for n in range(5)]
    for ticket in made[::2]:
        TagTicket(ticket=ticket, add=["x"], actor=Actor.of_user(desk.agent))()
    return made


class TestWay:
    def way(self, client, ticket, place):
        context = client.get(reverse("helpdesk_tickets:ticket", args=[ticket.pk]), {"view": place}).context
        return context["previous_url"], context["next_url"], [row.ticket.pk for row in context["slim_rows"]]

    def test_through_a_filtered_list_and_a_saved_view(self, desk, tickets, login):
        tag = tickets[0].tags.get().pk
        saved = SavedView.objects.create(
            name="x", owner=desk.agent, conditions={"all": [{"field": "tag", "operator": "is", "value": [str(tag)]}]}
        )
        for place in (f"all;tag={tag}", f"saved-{saved.pk}"):
            before, after, slim = self.way(login(desk.agent), tickets[2], place)
            assert before == f"/admin/helpdesk/tickets/{tickets[0].pk}/?view={place}"
            assert after == f"/admin/helpdesk/tickets/{tickets[4].pk}/?view={place}"
            assert slim == [tickets[0].pk, tickets[2].pk, tickets[4].pk]

    def test_back_leads_to_the_list_as_it_was(self, desk, tickets, login):
        response = login(desk.agent).get(
            reverse("helpdesk_tickets:ticket", args=[tickets[0].pk]), {"view": "all;sort=newest"}
        )
        assert 'href="/admin/helpdesk/inbox/all/?sort=newest"' in response.content.decode()

    def test_somebody_elses_view_shows_no_way(self, desk, tickets, login):
        saved = SavedView.objects.create(name="secret", owner=desk.manager)
        response = login(desk.agent).get(
            reverse("helpdesk_tickets:ticket", args=[tickets[0].pk]), {"view": f"saved-{saved.pk}"}
        )
        assert "slim_rows" not in response.context
        assert "secret" not in response.content.decode()

    def test_queries_do_not_grow(self, desk, tickets, login):
        client = login(desk.agent)

        def count():
            with CaptureQueriesContext(connection) as captured:
                self.way(client, tickets[2], "all")
            return len(captured)

        count()
        few = count()
        for n in range(6):
            factories.make_ticket(f"more {n}", team=desk.team, mailbox=desk.mailbox)
        assert count() == few


def test_what_is_fetched_ahead(desk, tickets, login):
    client = login(desk.agent)
    response = client.get(reverse("helpdesk_inbox:view", args=["all"]))
    rules = client.get(response["Speculation-Rules"].strip('"'))
    assert rules["Content-Type"] == "application/speculationrules+json"
    assert "helpdesk-ahead" in rules.content.decode()


def test_mention_stands_in_the_list_until_it_is_done(desk, ticket, login):
    from wagtail_helpdesk import events
    from wagtail_helpdesk.events import UserMentioned

    note = factories.add_note(ticket, desk.colleague)
    for user in (desk.agent, desk.colleague):
        with events.unit_of_work():
            events.publish(
                UserMentioned(
                    actor=Actor.of_user(desk.colleague), ticket_id=ticket.pk, message_id=note.pk, user_id=user.pk
                )
            )

    def listed(user):
        response = login(user).get(reverse("helpdesk_inbox:view", args=["mentions"]))
        return [row.ticket for row in response.context["rows"]]

    assert listed(desk.agent) == [ticket]
    assert listed(desk.colleague) == []
    login(desk.agent).post(reverse("helpdesk_inbox:bulk"), {"one": f"done:{ticket.pk}"})
    assert listed(desk.agent) == []
