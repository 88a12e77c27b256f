"""Changes to many tickets: each wholly or not at all, with a result for each and a way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Priority
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.bulk import running
from wagtail_helpdesk.inbox.bulk.models import BulkJob, BulkResult
from wagtail_helpdesk.inbox.bulk.registry import action_called
from wagtail_helpdesk.inbox.models import Mention, UndoRecord
from wagtail_helpdesk.inbox.seen import seen_of
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.snooze_ticket import SnoozeTicket
from wagtail_helpdesk.tickets.actions.tag_ticket import TagTicket
from wagtail_helpdesk.tickets.models import Ticket, TicketReader

FETCHED = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}
BACK = "/admin/helpdesk/inbox/all/"


@pytest.fixture
def tickets(desk):
    return [factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox) for n in range(3)]


@pytest.fixture
def do(login):
    """Post an action on tickets as a user; return the answer for JavaScript."""

    def post(user, action, tickets, **values):
        data = {"action": action, "ticket": [seen_of(ticket) for ticket in tickets], "next": BACK, **values}
        return login(user).post(reverse("helpdesk_inbox:bulk"), data, **FETCHED).json()

    return post


def undo(login, user, answer):
    return login(user).post(answer["toast"]["undo"], **FETCHED).json()


def snapshot():
    return list(
        Ticket.objects.order_by("pk").values_list("pk", "status", "team", "assignee", "priority", "merged_into")
    ) + sorted(Ticket.objects.values_list("pk", "tags__name"))


#: Action, its fields, and what holds of the three tickets after it.
CHANGES = [
    ("assign", lambda desk: {"assign-assignee": desk.colleague.pk}, lambda desk: {"assignee": desk.colleague}),
    ("team", lambda desk: {"team-team": desk.other_team.pk}, lambda desk: {"team": desk.other_team}),
    ("status", lambda desk: {"status-status": default_status("pending").pk}, lambda desk: {"category": "pending"}),
    (
        "priority",
        lambda desk: {"priority-priority": Priority.objects.order_by("-level")[0].pk},
        lambda desk: {"priority__level__gt": 0},
    ),
    ("tag", lambda desk: {"tag-tags": "billing, urgent"}, lambda desk: {"tags__name": "urgent"}),
    ("spam", lambda desk: {}, lambda desk: {"category": "spam"}),
]


class TestEach:
    @pytest.mark.parametrize(("action", "values", "holds"), CHANGES, ids=[change[0] for change in CHANGES])
    def test_changes_all_and_is_taken_back(self, desk, tickets, do, login, action, values, holds):
        before = snapshot()
        answer = do(desk.manager, action, tickets, **values(desk))
        assert answer["toast"]["text"] == "3 tickets changed."
        assert set(Ticket.objects.filter(**holds(desk))) == set(tickets)
        undo(login, desk.manager, answer)
        assert snapshot() == before

    def test_trash_and_restore_for_those_who_may(self, desk, tickets, do, login):
        address = reverse("helpdesk_inbox:bulk")
        data = {"action": "trash", "ticket": [seen_of(tickets[0])]}
        assert login(desk.agent).post(address, data)["Location"] == "/admin/"
        do(desk.manager, "trash", tickets)
        assert Ticket.objects.filter(category=Category.TRASH).count() == 3
        answer = do(desk.agent, "restore", Ticket.objects.all())
        assert (answer["toast"]["text"], len(answer["toast"]["details"])) == ("0 tickets changed.", 3)
        do(desk.manager, "restore", Ticket.objects.all())
        assert Ticket.objects.filter(category=Category.NEW).count() == 3

    def test_tags_that_are_there_stay_and_others_are_taken_away(self, desk, tickets, do):
        TagTicket(ticket=tickets[0], add=["old", "urgent"], actor=Actor.of_user(desk.agent))()
        do(desk.agent, "tag", tickets, **{"tag-tags": "urgent"})
        assert sorted(tickets[0].tags.names()) == ["old", "urgent"]
        do(desk.agent, "untag", tickets, **{"untag-tags": "urgent, never there"})
        assert sorted(tickets[0].tags.names()) == ["old"]

    def test_stars_are_ones_own(self, desk, tickets, do, login):
        answer = do(desk.light, "star", tickets)
        assert TicketReader.objects.filter(user=desk.light, starred=True).count() == 3
        undo(login, desk.light, answer)
        assert not TicketReader.objects.filter(starred=True).exists()

    def test_one_row_by_its_own_button(self, desk, tickets, login):
        data = {"one": f"star:{tickets[1].pk}", "ticket": [seen_of(tickets[0])]}
        login(desk.agent).post(reverse("helpdesk_inbox:bulk"), data)
        assert TicketReader.objects.get(starred=True).ticket == tickets[1]

    def test_mention_is_done_for_me_alone(self, desk, tickets, do, login):
        for user in (desk.agent, desk.colleague):
            Mention.objects.create(ticket=tickets[0], user=user)
        answer = do(desk.agent, "done", tickets[:1])
        assert [mention.user for mention in Mention.objects.all()] == [desk.colleague]
        undo(login, desk.agent, answer)
        assert Mention.objects.count() == 2

    def test_merge_into_the_oldest_or_the_named(self, desk, tickets, do, login):
        before = snapshot()
        answer = do(desk.agent, "merge", tickets)
        assert set(Ticket.objects.filter(merged_into=tickets[0])) == set(tickets[1:])
        undo(login, desk.agent, answer)
        assert snapshot() == before
        do(desk.agent, "merge", tickets, **{"merge-into": f"HD-{tickets[2].pk}"})
        assert set(Ticket.objects.filter(merged_into=tickets[2])) == set(tickets[:2])

    @pytest.mark.parametrize(("count", "into"), [(1, ""), (3, "HD-999999"), (3, "nonsense")])
    def test_merge_that_makes_no_sense(self, desk, tickets, do, count, into):
        answer = do(desk.agent, "merge", tickets[:count], **{"merge-into": into})
        assert answer["toast"]["level"] == "error"
        assert not Ticket.objects.filter(merged_into__isnull=False).exists()

    def test_reply_to_each_and_taken_back(self, desk, tickets, do, login):
        values = {"reply-text": "Dear all,\n\n<b>fixed</b>.", "reply-status": default_status("resolved").pk}
        answer = do(desk.agent, "reply", tickets, last_seen=Message.objects.latest("pk").pk, once="1", **values)
        replies = Message.objects.filter(direction="outbound")
        assert {reply.ticket for reply in replies} == set(tickets)
        assert {(reply.state, reply.on_publish.category) for reply in replies} == {("scheduled", "resolved")}
        assert "&lt;b&gt;fixed" in replies[0].html
        undo(login, desk.agent, answer)
        assert set(replies.values_list("state", flat=True)) == {MessageState.CANCELLED}

    def test_reply_never_goes_past_a_message_nobody_has_read(self, desk, tickets, do):
        last_seen = Message.objects.latest("pk").pk
        factories.add_customer_message(tickets[1])
        answer = do(desk.agent, "reply", tickets, last_seen=last_seen, **{"reply-text": "Hello"})
        assert answer["toast"]["text"] == "2 tickets changed."
        assert answer["toast"]["details"][0].startswith(f"{tickets[1].reference}: 1 message arrived")


class TestRefusals:
    def test_what_somebody_else_changed_is_told_and_left(self, desk, tickets, do):
        stale = [Ticket.objects.get(pk=ticket.pk) for ticket in tickets]
        AssignTicket(ticket=tickets[1], assignee=desk.colleague, actor=Actor.of_user(desk.colleague))()
        answer = do(desk.agent, "assign", stale, **{"assign-assignee": desk.agent.pk})
        assert answer["toast"]["details"] == [f"{tickets[1].reference}: Somebody else assigned this ticket meanwhile."]
        assert Ticket.objects.filter(assignee=desk.agent).count() == 2

    def test_tickets_of_others_do_not_exist(self, desk, tickets, do):
        answer = do(desk.other_agent, "spam", tickets)
        assert (answer["toast"]["text"], answer["toast"]["details"]) == ("0 tickets changed.", [])
        assert not Ticket.objects.filter(category=Category.SPAM).exists()

    @pytest.mark.parametrize(
        "action", ["assign", "team", "status", "priority", "tag", "untag", "spam", "reply", "merge"]
    )
    def test_light_agent_changes_nothing(self, desk, tickets, login, action):
        data = {"action": action, "ticket": [seen_of(ticket) for ticket in tickets]}
        response = login(desk.light).post(reverse("helpdesk_inbox:bulk"), data)
        assert response["Location"] == "/admin/"

    @pytest.mark.parametrize(
        ("rows", "values", "said"),
        [
            ([], {"action": "spam"}, "Choose at least one ticket."),
            (["x:1:2"], {"action": "spam"}, "Choose at least one ticket."),
            (["1:1:1::1"], {"action": "status"}, "This field is required."),
            (["1:1:1::1"], {"action": "tag", "tag-tags": " , "}, "Write at least one tag."),
        ],
    )
    def test_nothing_to_do_is_said(self, desk, login, rows, values, said):
        response = login(desk.agent).post(reverse("helpdesk_inbox:bulk"), {"ticket": rows, "next": BACK, **values})
        assert response["Location"] == BACK
        assert [str(message).strip() for message in get_messages(response.wsgi_request)] == [said]

    @pytest.mark.parametrize("action", ["", "nonsense", "undo"])
    def test_unknown_action(self, desk, login, action):
        assert login(desk.agent).post(reverse("helpdesk_inbox:bulk"), {"action": action}).status_code == 404

    def test_foreign_next_is_not_followed(self, desk, login):
        data = {"action": "spam", "next": "https://evil.example/"}
        response = login(desk.agent).post(reverse("helpdesk_inbox:bulk"), data)
        assert response["Location"] == reverse("helpdesk_inbox:view", args=["unassigned"])


class TestEverything:
    def test_means_the_filtered_list_as_it_is_now(self, desk, tickets, login):
        TagTicket(ticket=tickets[0], add=["x"], actor=Actor.of_user(desk.agent))()
        TagTicket(ticket=tickets[1], add=["x"], actor=Actor.of_user(desk.agent))()
        tag = tickets[0].tags.get()
        client = login(desk.agent)
        place = f"all;tag={tag.pk}"
        count = client.get(reverse("helpdesk_inbox:bulk_count"), {"place": place}).json()
        assert count == {"count": 2, "text": "all 2 that match"}
        data = {"action": "spam", "everything": "1", "place": place, "ticket": [seen_of(tickets[2])]}
        client.post(reverse("helpdesk_inbox:bulk"), data)
        assert set(Ticket.objects.filter(category=Category.SPAM)) == set(tickets[:2])

    def test_of_an_unknown_place(self, desk, login):
        data = {"action": "spam", "everything": "1", "place": f"team-{desk.other_team.pk}"}
        assert login(desk.agent).post(reverse("helpdesk_inbox:bulk"), data).status_code == 404


@pytest.fixture
def few(monkeypatch):
    """More than two tickets are a job, done two at a time."""
    monkeypatch.setattr(running, "AT_ONCE", 2)
    monkeypatch.setattr("wagtail_helpdesk.inbox.views.bulk.AT_ONCE", 2)
    monkeypatch.setattr("wagtail_helpdesk.inbox.views.undo_change.AT_ONCE", 2)
    monkeypatch.setattr(running, "BATCH", 2)


class TestJobs:
    def test_page_takes_it_forward_and_undo_is_one_too(self, desk, tickets, few, do, login):
        before = snapshot()
        answer = do(desk.agent, "spam", tickets)
        job = BulkJob.objects.get()
        assert "0 of 3 tickets" in answer["parts"]["helpdesk-job"]
        address, client = reverse("helpdesk_inbox:bulk_job", args=[job.pk]), login(desk.agent)
        assert client.get(address)["Refresh"] == "3"
        done = client.post(address, **FETCHED).json()
        assert done["toast"]["text"] == "3 tickets changed."
        assert Ticket.objects.filter(category=Category.SPAM).count() == 3
        assert "3 tickets changed" in client.get(address).content.decode()
        undo(login, desk.agent, done)
        assert running.continue_jobs() == 1
        assert snapshot() == before

    def test_worker_goes_on_where_somebody_stopped(self, desk, tickets, few, do, monkeypatch):
        do(desk.agent, "spam", tickets)
        running.take_turn(BulkJob.objects.get(), seconds=0)
        job = BulkJob.objects.get()
        assert (job.position, job.finished_at) == (2, None)
        assert running.continue_jobs() == 1
        assert BulkResult.objects.filter(job=job, refusal="").count() == 3
        assert UndoRecord.objects.get().steps[0]["ticket"] == tickets[0].pk
        assert running.continue_jobs() == 0

    def test_one_at_a_time(self, desk, tickets, few, do, time_machine):
        do(desk.agent, "spam", tickets)
        BulkJob.objects.update(leased_until=timezone.now() + timedelta(seconds=20))
        assert running.take_turn(BulkJob.objects.get()).position == 0
        time_machine.move_to(timezone.now() + timedelta(seconds=21))
        assert running.take_turn(BulkJob.objects.get()).finished_at is not None

    def test_ticket_and_its_result_are_one_transaction(self, desk, tickets, few, do, monkeypatch):
        """A worker that is killed between the two leaves neither."""
        do(desk.agent, "spam", tickets)

        def killed(**values):
            raise SystemExit

        with monkeypatch.context() as context:
            context.setattr(BulkResult.objects, "create", killed)
            with pytest.raises(SystemExit):
                running.take_turn(BulkJob.objects.get())
        assert not Ticket.objects.filter(category=Category.SPAM).exists()
        assert running.take_turn(BulkJob.objects.get()).finished_at is not None
        assert Ticket.objects.filter(category=Category.SPAM).count() == 3

    def test_of_somebody_else_does_not_exist(self, desk, tickets, few, do, login):
        do(desk.agent, "spam", tickets)
        address = reverse("helpdesk_inbox:bulk_job", args=[BulkJob.objects.get().pk])
        assert login(desk.manager).get(address).status_code == 404
        assert login(desk.manager).post(address).status_code == 404

    def test_old_ones_go(self, desk, tickets, few, do, time_machine):
        do(desk.agent, "spam", tickets)
        time_machine.move_to(timezone.now() + timedelta(days=3))
        running.continue_jobs()
        assert not BulkJob.objects.exists()


def test_queries_for_each_ticket_are_bounded(desk, login):
    """The bar of a thousand tickets: nothing grows with their number but the tickets' own statements."""

    def count(number):
        chosen = [(factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox).pk, "") for n in range(number)]
        with CaptureQueriesContext(connection) as captured:
            outcome, _record = running.run_now(
                action_called("status"), chosen, {"status": default_status("pending").pk}, desk.agent
            )
        assert len(outcome.done) == number
        return len(captured)

    count(1)
    one, five = count(1), count(5)
    assert (five - one) / 4 <= 18


@pytest.mark.parametrize("action", ["resolved", "spam"])
def test_what_slept_sleeps_again_when_closing_it_is_undone(action, desk, tickets, do, login):
    until = timezone.now() + timedelta(days=2)
    SnoozeTicket(ticket=tickets[0], until=until, words="in two days", actor=Actor.of_user(desk.agent))()
    values = {"status-status": default_status(action).pk} if action == "resolved" else {}
    answer = do(desk.agent, "status" if values else action, tickets[:2], **values)
    sleeper, other = (Ticket.objects.get(pk=ticket.pk) for ticket in tickets[:2])
    assert not sleeper.asleep and sleeper.category == action
    undo(login, desk.agent, answer)
    sleeper.refresh_from_db()
    other.refresh_from_db()
    assert (sleeper.category, sleeper.asleep, sleeper.snoozed_until) == (Category.NEW, True, until)
    assert (other.category, other.asleep) == (Category.NEW, False)
