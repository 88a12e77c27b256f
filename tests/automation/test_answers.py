"""Macros that ask for a status, a priority, a team, an agent or a type, and set what was answered."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.automation.macros import preview_macro, run_macro
from wagtail_helpdesk.automation.models import FEATURES, Macro
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Priority, TicketType
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.seen import seen_of
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket

FETCHED = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


@pytest.fixture
def kind_of_case(db):
    return TicketType.objects.create(name="Fault")


@pytest.fixture
def triage(make_macro, ask):
    """A macro that asks for everything; only the status has to be answered."""
    macro = make_macro(
        ("status", {"answer_to": "state"}),
        ("priority", {"answer_to": "level"}),
        ("ticket_type", {"answer_to": "sort"}),
        ("assign", {"assign": "answer", "answer_to": "who"}),
        ("team", {"answer_to": "where"}),
        ("note", {"body": "<p>Now {{ ask.state }}, for {{ ask.who|nobody yet }}.</p>"}),
        name="Triage",
    )
    ask(macro, "state", "status")
    for name, kind in (("level", "priority"), ("sort", "type"), ("who", "assignee"), ("where", "team")):
        ask(macro, name, kind, required=False)
    return macro


def run(macro, user, ticket, **answers):
    given = {name: str(getattr(value, "pk", value)) for name, value in answers.items()}
    (result,) = run_macro(macro, [ticket], Actor.of_user(user), answers=given)
    return result


def test_sets_what_was_answered_and_takes_it_back(desk, ticket, triage, kind_of_case):
    high, pending = Priority.objects.order_by("-level")[0], default_status(Category.PENDING)
    answers = {"state": pending, "level": high, "sort": kind_of_case, "who": desk.colleague, "where": desk.other_team}
    result = run(triage, desk.manager, ticket, **answers)
    assert result.why == ""
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.status, ticket.priority, ticket.ticket_type) == (pending, high, kind_of_case)
    assert (ticket.assignee, ticket.team) == (desk.colleague, desk.other_team)
    assert f"Now Pending, for {Actor.of_user(desk.colleague).name}." in ticket.messages.latest("pk").text
    assert {step["field"] for step in result.undo if step["kind"] == "field"} == {
        "status",
        "priority",
        "ticket_type",
        "assignee",
        "team",
    }


def test_me_and_nobody(desk, ticket, triage):
    state = default_status(Category.OPEN)
    assert run(triage, desk.agent, ticket, state=state, who="me").why == ""
    assert Ticket.objects.get(pk=ticket.pk).assignee == desk.agent
    assert run(triage, desk.agent, ticket, state=state, who="none").why == ""
    assert Ticket.objects.get(pk=ticket.pk).assignee is None


def test_what_is_not_answered_is_left_as_it_is(desk, ticket, triage):
    before = Ticket.objects.filter(pk=ticket.pk).values("priority", "ticket_type", "team", "assignee").get()
    assert run(triage, desk.agent, ticket).why == "Answer first: State."
    assert run(triage, desk.agent, ticket, state=default_status(Category.OPEN)).why == ""
    assert Ticket.objects.filter(pk=ticket.pk).values("priority", "ticket_type", "team", "assignee").get() == before
    assert "for nobody yet." in ticket.messages.latest("pk").text


@pytest.mark.parametrize("answer", ["99999", "x", "9" * 30, "-1"])
def test_what_is_gone_is_refused_as_a_whole(desk, ticket, triage, answer):
    result = run(triage, desk.agent, ticket, state=default_status(Category.PENDING), level=answer)
    assert result.why == "What was chosen does not exist any more."
    assert Ticket.objects.get(pk=ticket.pk).category == Category.NEW


def test_where_a_status_may_not_go_and_who_may_not_assign(desk, ticket, triage):
    new, closed = default_status(Category.NEW), default_status(Category.CLOSED)
    new.next_statuses.add(default_status(Category.OPEN))
    why = run(triage, desk.agent, ticket, state=closed).why
    assert "a ticket goes on to" in why
    lines = preview_macro(triage, ticket, desk.agent, answers={"state": str(closed.pk)})
    assert "a ticket goes on to" in lines[0].problem
    stranger = factories.make_user("nobody@example.com")
    assert run(triage, desk.agent, ticket, state=default_status(Category.OPEN), who=stranger).why == (
        "This user cannot see tickets."
    )


def test_a_question_that_is_gone_or_asks_for_something_else_by_now(desk, ticket, triage):
    gone = "What this macro sets does not exist any more: its actions have to be looked at."
    state = default_status(Category.OPEN)
    triage.questions.filter(name="level").update(kind="type")
    sort = TicketType.objects.create(name="Wish")
    assert run(triage, desk.agent, ticket, state=state, level=sort).why == gone
    triage.questions.filter(name="level").delete()
    assert run(triage, desk.agent, ticket, state=state).why == gone


def test_preview_says_what_will_change(desk, ticket, triage):
    before = preview_macro(triage, ticket, desk.agent)
    assert [line.problem for line in before] == [""] * 6
    assert before[0].new == "(what is answered)"
    lines = preview_macro(triage, ticket, desk.agent, answers={"state": str(default_status(Category.PENDING).pk)})
    assert (lines[0].old, lines[0].new) == (str(ticket.status), "Pending")


class TestOnATicket:
    def url(self, ticket, macro):
        return reverse("helpdesk_tickets:macro", args=[ticket.pk, macro.pk])

    def test_offers_what_may_be_set_here(self, desk, ticket, login, triage):
        default_status(Category.NEW).next_statuses.add(default_status(Category.OPEN))
        form = login(desk.agent).get(self.url(ticket, triage)).context["questions"]
        labels = {name: [str(label) for _key, label in field.choices] for name, field in form.fields.items()}
        assert labels["state"] == ["—", "New", "Open"]
        assert labels["who"][:3] == ["—", "Me", "Nobody"]
        assert "My teams" not in labels["where"]

    def test_runs_with_and_without_javascript(self, desk, ticket, login, triage):
        client, pending = login(desk.agent), default_status(Category.PENDING)
        refused = client.post(self.url(ticket, triage), {"ask-state": default_status(Category.SPAM).pk})
        assert refused.status_code == 422
        assert client.post(self.url(ticket, triage), {"ask-state": pending.pk}).status_code == 302
        assert Ticket.objects.get(pk=ticket.pk).status == pending
        opened = default_status(Category.OPEN)
        assert client.post(self.url(ticket, triage), {"ask-state": opened.pk}, **FETCHED).status_code == 200
        assert Ticket.objects.get(pk=ticket.pk).status == opened


class TestOnMany:
    def post(self, client, macro, tickets, **answers):
        data = {"action": "macro", "ticket": [seen_of(one) for one in tickets], "macro-macro": macro.pk}
        data |= {f"macro-ask-{macro.pk}-{name}": value for name, value in answers.items()}
        return client.post(reverse("helpdesk_inbox:bulk"), data, **FETCHED)

    def test_asks_once_and_says_of_each_what_became_of_it(self, desk, ticket, login, triage):
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        Ticket.objects.filter(pk=other.pk).update(status=default_status(Category.OPEN), category=Category.OPEN)
        default_status(Category.OPEN).next_statuses.add(default_status(Category.RESOLVED))
        pending = default_status(Category.PENDING)
        answer = self.post(login(desk.agent), triage, [ticket, Ticket.objects.get(pk=other.pk)], state=pending.pk)
        assert Ticket.objects.get(pk=ticket.pk).status == pending
        assert Ticket.objects.get(pk=other.pk).category == Category.OPEN
        (detail,) = answer.json()["toast"]["details"]
        assert detail.startswith(f"{other.reference}: From “Open”")

    def test_questions_of_many_macros_cost_no_further_query(self, desk, ticket, login, triage, make_macro, ask):
        client, address = login(desk.agent), reverse("helpdesk_inbox:view", args=["all"])

        def count():
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            return len(captured)

        few = count()
        for n in range(4):
            macro = make_macro(("status", {"answer_to": "state"}), name=f"M {n}")
            ask(macro, "state", "status")
            ask(macro, "who", "assignee")
        assert count() == few


class TestWriting:
    def post(self, client, questions, steps):
        step = {"status": "", "priority": "", "team": "", "assign": "me", "assignee": "", "value": "", "answer_to": ""}
        step |= {"body": rich_text("", features=FEATURES)}
        question = {"label": "State", "name": "state", "kind": "status", "options": "", "required": "on"}
        data = {"name": "Triage", "description": "", "is_active": "on", "scope": Scope.EVERYONE}
        data |= nested_form_data(
            {
                "steps": inline_formset([{**step, **row} for row in steps]),
                "questions": inline_formset([{**question, **row} for row in questions]),
            }
        )
        return client.post(reverse("wagtailsnippets_wagtail_helpdesk_macro:add"), data)

    @pytest.mark.parametrize(
        "step",
        [
            {"kind": "status", "answer_to": "state"},
            # What another kind of action left behind is none of this one's.
            {"kind": "assign", "assign": "me", "answer_to": "nonsense"},
            {"kind": "add_tags", "value": "x", "answer_to": "nonsense"},
        ],
    )
    def test_saved(self, desk, login, step):
        assert self.post(login(desk.manager), [{}], [step]).status_code == 302
        kept = Macro.objects.get().steps.get().answer_to
        assert kept == ("state" if step["kind"] == "status" else "")

    @pytest.mark.parametrize(
        ("questions", "step", "words"),
        [
            ([], {"kind": "status", "answer_to": "state"}, "names “state”, which is not asked for"),
            ([{"DELETE": "1"}], {"kind": "status", "answer_to": "state"}, "names “state”, which is not asked for"),
            ([{"kind": "text"}], {"kind": "status", "answer_to": "state"}, "needs a question for: A status."),
            ([{}], {"kind": "priority", "answer_to": "state"}, "needs a question for: A priority."),
            ([{}], {"kind": "assign", "assign": "answer", "answer_to": ""}, "This action needs it."),
            ([{}], {"kind": "assign", "assign": "answer", "answer_to": "state"}, "An agent, or nobody."),
            ([{}], {"kind": "status"}, "This action needs it."),
        ],
    )
    def test_refused(self, desk, login, questions, step, words):
        response = self.post(login(desk.manager), questions, [step])
        assert response.status_code == 200
        assert words in response.content.decode()
        assert not Macro.objects.exists()

    def test_a_value_and_a_question_are_one_too_many(self, desk, login):
        step = {"kind": "status", "status": default_status(Category.OPEN).pk, "answer_to": "state"}
        assert "not both" in self.post(login(desk.manager), [{}], [step]).content.decode()
