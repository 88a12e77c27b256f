"""Macros: what they change, wholly or not at all, in whose right, and how it is taken back."""

from __future__ import annotations

import pytest

from wagtail_helpdesk.automation.action_kinds import ACTION_KINDS
from wagtail_helpdesk.automation.choices import Assign, Scope
from wagtail_helpdesk.automation.macros import preview_macro, run_macro
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Priority, Status, TicketType
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.timeline import describe
from wagtail_helpdesk.inbox.undoing import remember, undo
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.checklist import AddItems
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent


def run(macro, user, *tickets, **kwargs):
    return run_macro(macro, tickets, Actor.of_user(user), **kwargs)


@pytest.fixture
def closing(desk, make_macro):
    """A macro that gives the ticket away, answers, tags, resolves and takes it over."""
    return make_macro(
        ("team", {"team": desk.other_team}),
        ("reply", {"body": "<p>Hello {{ customer.first_name|there }}, it is done.</p>"}),
        ("add_tags", {"value": "done, “by hand”"}),
        ("status", {"status": default_status(Category.RESOLVED)}),
        ("priority", {"priority": Priority.objects.order_by("level").last()}),
        ("assign", {"assign": Assign.ME}),
        name="Close it",
    )


def test_everything_is_done_and_taken_back(desk, ticket, closing):
    before = Ticket.objects.filter(pk=ticket.pk).values("status", "priority", "team", "assignee").get()
    (result,) = run(closing, desk.agent, ticket)
    assert result.why == ""
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.category, ticket.team, ticket.assignee) == (Category.RESOLVED, desk.other_team, desk.agent)
    assert "done" in ticket.tags.names()
    reply = Message.objects.get(pk=result.message)
    assert reply.text.strip() == "Hello Ana, it is done."
    closing.refresh_from_db()
    assert closing.use_count == 1

    assert undo(remember(desk.agent, result.undo)) == {ticket.pk: ""}
    assert Ticket.objects.filter(pk=ticket.pk).values("status", "priority", "team", "assignee").get() == before
    assert list(ticket.tags.names()) == []
    reply.refresh_from_db()
    assert reply.state == "cancelled"


def test_timeline_names_the_macro(desk, ticket, closing):
    run(closing, desk.agent, ticket)
    event = TicketEvent.objects.get(ticket=ticket, kind="team")
    assert describe(event, {}) == "Bruno moved the ticket from Billing to Repairs (macro “Close it”)"


def test_preview_writes_nothing(desk, ticket, closing, django_assert_max_num_queries):
    count = TicketEvent.objects.count()
    with django_assert_max_num_queries(19):
        lines = preview_macro(closing, ticket, desk.agent)
    assert [line.label for line in lines][-1] == "Move to a team"
    assert [(line.old, line.new) for line in lines if line.label == "Set the status"] == [("New", "Resolved")]
    assert any("Hello Ana, it is done." in line.html for line in lines)
    assert not any(line.problem for line in lines)
    assert TicketEvent.objects.count() == count
    assert {line.problem for line in preview_macro(closing, ticket, desk.light)} == {"You may not do this."}


def problems(macro, ticket, user):
    return [line.problem for line in preview_macro(macro, ticket, user)]


def test_preview_says_what_would_hold_it_back(desk, ticket, make_macro):
    """As running it does: nothing that a preview calls good is refused a moment later."""
    resolve = ("status", {"status": default_status(Category.RESOLVED)})
    AddItems(ticket=ticket, texts=["Call Ana"], actor=Actor.of_user(desk.agent))()
    ticket.refresh_from_db()
    macro = make_macro(resolve, name="Resolve it")
    assert problems(macro, ticket, desk.agent) == ["1 thing of the checklist is not done."]
    assert run(macro, desk.agent, ticket)[0].why

    asleep = make_macro(("status", {"status": default_status(Category.CLOSED)}), ("snooze", {"value": "tomorrow"}))
    ticket.item_count = 0
    ticket.save(update_fields=["item_count"])
    assert problems(asleep, ticket, desk.agent) == ["", "Only an open ticket can be snoozed."]

    gap = make_macro(("reply", {"body": "<p>You get [[amount]] back.</p>"}), name="A gap")
    assert problems(gap, ticket, desk.agent) == ["Fill in [[amount]] before you send."]
    assert run(gap, desk.agent, ticket)[0].why == problems(gap, ticket, desk.agent)[0]

    good = make_macro(("reply", {"body": "<p>Good.</p>"}), name="Good")
    assert problems(good, ticket, desk.agent) == [""]
    ticket.participants.update(muted=True)
    assert problems(good, ticket, desk.agent) == ["There is no address to send this reply to."]
    assert run(good, desk.agent, ticket)[0].why == problems(good, ticket, desk.agent)[0]
    trashed = TrashTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
    assert problems(good, trashed, desk.agent) == [run(good, desk.agent, trashed)[0].why]


def test_each_ticket_wholly_or_not_at_all(desk, ticket, make_macro):
    nameless = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, name="")
    foreign = factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox)
    macro = make_macro(
        ("status", {"status": default_status(Category.PENDING)}), ("note", {"body": "<p>{{ customer.name }}</p>"})
    )
    results = run(macro, desk.agent, ticket, nameless, foreign)
    assert [result.why for result in results] == [
        "",
        "Nobody knows [[customer.name]] of this ticket.",
        "You may not do this.",
    ]
    categories = [Ticket.objects.get(pk=one.pk).category for one in (ticket, nameless, foreign)]
    assert categories == [Category.PENDING, Category.NEW, Category.NEW]
    macro.refresh_from_db()
    assert macro.use_count == 1


def test_a_reply_stops_at_what_nobody_saw(desk, ticket, make_macro):
    macro = make_macro(("reply", {"body": "<p>Done</p>"}))
    seen = ticket.messages.get().pk
    factories.add_customer_message(ticket)
    (result,) = run(macro, desk.agent, ticket, last_seen=seen)
    assert result.why and ticket.messages.count() == 2


def test_a_text_for_the_composer(desk, ticket, make_macro):
    macro = make_macro(("draft", {"body": "<p>{{ customer.organisation }}</p>"}))
    (refused,) = run(macro, desk.agent, ticket)
    assert "on one ticket" in refused.why
    (result,) = run(macro, desk.agent, ticket, has_composer=True)
    assert (result.why, result.draft) == ("", "<p>[[customer.organisation]]</p>")


def test_what_is_gone_is_said(desk, ticket, make_macro):
    status = Status.objects.create(name="Parts", category=Category.PENDING)
    macro = make_macro(("status", {"status": status}), ("unheard_of", {}))
    status.delete()
    (result,) = run(macro, desk.agent, ticket)
    assert "does not exist any more" in result.why


@pytest.mark.parametrize("persona", ["colleague", "manager"])
def test_only_those_of_the_scope_run_it(persona, desk, ticket, make_macro):
    macro = make_macro(("note", {"body": "<p>x</p>"}), scope=Scope.ME, owner=desk.agent)
    assert run(macro, getattr(desk, persona), ticket)[0].why == "This macro is not for this ticket."
    assert run(macro, desk.agent, ticket)[0].why == ""


def test_every_kind_says_what_it_lacks():
    for kind in ACTION_KINDS.values():
        assert set(kind.needed) <= set(kind.fields)
        assert set(kind.errors({})) == set(kind.needed)


class TestFurtherFields:
    @pytest.fixture
    def product(self, desk):
        return TicketField.objects.create(name="Product", key="product", kind="tree", options_text="Lamps\n  Bulbs")

    @pytest.fixture
    def fault(self, desk):
        return TicketType.objects.create(name="Fault")

    @pytest.fixture
    def sorting(self, make_macro, product, fault):
        return make_macro(
            ("ticket_type", {"ticket_type": fault}),
            ("due", {"days": 3}),
            ("field", {"ticket_field": product, "value": "lamps > bulbs"}),
            ("note", {"body": "<p>About {{ field.product }}</p>"}),
        )

    def test_set_and_taken_back(self, desk, ticket, sorting, fault, time_machine):
        time_machine.move_to("2026-03-10 12:00:00+00:00", tick=False)
        lines = preview_macro(sorting, ticket, desk.agent)
        assert [(line.label, line.new, line.problem) for line in lines[:3]] == [
            ("Set the type", "Fault", ""),
            ("Due", "March 13, 2026", ""),
            ("Product", "Lamps > Bulbs", ""),
        ]
        (result,) = run(sorting, desk.agent, ticket)
        assert result.why == ""
        ticket.refresh_from_db()
        assert (ticket.ticket_type, str(ticket.due_on)) == (fault, "2026-03-13")
        assert ticket.custom_fields == {"product": "Lamps > Bulbs"}
        assert Message.objects.get(pk=result.message).text.strip() == "About Lamps > Bulbs"
        assert undo(remember(desk.agent, result.undo)) == {ticket.pk: ""}
        ticket.refresh_from_db()
        assert (ticket.ticket_type, ticket.due_on, ticket.custom_fields) == (None, None, {})

    @pytest.mark.parametrize("case", ["option gone", "other mailbox", "field gone"])
    def test_what_cannot_be_set_is_told(self, desk, ticket, sorting, product, case):
        if case == "option gone":
            TicketField.objects.filter(pk=product.pk).update(options_text="Chairs")
        elif case == "other mailbox":
            product.mailboxes.add(factories.make_mailbox("else@desk.example"))
        else:
            product.delete()
        assert [bool(line.problem) for line in preview_macro(sorting, ticket, desk.agent)][2]
        (result,) = run(sorting, desk.agent, ticket)
        assert result.why
        ticket.refresh_from_db()
        assert (ticket.ticket_type, ticket.custom_fields) == (None, {})
