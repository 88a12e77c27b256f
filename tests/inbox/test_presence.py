"""An open ticket: who else is there, what is new, and what stops an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import rich_text

from wagtail_helpdesk.conversations.actions.cancel_message import CancelMessage
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.models import Presence
from wagtail_helpdesk.inbox.presence import come, forget_gone, present_at
from wagtail_helpdesk.inbox.reading import reader_of
from wagtail_helpdesk.inbox.rich_text import FEATURES
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets

FETCHED = {"headers": {"X-Requested-With": "XMLHttpRequest"}}


def url(ticket, name="pulse"):
    return reverse(f"helpdesk_tickets:{name}", args=[ticket.pk])


def known(ticket):
    """The newest keys that a page made now would know."""
    return {
        "message": ticket.messages.order_by("-pk").first().pk,
        "event": ticket.events.order_by("-pk").first().pk,
    }


@pytest.fixture
def pulse(ticket, login):
    """Return a function that sends a sign of life of a user, whose page knows what there is unless said otherwise."""

    def send(user, **data):
        return login(user).post(url(ticket), {"here": "1", **known(ticket), **data})

    return send


class TestPresence:
    def test_colleagues_see_who_is_there_and_who_writes(self, desk, ticket, pulse):
        assert pulse(desk.agent).json()["presence"].strip() == ""
        assert "Bruno reads this" in pulse(desk.colleague).json()["presence"]
        pulse(desk.agent, typing="1")
        assert "Bruno is writing an answer" in pulse(desk.colleague).json()["presence"]
        assert Presence.objects.filter(user=desk.agent).count() == 1

    def test_gone_within_15_seconds(self, desk, ticket):
        with time_machine.travel(timezone.now(), tick=False) as time:
            come(desk.agent, ticket, typing=True)
            time.shift(6)
            assert [who.is_typing for who in present_at([ticket.pk], desk.colleague)[ticket.pk]] == [False]
            time.shift(4)
            assert present_at([ticket.pk], desk.colleague) == {}

    def test_gone_at_once_when_the_page_is_left(self, desk, ticket, pulse, login):
        pulse(desk.agent)
        assert login(desk.agent).post(url(ticket, "leave")).status_code == 204
        assert pulse(desk.colleague).json()["presence"].strip() == ""

    def test_who_only_looks_now_and_then_is_not_there(self, desk, ticket, pulse):
        pulse(desk.agent, here="0")
        assert not Presence.objects.exists()

    def test_shown_when_the_page_is_made(self, desk, ticket, login):
        come(desk.agent, ticket, typing=False)
        content = login(desk.colleague).get(url(ticket, "ticket")).content.decode()
        assert "Bruno reads this" in content

    @pytest.mark.parametrize("name", ["other_agent", "editor"])
    def test_outsiders_neither_come_nor_see(self, desk, ticket, pulse, login, name):
        user = getattr(desk, name)
        assert pulse(user).status_code == 404
        assert login(user).post(url(ticket, "leave")).status_code == 404
        assert not Presence.objects.filter(user=user).exists()

    def test_in_a_list_for_those_who_see_the_ticket(self, desk, ticket, login):
        come(desk.agent, ticket, typing=True)
        query = {"tickets": f"{ticket.pk},nonsense,,²,0,999999"}
        address = reverse("helpdesk_inbox:pulse")
        (row,) = login(desk.colleague).get(address, query).json()["parts"]["presence"].values()
        assert "Bruno is writing an answer" in row
        for user in (desk.other_agent, desk.agent):
            assert login(user).get(address, query).json()["parts"]["presence"] == {}
        rows = login(desk.colleague).get(reverse("helpdesk_inbox:view", args=["all"])).content.decode()
        assert "Bruno is writing an answer" in rows

    def test_old_rows_are_removed(self, desk, ticket):
        come(desk.agent, ticket, typing=False)
        come(desk.colleague, ticket, typing=False)
        Presence.objects.filter(user=desk.agent).update(seen_at=timezone.now() - timedelta(hours=2))
        assert forget_gone() == 1

    def test_a_sign_of_life_costs_the_same_whoever_is_there(self, desk, ticket, login):
        client, data = login(desk.agent), {"here": "1", **known(ticket)}
        client.post(url(ticket), data)

        def count():
            with CaptureQueriesContext(connection) as captured:
                client.post(url(ticket), data)
            return len(captured)

        alone = count()
        for user in (desk.colleague, desk.light, desk.manager):
            come(user, ticket, typing=True)
        assert count() == alone
        assert alone <= 10


class TestNews:
    def test_nothing_new(self, desk, ticket, pulse):
        assert set(pulse(desk.agent).json()) == {"presence"}

    def test_new_message_comes_with_words_to_say_it(self, desk, ticket, pulse):
        before = known(ticket)
        message = factories.add_customer_message(ticket, "I found it meanwhile")
        answer = pulse(desk.agent, **before).json()
        assert answer["message"] == message.pk
        assert "I found it meanwhile" in answer["items"]
        assert answer["arrivals"] == [{"id": f"message-{message.pk}", "words": "New message from Ana Souza"}]
        assert set(answer["parts"]) == {
            "ticket-head",
            "ticket-properties",
            "ticket-people",
            "ticket-work",
            "composer-sends",
        }

    def test_own_message_is_no_arrival(self, desk, ticket, pulse):
        before = known(ticket)
        factories.add_note(ticket, desk.agent)
        answer = pulse(desk.agent, **before).json()
        assert "Ask accounting first." in answer["items"]
        assert answer["arrivals"] == []

    def test_what_others_changed(self, desk, ticket, pulse):
        before = known(ticket)
        AssignTicket(ticket=ticket, assignee=desk.agent, actor=Actor.of_user(desk.agent))()
        ChangeStatus(ticket=ticket, status=default_status(Category.PENDING), actor=Actor.of_user(desk.colleague))()
        answer = pulse(desk.agent, **before).json()
        assert answer["changes"] == ["Clara changed the status from New to Pending"]
        assert "Bruno assigned the ticket to Bruno" in answer["items"]
        assert "Pending" in answer["parts"]["ticket-head"]

    def test_reply_that_was_taken_back_goes(self, desk, ticket, pulse):
        reply = factories.add_reply(ticket, desk.agent, delay=60)
        before = known(ticket)
        CancelMessage(message=reply, actor=Actor.of_user(desk.agent))()
        answer = pulse(desk.colleague, **before).json()
        assert answer["gone"] == [f"message-{reply.pk}"]

    def test_reply_that_left_looks_different(self, desk, ticket, pulse):
        from wagtail_helpdesk.conversations.actions.publish_message import PublishMessage

        reply = factories.add_reply(ticket, desk.agent, delay=60)
        before = known(ticket)
        with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=False):
            PublishMessage(message_id=reply.pk)()
        (html,) = pulse(desk.colleague, **before).json()["changed"].values()
        assert "helpdesk-message--reply" in html

    def test_merge_asks_for_a_new_page(self, desk, ticket, pulse):
        before = known(ticket)
        other = factories.make_ticket("x", team=desk.team, mailbox=desk.mailbox)
        MergeTickets(source=other, target=ticket, actor=Actor.of_user(desk.colleague))()
        assert "items" not in (answer := pulse(desk.agent, **before).json())
        assert "another order" in answer["reload"]

    def test_seen_messages_are_noted_but_none_that_is_not_there(self, desk, ticket, pulse):
        pulse(desk.agent, seen="999999")
        assert reader_of(desk.agent, ticket).seen_message == known(ticket)["message"]

    def test_ticket_that_one_does_not_see_any_more(self, desk, ticket, pulse, login):
        other = factories.make_ticket("x", team=desk.team, mailbox=desk.mailbox)
        MergeTickets(source=ticket, target=other, actor=Actor.of_user(desk.colleague))()
        assert login(desk.agent).post(url(ticket), {"here": "1"}).status_code == 404

    def test_queries_do_not_grow_with_what_is_new(self, desk, ticket, login):
        client, before = login(desk.agent), {"here": "1", **known(ticket)}
        client.post(url(ticket), before)

        def count(number):
            for n in range(number):
                factories.add_customer_message(ticket, f"m {n}")
                factories.add_note(ticket, desk.light)
                AssignTicket(
                    ticket=ticket, assignee=[desk.agent, desk.colleague][n % 2], actor=Actor.of_user(desk.manager)
                )()
            with CaptureQueriesContext(connection) as captured:
                client.post(url(ticket), before)
            return len(captured)

        few = count(2)
        assert count(6) == few
        assert few <= 53


class TestGuard:
    @pytest.fixture
    def send(self, desk, ticket, login):
        """Return a function that answers as the agent, who saw the ticket as it was when this fixture was made."""
        client, before = login(desk.agent), known(ticket)

        def post(**data):
            data = {
                "mode": "reply",
                "body": rich_text("<p>Done.</p>", features=FEATURES),
                "once": "click",
                "last_seen": before["message"],
                "seen_event": before["event"],
                **data,
            }
            return client.post(url(ticket, "write"), data, **FETCHED)

        return post

    def test_what_colleagues_do_stops_it_once(self, desk, ticket, send):
        ChangeStatus(ticket=ticket, status=default_status(Category.RESOLVED), actor=Actor.of_user(desk.colleague))()
        come(desk.light, ticket, typing=True)
        answer = send()
        assert answer.status_code == 422
        refused = answer.json()
        assert "Clara changed the status from New to Resolved." in refused["refusal"]
        assert "Lea is writing an answer." in refused["refusal"]
        assert send(seen_event=refused["seen_event"], anyway="1").status_code == 200

    def test_own_changes_and_readers_stop_nothing(self, desk, ticket, send):
        AssignTicket(ticket=ticket, assignee=desk.agent, actor=Actor.of_user(desk.agent))()
        come(desk.colleague, ticket, typing=False)
        assert send().status_code == 200

    def test_note_is_not_stopped(self, desk, ticket, send):
        come(desk.colleague, ticket, typing=True)
        assert send(mode="note").status_code == 200

    def test_newer_message_stops_even_who_sends_anyway(self, desk, ticket, send):
        newer = factories.add_customer_message(ticket, "I found it meanwhile")
        refused = send(anyway="1").json()
        assert refused["anyway"] is True
        assert send(anyway="1", last_seen=newer.pk).status_code == 200

    def test_without_javascript_the_second_click_sends(self, desk, ticket, login):
        before = known(ticket)
        come(desk.colleague, ticket, typing=True)
        body = rich_text("<p>Done.</p>", features=FEATURES)
        data = {"mode": "reply", "body": body, "once": "c", "last_seen": before["message"], "seen_event": 0}
        response = login(desk.agent).post(url(ticket, "write"), data)
        content = response.content.decode()
        assert "Clara is writing an answer." in content
        assert '<input type="hidden" name="anyway" value="1">' in content
