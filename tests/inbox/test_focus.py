"""Focus sessions: one ticket of a view after another, none of them for two agents."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import rich_text

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Priority
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.focus import queue, sessions
from wagtail_helpdesk.inbox.focus.models import FocusSession
from wagtail_helpdesk.inbox.models import SendPreference, UndoRecord
from wagtail_helpdesk.inbox.places import Place
from wagtail_helpdesk.inbox.presence import come
from wagtail_helpdesk.inbox.rich_text import FEATURES
from wagtail_helpdesk.inbox.saved.models import SavedView
from wagtail_helpdesk.pipeline import STEPS
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.actions.snooze_ticket import WakeTicket
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.worker import Worker

FETCHED = {"headers": {"X-Requested-With": "XMLHttpRequest"}}
VIEW = "?view=unassigned;focus=1"


def url(name, ticket):
    return f"{reverse(f'helpdesk_tickets:{name}', args=[ticket.pk])}{VIEW}"


def inbox(name):
    return reverse(f"helpdesk_inbox:{name}")


def start(client, place="unassigned"):
    """Start, and return the key of the ticket that one is brought, None where nothing is left."""
    return ticket_in(client.post(inbox("start_focus"), {"place": place})["Location"])


def ticket_in(address):
    if address == inbox("focus"):
        return None
    assert ";focus=1" in address
    return int(address.split("/tickets/")[1].split("/")[0])


def answer_to(ticket, **data):
    return {
        "mode": "reply",
        "body": rich_text("<p>You get your money back.</p>", features=FEATURES),
        "last_seen": ticket.messages.order_by("-pk").first().pk,
        "once": f"once-{ticket.pk}",
        "after": "next",
        **data,
    }


def fields_of(client, ticket):
    """The fields of the panel as the page has them."""
    form = client.get(url("ticket", ticket)).context["properties"]
    return {name: form[name].value() or "" for name in form.fields if name != "tags"}


@pytest.fixture
def tickets(desk):
    """Three tickets that wait, the first one longest."""
    made = []
    for hours in (3, 2, 1):
        with time_machine.travel(timezone.now() - timedelta(hours=hours), tick=False):
            made.append(factories.make_ticket(f"q {hours}", team=desk.team, mailbox=desk.mailbox))
    return made


@pytest.fixture
def client(desk, login):
    return login(desk.agent)


@pytest.fixture
def brought(client, tickets):
    """The agent's client, with the first ticket."""
    assert start(client) == tickets[0].pk
    return client


class TestStarting:
    def test_the_list_has_a_button_for_what_it_shows(self, desk, tickets, client):
        page = client.get("/admin/helpdesk/inbox/all/?sort=newest&priority=1").content.decode()
        assert 'name="place" value="all;priority=1;sort=newest"' in page
        assert 'form="helpdesk-focus"' in page and 'data-helpdesk-key="focus"' in page

    def test_the_longest_waiting_first_in_a_layout_of_its_own(self, desk, tickets, brought):
        page = brought.get(url("ticket", tickets[0]))
        assert "slim_rows" not in page.context and "next_url" not in page.context
        content = page.content.decode()
        assert "<strong>3 left</strong>" in content and 'id="focus-bar"' in content
        assert 'value="next" selected' in content and 'value="list"' not in content

    def test_the_same_place_goes_on_and_another_begins_anew(self, desk, tickets, brought):
        brought.post(url("focus_skip", tickets[0]), {"reason": "time"})
        assert start(brought) == tickets[1].pk
        assert FocusSession.objects.get().skipped == [tickets[0].pk]
        assert start(brought, "all") == tickets[0].pk
        assert FocusSession.objects.get().skipped == []

    def test_goes_on_elsewhere(self, desk, tickets, brought, login):
        assert ticket_in(login(desk.agent).get(inbox("focus"))["Location"]) == tickets[0].pk

    def test_urgent_before_due_before_longest(self, desk, tickets, client):
        Ticket.objects.filter(pk=tickets[1].pk).update(due_on=timezone.localdate())
        urgent = Priority.objects.create(name="Burning", level=50)
        Ticket.objects.filter(pk=tickets[2].pk).update(priority=urgent)
        seen = []
        for _ticket in tickets:
            seen.append(start(client))
            client.post(url("focus_skip", Ticket.objects.get(pk=seen[-1])), {"reason": "time"})
        assert seen == [tickets[2].pk, tickets[1].pk, tickets[0].pk]

    def test_urgent_ones_are_found_far_down(self, desk, tickets, client, monkeypatch):
        monkeypatch.setattr(queue, "MOST", 1)
        urgent = Priority.objects.create(name="Burning", level=50)
        Ticket.objects.filter(pk=tickets[2].pk).update(priority=urgent)
        assert start(client) == tickets[2].pk

    def test_a_saved_view_and_a_filtered_list(self, desk, tickets, client):
        saved = SavedView.objects.create(
            name="x", owner=desk.agent, conditions={"all": [{"field": "channel", "operator": "is", "value": ["email"]}]}
        )
        for place in (f"saved-{saved.pk}", "all;channel=email"):
            assert start(client, place) == tickets[0].pk, place

    @pytest.mark.parametrize("place", ["", "nonsense", "team-99999"])
    def test_no_such_place(self, desk, tickets, client, place):
        assert client.post(inbox("start_focus"), {"place": place})["Location"] == "/admin/helpdesk/inbox/unassigned/"
        assert not FocusSession.objects.exists()

    def test_somebody_elses_view_is_none(self, desk, tickets, client):
        saved = SavedView.objects.create(name="x", owner=desk.manager)
        assert client.post(inbox("start_focus"), {"place": f"saved-{saved.pk}"})["Location"].endswith("unassigned/")

    @pytest.mark.parametrize(
        ("name", "gets"),
        [("light", True), ("agent", True), ("colleague", True), ("manager", True), ("other_agent", False)],
    )
    def test_everybody_gets_what_they_see(self, desk, tickets, login, name, gets):
        assert start(login(getattr(desk, name))) == (tickets[0].pk if gets else None)

    def test_not_for_editors_and_strangers(self, desk, tickets, login):
        for client in (login(desk.editor), Client()):
            for name in ("start_focus", "end_focus"):
                response = client.post(inbox(name), {"place": "unassigned"})
                assert response.status_code == 302 and "/inbox/" not in response["Location"].split("?")[0]
        assert not FocusSession.objects.exists()


class TestWhoHasIt:
    def test_two_who_play_the_same_view_get_two_tickets(self, desk, tickets, brought, login):
        assert start(login(desk.colleague)) == tickets[1].pk
        page = login(desk.colleague).get(url("ticket", tickets[1])).content.decode()
        assert "<strong>2 left</strong>" in page

    def test_who_is_quicker_has_it(self, desk, tickets, brought, monkeypatch):
        """Both looked at the same moment: the row says who has it."""
        monkeypatch.setattr(sessions, "_claimed", lambda user, now: set())
        place = Place.parse("unassigned", desk.colleague)
        assert sessions.start(desk.colleague, place).ticket_id == tickets[1].pk
        assert FocusSession.objects.get(user=desk.agent).ticket_id == tickets[0].pk

    def test_free_once_the_page_was_closed(self, desk, tickets, brought, login):
        assert brought.post(url("leave", tickets[0])).status_code == 204
        assert start(login(desk.colleague)) == tickets[0].pk
        assert FocusSession.objects.get(user=desk.agent).ticket_id is None
        # Who comes back goes on with the next one.
        assert start(brought) == tickets[1].pk

    def test_the_open_page_keeps_it_and_a_reload_takes_it_back(self, desk, tickets, brought, login):
        brought.post(url("leave", tickets[0]))
        brought.get(url("ticket", tickets[0]))
        assert start(login(desk.colleague)) == tickets[1].pk

    def test_free_after_two_minutes_without_a_sign_of_life(self, desk, tickets, brought, login):
        with time_machine.travel(timezone.now() + timedelta(minutes=3), tick=False):
            come(desk.agent, tickets[0], typing=False)
            assert start(login(desk.colleague)) == tickets[1].pk
            FocusSession.objects.filter(user=desk.colleague).delete()
        with time_machine.travel(timezone.now() + timedelta(minutes=4), tick=False):
            assert start(login(desk.colleague)) == tickets[0].pk

    def test_what_others_read_or_look_after_is_passed_over(self, desk, tickets, client):
        come(desk.colleague, tickets[0], typing=False)
        AssignTicket(ticket=tickets[1], assignee=desk.colleague, actor=Actor.of_user(desk.agent))()
        assert start(client, "all") == tickets[2].pk

    def test_a_list_of_somebodys_tickets_means_these(self, desk, tickets, login):
        AssignTicket(ticket=tickets[1], assignee=desk.colleague, actor=Actor.of_user(desk.agent))()
        assert start(login(desk.manager), f"all;assignee={desk.colleague.pk}") == tickets[1].pk

    def test_own_tickets_are_among_them(self, desk, tickets, client):
        AssignTicket(ticket=tickets[1], assignee=desk.agent, actor=Actor.of_user(desk.agent))()
        assert start(client, "mine") == tickets[1].pk


class TestGoingOn:
    def test_an_answer_takes_the_ticket_over_and_brings_the_next(self, desk, tickets, brought):
        response = brought.post(url("write", tickets[0]), answer_to(tickets[0]))
        assert ticket_in(response["Location"]) == tickets[1].pk
        tickets[0].refresh_from_db()
        assert tickets[0].assignee == desk.agent
        # The way back gives it back.
        brought.post(reverse("helpdesk_inbox:undo", args=[UndoRecord.objects.latest("pk").pk]))
        tickets[0].refresh_from_db()
        assert tickets[0].assignee is None
        # And there it is again, once the present one is done.
        assert ticket_in(brought.post(url("focus_skip", tickets[1]), {"reason": "time"})["Location"]) == tickets[0].pk

    def test_staying_on_the_ticket(self, desk, tickets, brought):
        response = brought.post(url("write", tickets[0]), answer_to(tickets[0], after=""))
        assert ticket_in(response["Location"]) == tickets[0].pk
        # Something was done: Next asks nothing.
        assert ticket_in(brought.post(url("focus_next", tickets[0]))["Location"]) == tickets[1].pk

    def test_a_note_does_not_take_it_over(self, desk, tickets, brought):
        response = brought.post(url("write", tickets[0]), answer_to(tickets[0], mode="note"))
        assert ticket_in(response["Location"]) == tickets[1].pk
        tickets[0].refresh_from_db()
        assert tickets[0].assignee is None

    def test_what_one_chose_elsewhere_stays(self, desk, tickets, brought):
        SendPreference.objects.create(user=desk.agent, after="list")
        brought.post(url("write", tickets[0]), answer_to(tickets[0], then="pending"))
        preference = SendPreference.objects.get()
        assert (preference.then, preference.after) == ("pending", "list")

    def test_send_and_resolve_goes_on_anyway(self, desk, tickets, brought):
        response = brought.post(url("write", tickets[0]), answer_to(tickets[0], after="", then="resolve"), **FETCHED)
        assert ticket_in(response.json()["redirect"]) == tickets[1].pk

    @pytest.mark.parametrize("category", [Category.RESOLVED, Category.CLOSED])
    def test_a_status_that_ends_it(self, desk, tickets, brought, category):
        data = {**fields_of(brought, tickets[0]), "status": default_status(category).pk}
        response = brought.post(url("properties", tickets[0]), data, **FETCHED)
        assert ticket_in(response.json()["redirect"]) == tickets[1].pk
        tickets[0].refresh_from_db()
        assert tickets[0].category == category

    def test_snoozed(self, desk, tickets, brought):
        response = brought.post(url("snooze", tickets[0]), {"preset": "tomorrow 9:00"}, **FETCHED)
        assert ticket_in(response.json()["redirect"]) == tickets[1].pk

    @pytest.mark.parametrize("do", ["spam", "trash"])
    def test_put_away(self, desk, tickets, login, do):
        client = login(desk.manager)
        assert start(client) == tickets[0].pk
        assert ticket_in(client.post(url("put_away", tickets[0]), {"do": do})["Location"]) == tickets[1].pk

    @pytest.mark.parametrize(("name", "goes"), [("colleague", True), ("agent", False)])
    def test_given_to_somebody(self, desk, tickets, brought, name, goes):
        data = {**fields_of(brought, tickets[0]), "assignee": getattr(desk, name).pk}
        response = brought.post(url("properties", tickets[0]), data)
        assert ticket_in(response["Location"]) == tickets[1 if goes else 0].pk

    def test_starring_is_no_reason_to_go_on(self, desk, tickets, brought):
        response = brought.post(url("star", tickets[0]), {"star": "1"}, **FETCHED)
        assert "redirect" not in response.json()

    def test_without_a_session_everything_is_as_ever(self, desk, tickets, client):
        page = client.get(url("ticket", tickets[0]))
        assert page.context["slim_rows"] and "focus-bar" not in page.content.decode()
        response = client.post(url("snooze", tickets[0]), {"preset": "tomorrow 9:00"})
        assert response["Location"].endswith("?view=unassigned")
        assert client.post(url("focus_next", tickets[1]), **FETCHED).status_code == 422
        assert client.post(url("focus_skip", tickets[1]), {"reason": "time"}, **FETCHED).status_code == 422

    def test_an_old_tab_moves_nothing_but_its_own_ticket(self, desk, tickets, brought):
        brought.post(url("focus_skip", tickets[0]), {"reason": "time"})
        response = brought.post(url("snooze", tickets[2]), {"preset": "tomorrow 9:00"})
        assert ticket_in(response["Location"]) == tickets[1].pk

    def test_a_ticket_comes_back_when_its_customer_writes(self, desk, tickets, brought):
        brought.post(url("snooze", tickets[0]), {"preset": "tomorrow 9:00"})
        WakeTicket(ticket=tickets[0], actor=Actor.system())()
        for ticket in tickets[1:]:
            brought.post(url("focus_skip", ticket), {"reason": "time"})
        assert start(brought) is None
        Ticket.objects.filter(pk=tickets[0].pk).update(customer_waiting_since=timezone.now())
        assert start(brought) == tickets[0].pk


class TestSkipping:
    def test_tells_the_timeline_and_changes_nothing(self, desk, tickets, brought):
        before = Ticket.objects.filter(pk=tickets[0].pk).values().get()
        response = brought.post(url("focus_skip", tickets[0]), {"reason": "colleague", "words": "Eva knows"})
        assert ticket_in(response["Location"]) == tickets[1].pk
        assert Ticket.objects.filter(pk=tickets[0].pk).values().get() == before
        content = brought.get(url("ticket", tickets[0])).content.decode()
        assert "Bruno skipped the ticket: waits for a colleague (Eva knows)" in content

    @pytest.mark.parametrize("data", [{}, {"reason": "nonsense"}, {"reason": "other", "words": " "}])
    def test_needs_a_reason(self, desk, tickets, brought, data):
        page = brought.post(url("focus_skip", tickets[0]), data)
        assert page.status_code == 422 and 'name="reason"' in page.content.decode()
        part = brought.post(url("focus_skip", tickets[0]), data, **FETCHED)
        assert part.status_code == 422 and "open" in part.json()["parts"]["skip-menu"]
        assert not tickets[0].events.filter(kind=EventKind.SKIPPED).exists()
        assert FocusSession.objects.get().ticket_id == tickets[0].pk

    def test_own_words(self, desk, tickets, brought):
        brought.post(url("focus_skip", tickets[0]), {"reason": "other", "words": "The printer burns"})
        content = brought.get(url("ticket", tickets[0])).content.decode()
        assert "Bruno skipped the ticket: The printer burns" in content

    def test_next_without_anything_done_asks_why(self, desk, tickets, brought):
        page = brought.post(url("focus_next", tickets[0]))
        assert page.status_code == 422 and "Nothing was done with it yet" in page.content.decode()

    def test_light_agents_skip_and_outsiders_do_not(self, desk, tickets, login):
        client = login(desk.light)
        assert start(client) == tickets[0].pk
        assert (
            ticket_in(client.post(url("focus_skip", tickets[0]), {"reason": "knowledge"})["Location"]) == tickets[1].pk
        )
        for name in ("other_agent", "editor"):
            for address in ("focus_skip", "focus_next"):
                assert login(getattr(desk, name)).post(url(address, tickets[2])).status_code == 404

    def test_page_without_javascript(self, desk, tickets, brought):
        assert 'name="reason"' in brought.get(url("focus_skip", tickets[0])).content.decode()


class TestEnding:
    def test_says_what_came_of_it(self, desk, tickets, brought):
        with time_machine.travel(timezone.now() + timedelta(minutes=12), tick=False):
            brought.post(url("write", tickets[0]), answer_to(tickets[0], then="resolve"))
            brought.post(url("focus_skip", tickets[1]), {"reason": "time"})
            response = brought.post(inbox("end_focus"), follow=True)
        assert response.redirect_chain[0][0] == "/admin/helpdesk/inbox/unassigned/"
        assert "1 answered, 1 resolved, 1 skipped, in 12 minutes." in response.content.decode()
        assert not FocusSession.objects.exists()

    def test_nothing_left(self, desk, tickets, brought):
        for ticket in tickets:
            response = brought.post(url("focus_skip", ticket), {"reason": "time"}, follow=True)
        content = response.content.decode()
        assert "“Unassigned” is done." in content and "0 answered, 0 resolved, 3 skipped" in content
        assert FocusSession.objects.get().ticket_id is None

    def test_no_session(self, desk, tickets, client):
        assert "Start “Unassigned”" in client.get(inbox("focus")).content.decode()
        assert client.post(inbox("end_focus"))["Location"] == "/admin/helpdesk/inbox/unassigned/"

    def test_the_view_is_gone(self, desk, tickets, client):
        saved = SavedView.objects.create(name="x", owner=desk.agent)
        start(client, f"saved-{saved.pk}")
        saved.delete()
        assert "not there any more" in client.get(inbox("focus")).content.decode()
        assert client.post(inbox("end_focus"))["Location"] == "/admin/helpdesk/inbox/unassigned/"

    def test_the_ticket_was_merged_meanwhile(self, desk, tickets, brought):
        MergeTickets(source=tickets[0], target=tickets[2], actor=Actor.of_user(desk.agent))()
        assert "The ticket that you had is not there any more." in brought.get(inbox("focus")).content.decode()
        assert start(brought) == tickets[2].pk, "where its customer waits now, the longest of all"

    def test_what_was_left_is_forgotten(self, desk, tickets, brought):
        FocusSession.objects.update(moved_at=timezone.now() - timedelta(hours=19))
        assert brought.get(inbox("focus")).status_code == 200
        Worker([step for step in STEPS if step.function.__name__ == "forget_left"]).run_once()
        assert not FocusSession.objects.exists()


class TestCost:
    def count(self, call):
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured)

    def test_pages_outside_cost_nothing_more_and_inside_less(self, desk, tickets, brought, login):
        other = login(desk.colleague)
        address = reverse("helpdesk_tickets:ticket", args=[tickets[1].pk])
        for _again in range(2):
            listed = self.count(lambda: other.get(address, {"view": "unassigned"}))
            focused = self.count(lambda: brought.get(url("ticket", tickets[0])))
        assert focused < listed

    def test_the_next_one_costs_the_same_among_many(self, desk, tickets, client):
        def take():
            FocusSession.objects.all().delete()
            user = get_user_model()._default_manager.get(pk=desk.agent.pk)
            place = Place.parse("all", user)
            return self.count(lambda: sessions.start(user, place))

        few = take()
        for number in range(20):
            factories.make_ticket(f"n {number}", team=desk.team, mailbox=desk.mailbox)
        assert take() == few
        assert few <= 21
