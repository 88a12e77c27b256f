"""What open lists are told: counts, notices and rows, without moving what somebody reads, and cheaply."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox import pulse
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.models import Ticket, TicketReader

ADDRESS = "/admin/helpdesk/inbox/pulse/"


@pytest.fixture
def tickets(desk):
    return [factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox) for n in range(3)]


@pytest.fixture
def page(desk, login):
    """Open a list and return a function that asks what changed since."""

    def opened(user, place="all", **query):
        client = login(user)
        view, *_more = place.split(";")
        response = client.get(reverse("helpdesk_inbox:view", args=[view]), query)
        rows = ",".join(f"{row.ticket.pk}.{row.version}" for row in response.context["rows"])
        more = "1" if response.context["page"].after else ""

        def ask(etag="", **values):
            headers = {"HTTP_IF_NONE_MATCH": etag} if etag else {}
            return client.get(ADDRESS, {"view": place, "rows": rows, "more": more, "counts": "1", **values}, **headers)

        return ask

    return opened


class TestChanges:
    def test_nothing(self, desk, tickets, page):
        answer = page(desk.agent)().json()
        assert (answer["rows"], answer["gone"], answer["append"], answer["fresh"]) == ({}, [], [], "")
        assert answer["counts"]["all"] == "3"

    def test_a_changed_row_stays_in_its_place(self, desk, tickets, page):
        ask = page(desk.agent, "all", sort="newest")
        AssignTicket(ticket=tickets[1], assignee=desk.colleague, actor=Actor.system())()
        factories.add_customer_message(tickets[0], "Any news?")
        answer = ask().json()
        assert set(answer["rows"]) == {str(tickets[0].pk), str(tickets[1].pk)}
        assert "Any news?" in answer["rows"][str(tickets[0].pk)]
        assert (answer["gone"], answer["fresh"]) == ([], "")

    def test_what_left_the_view_and_what_is_another_teams(self, desk, tickets, page):
        ask = page(desk.agent, "unassigned")
        AssignTicket(ticket=tickets[0], assignee=desk.colleague, actor=Actor.system())()
        Ticket.objects.filter(pk=tickets[1].pk).update(team=desk.other_team)
        answer = ask().json()
        assert sorted(answer["gone"]) == [tickets[0].pk, tickets[1].pk]
        assert (answer["rows"], answer["counts"]["unassigned"]) == ({}, "1")

    def test_new_ones_are_announced(self, desk, tickets, page):
        ask = page(desk.agent)
        for n in range(2):
            factories.make_ticket(f"new {n}", team=desk.team, mailbox=desk.mailbox)
        factories.make_ticket("theirs", team=desk.other_team, mailbox=desk.mailbox)
        assert ask().json()["fresh"] == "2 new tickets"

    def test_the_next_pages_first_come_up_at_the_end(self, desk, tickets, page, monkeypatch):
        monkeypatch.setattr("wagtail_helpdesk.inbox.paging.PAGE_SIZE", 2)
        ask = page(desk.agent, "unassigned")
        AssignTicket(ticket=tickets[0], assignee=desk.colleague, actor=Actor.system())()
        answer = ask().json()
        assert (answer["gone"], answer["fresh"]) == ([tickets[0].pk], "")
        assert [f'id="ticket-{tickets[2].pk}"' in html for html in answer["append"]] == [True]

    def test_rows_of_others_are_not_told(self, desk, tickets, login):
        rows = ",".join(f"{ticket.pk}.0" for ticket in tickets)
        answer = login(desk.other_agent).get(ADDRESS, {"view": "all", "rows": rows}).json()
        assert answer["rows"] == {}

    @pytest.mark.parametrize("query", [{"rows": "x.1,,9"}, {"view": "nonsense"}, {"view": "saved-1"}, {"mailbox": "x"}])
    def test_nonsense_hurts_nobody(self, desk, login, query):
        assert login(desk.agent).get(ADDRESS, query).status_code == 200

    @pytest.mark.parametrize("name", ["editor"])
    def test_for_those_who_may_view(self, desk, login, name):
        assert login(getattr(desk, name)).get(ADDRESS)["Location"] == "/admin/"


class TestCost:
    def test_an_idle_page_is_told_so(self, desk, tickets, page, time_machine):
        time_machine.move_to("2026-06-01T10:00:30Z", tick=False)
        ask = page(desk.agent)
        etag = ask()["ETag"]
        with CaptureQueriesContext(connection) as captured:
            assert ask(etag).status_code == 304
        # Session, user, rights (2), teams, notices, who is there, the newest event.
        assert len(captured) <= 9
        factories.add_note(tickets[0], desk.colleague)
        assert ask(etag).status_code == 200
        etag = ask()["ETag"]
        time_machine.shift(timedelta(seconds=pulse.SECONDS))
        assert ask(etag).status_code == 200

    def test_queries_do_not_grow_with_the_list(self, desk, page):
        def count(number):
            for n in range(number):
                factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox)
            ask = page(desk.agent)
            ask()
            Ticket.objects.update(subject=f"changed {number}")
            with CaptureQueriesContext(connection) as captured:
                assert len(ask().json()["rows"]) >= number
            return len(captured)

        few = count(2)
        assert count(10) == few
        assert few <= 20


class TestParts:
    def test_tell_of_what_one_sees_only(self, desk, tickets, page, monkeypatch):
        theirs = factories.make_ticket("theirs", team=desk.other_team, mailbox=desk.mailbox)
        monkeypatch.setattr(pulse, "_PARTS", {})
        pulse.register_part("presence", lambda user, keys: dict.fromkeys(keys, "here"))
        ask = page(desk.agent)
        answer = ask(rows=f"{tickets[0].pk}.0", tickets=f"{tickets[1].pk},{theirs.pk}").json()
        assert answer["parts"] == {"presence": {str(tickets[0].pk): "here", str(tickets[1].pk): "here"}}

    def test_change_the_answer_at_once(self, desk, tickets, page, monkeypatch):
        looking = {}
        monkeypatch.setattr(pulse, "_PARTS", {"presence": lambda user, keys: looking})
        ask = page(desk.agent)
        etag = ask()["ETag"]
        looking[tickets[0].pk] = "Ben"
        assert ask(etag).status_code == 200


class TestMarks:
    def rows(self, login, user, view="all"):
        response = login(user).get(reverse("helpdesk_inbox:view", args=[view]))
        return {row.ticket.pk: row.marks for row in response.context["rows"]}

    def test_unread_until_the_newest_message_of_others_was_seen(self, desk, ticket, login):
        assert self.rows(login, desk.agent)[ticket.pk].unread
        TicketReader.objects.create(ticket=ticket, user=desk.agent, seen_message=ticket.messages.latest("pk").pk)
        assert not self.rows(login, desk.agent)[ticket.pk].unread
        factories.add_reply(ticket, desk.agent)
        assert not self.rows(login, desk.agent)[ticket.pk].unread
        factories.add_customer_message(ticket)
        assert self.rows(login, desk.agent)[ticket.pk].unread
        ChangeStatus(ticket=ticket, status=default_status("closed"), actor=Actor.system())()
        assert not self.rows(login, desk.agent, "closed")[ticket.pk].unread
