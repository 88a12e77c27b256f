"""Whoever waits for an answer waits on when tickets are merged, and when that is undone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.timeline import describe
from wagtail_helpdesk.mail.work import publish_due
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.close_on import CloseOn
from wagtail_helpdesk.tickets.actions.close_silent import close_silent
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets, UnmergeTickets
from wagtail_helpdesk.tickets.models import Ticket

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


class Case:
    """Tickets, and what becomes of them an hour after another."""

    def __init__(self, desk, clock):
        self.desk, self.clock, self.actor = desk, clock, Actor.of_user(desk.manager)

    def later(self):
        self.clock.shift(HOUR)

    def asked(self, **fields):
        self.later()
        return factories.make_ticket(team=self.desk.team, mailbox=self.desk.mailbox, **fields)

    def answered(self, category=Category.PENDING):
        ticket = self.asked()
        self.reply(ticket)
        return self.set(ticket, category)

    def reply(self, ticket):
        self.later()
        factories.add_reply(ticket, self.desk.agent)

    def ask(self, ticket, **fields):
        self.later()
        factories.add_customer_message(ticket, **fields)

    def set(self, ticket, category):
        self.later()
        ChangeStatus(ticket=ticket, status=default_status(category), actor=self.actor)()
        return ticket

    def merge(self, source, target):
        self.later()
        return MergeTickets(source=source, target=target, actor=self.actor)()

    def undo(self, merge):
        self.later()
        UnmergeTickets(merge=merge, actor=self.actor)()


@pytest.fixture
def case(desk, clock):
    return Case(desk, clock)


def since(ticket):
    return Ticket.objects.values_list("customer_waiting_since", flat=True).get(pk=ticket.pk)


def waiting():
    return set(Ticket.objects.current().filter(customer_waiting_since__isnull=False))


class TestMerge:
    def test_the_question_that_nobody_answered_waits_on(self, case):
        target, source = case.answered(), case.asked()
        asked = since(source)
        case.merge(source, target)
        assert since(target) == asked
        assert waiting() == {target}
        target.refresh_from_db()
        assert target.category == "pending", "a merge changes no status"

    @pytest.mark.parametrize("first", ["source", "target"])
    def test_the_longer_wait_counts(self, case, first):
        one, two = case.asked(), case.asked()
        source, target = (one, two) if first == "source" else (two, one)
        asked = since(one)
        case.merge(source, target)
        assert since(target) == asked

    def test_an_answer_to_another_question_is_none(self, case):
        """It left before the merge, and may have gone to another person."""
        source = case.asked()
        asked, target = since(source), case.answered()
        case.merge(source, target)
        assert since(target) == asked

    def test_nobody_begins_to_wait(self, case):
        target = case.answered()
        case.merge(case.answered(), target)
        case.merge(case.set(case.asked(), Category.RESOLVED), target)
        case.merge(case.set(case.asked(), Category.SPAM), target)
        case.merge(case.asked(counts_as_waiting=False), target)
        assert since(target) is None

    def test_what_is_over_stays_so(self, case):
        target = case.answered(Category.RESOLVED)
        case.merge(case.asked(), target)
        target.refresh_from_db()
        assert (target.category, target.customer_waiting_since) == ("resolved", None)

    def test_one_answer_is_enough_for_both(self, case):
        target = case.asked()
        case.merge(case.asked(), target)
        case.reply(target)
        assert since(target) is None


class TestSilence:
    def test_it_does_not_close_over_who_waits(self, case, desk, clock):
        desk.mailbox.close_after_days, desk.mailbox.warn_before_days = 3, 0
        desk.mailbox.save()
        target = case.answered()
        case.merge(case.asked(), target)
        clock.shift(timedelta(days=30))
        assert close_silent() == 0
        case.reply(target)
        clock.shift(timedelta(days=4))
        assert close_silent() == 1, "it waits for the customer again"

    def test_nor_on_the_day_that_an_agent_chose(self, case, clock):
        target = case.answered()
        CloseOn(ticket=target, at=NOW + timedelta(days=9), actor=case.actor)()
        case.merge(case.asked(), target)
        clock.shift(timedelta(days=30))
        assert close_silent() == 0
        line = target.events.filter(kind="closing").last()
        assert describe(line, {}) == "The customer wrote: the ticket does not close by itself"

    def test_undone_it_closes_again(self, case, desk, clock):
        desk.mailbox.close_after_days, desk.mailbox.warn_before_days = 3, 0
        desk.mailbox.save()
        target = case.answered()
        first, second = (case.merge(case.asked(), target) for _time in range(2))
        case.undo(first)
        clock.shift(timedelta(days=4))
        assert close_silent() == 0, "somebody waits still"
        case.undo(second)
        clock.shift(timedelta(days=4))
        assert close_silent() == 1


class TestUnmerge:
    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_each_waits_as_before(self, case, order):
        target, sources = case.answered(), [case.asked(), case.asked()]
        before = {ticket: since(ticket) for ticket in (target, *sources)}
        merges = [case.merge(source, target) for source in sources]
        case.undo(merges[order[0]])
        assert since(target) == before[sources[order[1]]], "the other one waits there still"
        case.undo(merges[order[1]])
        assert {ticket: since(ticket) for ticket in before} == before

    def test_the_target_waits_for_its_own(self, case):
        source, target = case.asked(), case.asked()
        before = [since(source), since(target)]
        case.undo(case.merge(source, target))
        assert [since(source), since(target)] == before

    def test_what_was_answered_meanwhile_waits_in_neither(self, case):
        source, target = case.asked(), case.asked()
        merge = case.merge(source, target)
        case.reply(target)
        case.undo(merge)
        assert waiting() == set()

    def test_so_does_what_was_planned_and_left_meanwhile(self, case, desk):
        source, target = case.asked(), case.asked()
        planned = factories.add_reply(source, desk.agent, delay=3600 * 3)
        merge = case.merge(source, target)
        case.clock.shift(3 * HOUR)
        assert publish_due() == 1
        case.undo(merge)
        planned.refresh_from_db()
        assert planned.ticket_id == source.pk
        assert waiting() == set()

    def test_what_was_asked_since_waits_with_the_target(self, case):
        source, target = case.asked(), case.answered()
        merge = case.merge(source, target)
        case.ask(target)
        asked = Ticket.objects.get(pk=target.pk).messages.latest("pk").created_at
        before = since(source)
        case.undo(merge)
        assert (since(source), since(target)) == (before, asked)

    def test_answered_and_asked_again(self, case):
        source, target = case.asked(), case.answered()
        merge = case.merge(source, target)
        case.reply(target)
        case.ask(target)
        asked = since(target)
        case.undo(merge)
        assert (since(source), since(target)) == (None, asked)

    def test_a_reply_that_came_along_answered_nothing_here(self, case):
        """It left from another ticket before that was merged."""
        source, target = case.asked(), case.asked()
        before = [since(source), since(target)]
        merge = case.merge(source, target)
        case.merge(case.answered(), target)
        case.undo(merge)
        assert [since(source), since(target)] == before

    def test_what_an_agent_had_seen_to_does_not_wait_again(self, case):
        target = case.set(case.set(case.asked(), Category.RESOLVED), Category.OPEN)
        assert since(target) is None
        one, two = (case.merge(case.asked(), target) for _time in range(2))
        case.undo(one)
        case.undo(two)
        assert since(target) is None

    def test_resolved_meanwhile(self, case):
        source, target = case.asked(), case.asked()
        before, merge = since(source), case.merge(source, target)
        case.set(target, Category.RESOLVED)
        case.undo(merge)
        assert (since(source), since(target)) == (before, None)
