"""Macros that ask for something before they are run."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text

from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.automation.macros import preview_macro, run_macro
from wagtail_helpdesk.automation.models import FEATURES, Macro
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.bulk.macros import MacroFields
from wagtail_helpdesk.inbox.seen import seen_of
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.models import Ticket

FETCHED = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}
MACROS = "wagtailsnippets_wagtail_helpdesk_macro"


@pytest.fixture
def refund(make_macro, ask):
    """A macro that asks for an amount, a reason and a day."""
    macro = make_macro(
        ("reply", {"body": "<p>You get {{ ask.amount }} back on {{ ask.day }}{{ ask.why|}}.</p>"}),
        ("add_tags", {"value": "refund, {{ ask.why }}"}),
        ("snooze", {"value": "{{ ask.day }}"}),
        name="Refund",
    )
    ask(macro, "amount")
    ask(macro, "day", "date")
    ask(macro, "why", "choice", options="late\nbroken", required=False)
    return macro


def tomorrow():
    return timezone.localdate() + timedelta(days=1)


def run(macro, user, ticket, **answers):
    (result,) = run_macro(macro, [ticket], Actor.of_user(user), answers=answers)
    return result


def test_answers_stand_in_texts_and_values(desk, ticket, refund):
    day = tomorrow()
    result = run(refund, desk.agent, ticket, amount="<b>12</b> €", day=day.isoformat(), why="late")
    assert result.why == ""
    text = Message.objects.get(pk=result.message).text
    assert text.startswith("You get <b>12</b> € back on ") and str(day.year) in text and day.isoformat() not in text
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert set(ticket.tags.names()) == {"refund", "late"}
    assert timezone.localdate(ticket.snoozed_until) == day


def test_what_need_not_be_answered_leaves_nothing_behind(desk, ticket, refund):
    result = run(refund, desk.agent, ticket, amount="12 €", day=tomorrow().isoformat())
    assert result.why == ""
    assert set(ticket.tags.names()) == {"refund"}
    assert "[[" not in Message.objects.get(pk=result.message).text


def test_nothing_is_done_before_everything_is_answered(desk, ticket, refund):
    assert run(refund, desk.agent, ticket, amount="12 €").why == "Answer first: Day."
    assert run(refund, desk.agent, ticket).why == "Answer first: Amount, Day."
    assert ticket.messages.count() == 1 and not ticket.tags.exists()


def test_an_answer_is_text_and_no_variable(desk, ticket, refund):
    result = run(refund, desk.agent, ticket, amount="{{ customer.email }}", day=tomorrow().isoformat())
    assert "ana@example.org" not in Message.objects.get(pk=result.message).text


def test_preview_with_and_without_answers(desk, ticket, refund):
    without = preview_macro(refund, ticket, desk.agent)
    assert "[[ask.amount]]" in without[0].html and not without[0].problem
    lines = preview_macro(refund, ticket, desk.agent, answers={"amount": "12 €", "day": tomorrow().isoformat()})
    assert "You get 12 € back" in lines[0].html
    assert not any(line.problem for line in lines)


class TestOnATicket:
    def url(self, ticket, macro):
        return reverse("helpdesk_tickets:macro", args=[ticket.pk, macro.pk])

    def test_asked_in_the_preview(self, desk, ticket, login, refund):
        client = login(desk.agent)
        panel = client.get(self.url(ticket, refund), **FETCHED).content.decode()
        assert 'name="ask-amount"' in panel and 'form="helpdesk-none"' in panel
        panel = client.get(self.url(ticket, refund), {"ask-amount": "12 €", "ask-day": "x"}, **FETCHED).content.decode()
        assert "You get 12 € back" in panel
        page = client.get(self.url(ticket, refund)).content.decode()
        assert 'name="ask-day"' in page and 'form="helpdesk-none"' not in page
        suggest = reverse("helpdesk_tickets:suggest", args=[ticket.pk, "macros"])
        assert client.get(suggest, {"q": "refund"}).json()["items"][0]["asks"] is True

    def test_run(self, desk, ticket, login, refund):
        client = login(desk.agent)
        data = {"ask-amount": "12 €", "ask-day": tomorrow().isoformat(), "ask-why": "broken"}
        assert client.post(self.url(ticket, refund), data, **FETCHED).status_code == 200
        assert "broken" in ticket.tags.names()

    @pytest.mark.parametrize(
        "wrong", [{"ask-day": ""}, {"ask-day": "yesterday"}, {"ask-why": "else"}, {"ask-amount": "x" * 201}]
    )
    def test_refused(self, desk, ticket, login, refund, wrong):
        client = login(desk.agent)
        data = {"ask-amount": "12 €", "ask-day": tomorrow().isoformat(), **wrong}
        response = client.post(self.url(ticket, refund), data)
        assert response.status_code == 422
        assert "helpdesk-macro__refused" in response.content.decode()
        if "ask-why" not in wrong:
            assert client.post(self.url(ticket, refund), data, **FETCHED).status_code == 422
            assert ticket.messages.count() == 1


class TestOnMany:
    def test_asked_once(self, desk, ticket, login, refund):
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        page = login(desk.agent).get(reverse("helpdesk_inbox:view", args=["all"])).content.decode()
        assert f'name="macro-ask-{refund.pk}-amount"' in page
        data = {"action": "macro", "ticket": [seen_of(ticket), seen_of(other)], "macro-macro": refund.pk}
        answers = {f"macro-ask-{refund.pk}-amount": "12 €", f"macro-ask-{refund.pk}-day": tomorrow().isoformat()}
        assert login(desk.agent).post(reverse("helpdesk_inbox:bulk"), data, **FETCHED).status_code == 422
        response = login(desk.agent).post(reverse("helpdesk_inbox:bulk"), data | answers, **FETCHED)
        assert response.status_code == 200, response.content
        for one in (ticket, other):
            assert "12 €" in one.messages.latest("pk").text

    def test_another_macro_needs_none_of_it(self, desk, refund, make_macro):
        other = make_macro(("watch", {}), name="Watch")
        form = MacroFields({"macro-macro": other.pk}, user=desk.agent, name="macro")
        assert form.is_valid()
        assert form.plain() == {"macro": other.pk, "answers": {}}


class TestWriting:
    def post(self, client, *, questions, steps):
        step = {"status": "", "priority": "", "team": "", "assign": "me", "assignee": "", "value": ""}
        step |= {"body": rich_text("", features=FEATURES)}
        question = {"label": "Amount", "name": "amount", "kind": "text", "options": "", "required": "on"}
        data = {"name": "Refund", "description": "", "is_active": "on", "scope": Scope.EVERYONE}
        data |= nested_form_data(
            {
                "steps": inline_formset([{**step, **row} for row in steps]),
                "questions": inline_formset([{**question, **row} for row in questions]),
            }
        )
        return client.post(reverse(f"{MACROS}:add"), data)

    def note(self, text):
        return {"kind": "note", "body": rich_text(f"<p>{text}</p>", features=FEATURES)}

    def test_saved(self, desk, login):
        response = self.post(login(desk.manager), questions=[{}], steps=[self.note("{{ ask.amount }}")])
        assert response.status_code == 302
        assert [one.name for one in Macro.objects.get().questions.all()] == ["amount"]

    @pytest.mark.parametrize(
        ("questions", "text", "words"),
        [
            ([{}, {}], "x", "Two questions are called “amount”"),
            ([{}], "{{ ask.day }}", "names “ask.day”, which is not asked for"),
            ([], "{{ ask.amount }}", "names “ask.amount”"),
            ([{"name": "The Amount"}], "x", "small letters"),
            ([{"kind": "choice"}], "x", "Write what can be chosen"),
            ([{}], "{{ amount }}", "There is no variable “amount”"),
        ],
    )
    def test_refused(self, desk, login, questions, text, words):
        response = self.post(login(desk.manager), questions=questions, steps=[self.note(text)])
        assert response.status_code == 200 and words in response.content.decode()
        assert not Macro.objects.exists()


def test_answers_are_due_dates_and_stand_in_fields(desk, ticket, make_macro, ask):
    field = TicketField.objects.create(name="Amount", key="amount", kind="number")
    macro = make_macro(
        ("due", {"value": "{{ ask.day }}"}), ("field", {"ticket_field": field, "value": "{{ ask.amount }}"})
    )
    ask(macro, "day", "date", required=False)
    ask(macro, "amount", required=False)
    day = tomorrow()
    assert run(macro, desk.agent, ticket, day=day.isoformat(), amount="12.50").why == ""
    ticket.refresh_from_db()
    assert (ticket.due_on, ticket.custom_fields) == (day, {"amount": "12.5"})
    lines = preview_macro(macro, ticket, desk.agent, answers={"day": day.isoformat(), "amount": "much"})
    assert [bool(line.problem) for line in lines] == [False, True]
    assert run(macro, desk.agent, ticket, day=day.isoformat(), amount="much").why == "Write a number."
    # What was not answered empties.
    assert run(macro, desk.agent, ticket).why == ""
    ticket.refresh_from_db()
    assert (ticket.due_on, ticket.custom_fields) == (None, {})
    macro.steps.filter(kind="due").update(value="whenever")
    assert run(macro, desk.agent, ticket).why == "“whenever” is no date."
