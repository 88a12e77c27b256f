"""Whoever was copied in can leave a ticket over a link of the mail; a look at the link changes nothing."""

from __future__ import annotations

import pytest
from django.urls import reverse
from wagtail.models import Site

from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.thread import events_in_words
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_participant import ChangeParticipant
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.actions.participants import token_for
from wagtail_helpdesk.tickets.choices import ParticipantState, TokenPurpose

pytestmark = pytest.mark.django_db

LEFT, ASKED = "does not write to you", "Do not write to me"


def leave_link(participant) -> str:
    return reverse("wagtail_helpdesk:leave", args=[token_for(participant, TokenPurpose.LEAVE).signed])


@pytest.fixture
def ben(join):
    return join("ben@example.com")


@pytest.fixture
def site_on():
    def site_on(port: int) -> None:
        site = Site.objects.get(is_default_site=True)
        site.hostname, site.port = "localhost", port
        site.save()

    return site_on


def state(participant) -> str:
    participant.refresh_from_db()
    return participant.state


def test_a_look_changes_nothing(client, ben):
    response = client.get(leave_link(ben))
    assert response.status_code == 200
    assert ASKED in response.content.decode()
    assert "no-cache" in response["Cache-Control"]
    assert state(ben) == ParticipantState.ACTIVE


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://mail.example.org", "Sec-Fetch-Site": "cross-site"}], ids=["form", "one click"]
)
def test_leaving(client, desk, ticket, ben, headers):
    """Mail services post from wherever they are (RFC 8058 3.2)."""
    link = leave_link(ben)
    response = client.post(link, {"List-Unsubscribe": "One-Click"}, headers=headers)
    assert LEFT in response.content.decode()
    assert state(ben) == ParticipantState.LEFT
    assert [words for _event, words in events_in_words(ticket, desk.agent)][-1].startswith("Ben left the ticket")
    for again in (client.get(link), client.post(link)):
        assert LEFT in again.content.decode()
    OutboundMail.objects.all().delete()
    factories.add_reply(ticket, desk.agent)
    assert OutboundMail.objects.get().recipients.get().address == "ana@example.org"


def test_other_links_of_the_same_person_are_useless_then(client, ben):
    link = reverse("wagtail_helpdesk:tracking", args=[token_for(ben, TokenPurpose.PORTAL).signed])
    assert client.get(link).status_code == 200
    client.post(leave_link(ben))
    assert client.get(link).status_code == 404


def test_requester_cannot_leave(client, requester):
    assert client.post(leave_link(requester)).status_code == 404
    assert state(requester) == ParticipantState.ACTIVE


@pytest.mark.parametrize("change", ["forged", "tracking", "truncated"])
def test_links_that_are_not_good(client, ben, change):
    token = token_for(ben, TokenPurpose.LEAVE)
    wrong = {
        "forged": token.public_id + "a" * 16,
        "tracking": token_for(ben, TokenPurpose.PORTAL).signed,
        "truncated": token.signed[:-1],
    }[change]
    for method in (client.get, client.post):
        assert method(reverse("wagtail_helpdesk:leave", args=[wrong])).status_code == 404
    assert state(ben) == ParticipantState.ACTIVE


def test_link_of_a_merged_ticket_leaves_the_one_it_went_into(client, desk, ticket, ben):
    target = factories.make_ticket("x", team=desk.team, mailbox=desk.mailbox)
    link = leave_link(ben)
    MergeTickets(source=ticket, target=target, actor=Actor.system())()
    assert target.reference in client.get(link).content.decode()
    client.post(link)
    assert target.participants.get(contact=ben.contact).state == ParticipantState.LEFT


def test_link_of_somebody_who_came_back_is_an_old_one(client, desk, ticket, ben):
    link = leave_link(ben)
    client.post(link)
    ChangeParticipant(
        ticket=ticket, contact=ben.contact, state=ParticipantState.ACTIVE, actor=Actor.of_user(desk.agent)
    )()
    assert client.post(link).status_code == 404
    assert state(ben) == ParticipantState.ACTIVE


def test_erased_ticket(client, ticket, ben):
    link = leave_link(ben)
    TrashTicket(ticket=ticket, actor=Actor.system())()
    EraseTicket(ticket=ticket, actor=Actor.system())()
    assert client.get(link).status_code == 404


def test_page_costs_few_queries(client, ben, django_assert_max_num_queries):
    link = leave_link(ben)
    with django_assert_max_num_queries(2):
        client.get(link)


@pytest.mark.parametrize(("port", "one_click"), [(443, True), (80, False)])
def test_header_for_whom_it_is_meant(client, desk, ticket, ben, site_on, port, one_click):
    """Those copied in, not the requester."""
    site_on(port)
    OutboundMail.objects.all().delete()
    factories.add_reply(ticket, desk.agent)
    headers = {mail.recipients.get().address: dict(mail.headers) for mail in OutboundMail.objects.all()}
    assert "List-Unsubscribe" not in headers["ana@example.org"]
    link = headers["ben@example.com"]["List-Unsubscribe"]
    assert link == f"<{'https' if one_click else 'http'}://localhost{leave_link(ben)}>"
    post = headers["ben@example.com"].get("List-Unsubscribe-Post")
    assert post == ("List-Unsubscribe=One-Click" if one_click else None)
    client.post(link.strip("<>").partition("localhost")[2])
    assert state(ben) == ParticipantState.LEFT
