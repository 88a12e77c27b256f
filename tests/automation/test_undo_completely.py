"""What is taken back is as it was: also what nobody chose, but a status took along."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from wagtail_helpdesk.automation.macros import run_macro
from wagtail_helpdesk.conversations.actions.split_messages import JoinSplit, SplitMessages
from wagtail_helpdesk.conversations.models import Draft
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Priority
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.bulk import running
from wagtail_helpdesk.inbox.bulk.models import BulkJob, BulkResult
from wagtail_helpdesk.inbox.bulk.registry import BulkAction, action_called
from wagtail_helpdesk.inbox.models import UndoRecord
from wagtail_helpdesk.inbox.undoing import remember, undo
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.checklist import AddItems
from wagtail_helpdesk.tickets.actions.close_on import CloseOn
from wagtail_helpdesk.tickets.actions.snooze_ticket import SnoozeTicket
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent

FETCHED = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}
COLUMNS = ("category", "customer_waiting_since", "asleep", "snoozed_until", "close_on", "team", "assignee", "priority")


def state(ticket):
    return Ticket.objects.values(*COLUMNS).get(pk=ticket.pk)


@pytest.fixture
def client(desk, login):
    return login(desk.agent)


def take_back(client):
    """Press the newest "Undo"; return what is said."""
    record = UndoRecord.objects.latest("pk")
    return client.post(reverse("helpdesk_inbox:undo", args=[record.pk]), **FETCHED).json()


def by_bulk(ticket, desk, category):
    running.run_now(action_called("status"), [(ticket.pk, "")], {"status": default_status(category).pk}, desk.agent)


def by_macro(ticket, desk, category, make_macro):
    macro = make_macro(("status", {"status": default_status(category)}))
    (result,) = run_macro(macro, [ticket], Actor.of_user(desk.agent))
    remember(desk.agent, result.undo)


@pytest.mark.parametrize("way", ["bulk", "macro"])
class TestWhatAStatusTakesAlong:
    @pytest.fixture
    def change(self, way, desk, make_macro):
        def change(ticket, category):
            if way == "bulk":
                by_bulk(ticket, desk, category)
            else:
                by_macro(ticket, desk, category, make_macro)

        return change

    def test_the_wait_of_the_customer(self, ticket, client, change):
        before = state(ticket)
        assert before["customer_waiting_since"] is not None
        change(ticket, Category.RESOLVED)
        assert state(ticket)["customer_waiting_since"] is None
        take_back(client)
        assert state(ticket) == before

    def test_no_wait_where_somebody_has_answered_meanwhile(self, desk, ticket, client, change):
        change(ticket, Category.RESOLVED)
        factories.add_reply(Ticket.objects.get(pk=ticket.pk), desk.colleague)
        take_back(client)
        assert state(ticket)["customer_waiting_since"] is None

    def test_the_sleep(self, desk, ticket, client, change):
        until = timezone.now() + timedelta(days=2)
        SnoozeTicket(ticket=ticket, until=until, words="2 days", actor=Actor.of_user(desk.agent))()
        before = state(ticket)
        change(ticket, Category.RESOLVED)
        assert not state(ticket)["asleep"]
        take_back(client)
        assert state(ticket) == before

    def test_the_day_on_which_it_closes(self, desk, ticket, client, change):
        actor = Actor.of_user(desk.agent)
        ChangeStatus(ticket=ticket, status=default_status(Category.PENDING), actor=actor)()
        CloseOn(ticket=ticket, at=timezone.now() + timedelta(days=3), actor=actor)()
        before = state(ticket)
        change(ticket, Category.OPEN)
        assert state(ticket)["close_on"] is None
        take_back(client)
        assert state(ticket) == before


def test_spam_by_mistake_goes_on_sleeping(desk, ticket, client):
    SnoozeTicket(ticket=ticket, until=timezone.now() + timedelta(days=2), actor=Actor.of_user(desk.agent))()
    before = state(ticket)
    client.post(reverse("helpdesk_tickets:put_away", args=[ticket.pk]), {"do": "spam"}, **FETCHED)
    assert not state(ticket)["asleep"]
    take_back(client)
    assert state(ticket) == before


@pytest.mark.parametrize("answered", [False, True])
def test_a_split_taken_back_takes_the_wait_along(desk, ticket, answered):
    """The customer waits for what nobody has answered, and for nothing else."""
    question = ticket.messages.get()
    if answered:
        factories.add_reply(ticket, desk.agent)
    before, kept = state(ticket), {str(question.pk): [question.visibility, list(question.flags)]}
    assert (before["customer_waiting_since"] is None) is answered
    actor = Actor.of_user(desk.agent)
    if not answered:
        factories.add_note(ticket, desk.agent)
    new = SplitMessages(ticket=Ticket.objects.get(pk=ticket.pk), messages=[question], actor=actor)()
    assert state(ticket)["customer_waiting_since"] is None
    JoinSplit(source=new, target=Ticket.objects.get(pk=ticket.pk), before=kept, actor=actor)()
    assert (state(ticket)["customer_waiting_since"] is None) is answered


class TestOutOfSight:
    """An agent of one team gives a ticket to another one, and means it not."""

    def test_it_comes_back(self, desk, ticket, client):
        before = state(ticket)
        running.run_now(action_called("team"), [(ticket.pk, "")], {"team": desk.other_team.pk}, desk.agent)
        assert state(ticket)["team"] == desk.other_team.pk
        assert take_back(client)["toast"]["text"] == "1 ticket is as it was."
        assert state(ticket) == before

    def test_not_when_somebody_has_moved_it_on(self, desk, ticket, client):
        running.run_now(action_called("team"), [(ticket.pk, "")], {"team": desk.other_team.pk}, desk.agent)
        third = factories.make_team("Third")
        Ticket.objects.filter(pk=ticket.pk).update(team=third)
        toast = take_back(client)["toast"]
        assert toast["level"] == "warning"
        assert toast["details"] == ["1 ticket that you do not see any more is not as it was."]
        assert state(ticket)["team"] == third.pk

    def test_with_what_else_a_macro_did(self, desk, ticket, make_macro):
        before = state(ticket)
        macro = make_macro(("add_tags", {"value": "urgent"}), ("team", {"team": desk.other_team}))
        (result,) = run_macro(macro, [ticket], Actor.of_user(desk.agent))
        assert undo(remember(desk.agent, result.undo)) == {ticket.pk: ""}
        assert state(ticket) == before
        assert not ticket.tags.exists()

    def test_not_without_the_right_to_assign(self, desk, ticket):
        running.run_now(action_called("team"), [(ticket.pk, "")], {"team": desk.other_team.pk}, desk.agent)
        desk.agent.groups.clear()
        record = UndoRecord.objects.get()
        assert undo(record) == {ticket.pk: "You may not do this."}
        assert state(ticket)["team"] == desk.other_team.pk


def test_what_was_resolved_with_an_open_checklist_is_resolved_again(desk, ticket, client):
    actor = Actor.of_user(desk.agent)
    AddItems(ticket=ticket, texts=["Call back"], actor=actor)()
    ChangeStatus(ticket=ticket, status=default_status(Category.RESOLVED), anyway=True, actor=actor)()
    address = reverse("helpdesk_tickets:put_away", args=[ticket.pk])
    client.post(address, {"do": "spam"}, **FETCHED)
    take_back(client)
    assert state(ticket)["category"] == Category.RESOLVED
    client.post(address, {"do": "spam"}, **FETCHED)
    client.post(address, {"do": "restore"}, **FETCHED)
    assert state(ticket)["category"] == Category.RESOLVED


def test_a_macro_takes_back_what_it_did_and_nothing_of_others(desk, ticket, make_macro):
    high = Priority.objects.order_by("level").last()
    old = Ticket.objects.get(pk=ticket.pk)
    Ticket.objects.filter(pk=ticket.pk).update(priority=high)
    macro = make_macro(("add_tags", {"value": "urgent"}))
    (result,) = run_macro(macro, [old], Actor.of_user(desk.agent))
    assert [step["field"] for step in result.undo] == ["tags"]


def test_a_macro_that_writes_a_note_answers_too(desk, ticket, make_macro):
    macro = make_macro(("note", {"body": "<p>Told by phone</p>"}), ("reply", {"body": "<p>As told by phone</p>"}))
    seen = ticket.messages.latest("pk").pk
    (result,) = run_macro(macro, [ticket], Actor.of_user(desk.agent), last_seen=seen, has_composer=True)
    assert result.why == ""
    assert ticket.messages.count() == 3
    factories.add_customer_message(ticket)
    (result,) = run_macro(macro, [ticket], Actor.of_user(desk.agent), last_seen=result.message, has_composer=True)
    assert "arrived while you were writing" in result.why


def test_the_text_of_a_reply_that_did_more_is_in_the_composer_again(desk, ticket, client):
    message = factories.add_reply(ticket, desk.agent, delay=60)
    tags = {"kind": "field", "ticket": ticket.pk, "field": "tags", "old": [], "new": []}
    remember(desk.agent, [tags, {"kind": "message", "ticket": ticket.pk, "message": message.pk}])
    answer = take_back(client)
    assert answer["drafts"] is True
    assert answer["toast"]["details"] == ["It was taken back, and nobody got it. Its text is in your draft."]
    assert Draft.objects.of(desk.agent).exists()


class TestJobs:
    @pytest.fixture
    def tickets(self, desk):
        return [factories.make_ticket(f"q {number}", team=desk.team, mailbox=desk.mailbox) for number in range(5)]

    def test_two_that_go_on_with_one_job_do_each_ticket_once(self, desk, tickets, monkeypatch):
        """The lease of the first was over: the second has done the next two meanwhile."""
        done = []

        def act(target, data, actor):
            done.append(target.ticket.pk)
            return []

        action = BulkAction("test", "Test", "tag", "change", act)
        monkeypatch.setattr(running, "action_called", lambda name: action)
        job = running.start_job(action, [(ticket.pk, "") for ticket in tickets], {}, desk.agent)
        do_ticket = running._do_ticket

        def overtaken(mine, *args):
            if mine.position == 1:
                monkeypatch.setattr(running, "_do_ticket", do_ticket)
                running._go_on(BulkJob.objects.get(), 0)
            return do_ticket(mine, *args)

        monkeypatch.setattr(running, "_do_ticket", overtaken)
        monkeypatch.setattr(running, "BATCH", 2)
        running.take_turn(job)
        assert sorted(done) == [ticket.pk for ticket in tickets]
        rows = BulkResult.objects.order_by("number").values_list("number", "ticket_key")
        assert list(rows) == list(enumerate(ticket.pk for ticket in tickets))

    def test_times_are_those_of_the_agent(self, desk, tickets, settings):
        settings.TIME_ZONE = "UTC"
        UserProfile.objects.create(user=desk.agent, current_time_zone="America/Sao_Paulo")
        zones = []
        running.start_job(action_called("spam"), [(ticket.pk, "") for ticket in tickets], {}, desk.agent)
        take_turn = running.take_turn

        def noting(job):
            zones.append(timezone.get_current_timezone_name())
            return take_turn(job)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(running, "take_turn", noting)
            running.continue_jobs()
        assert zones == ["America/Sao_Paulo"]
        assert TicketEvent.objects.filter(kind="status").count() == 5
