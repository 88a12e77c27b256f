"""Tickets that wait for their customers close by themselves: when, in which order, and what keeps them open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connection

from tests.tickets.test_snooze import write
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor, Verdict
from wagtail_helpdesk.inbox.timeline import describe
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions import close_silent as module
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.close_on import CloseOn
from wagtail_helpdesk.tickets.actions.close_silent import (
    AnnounceClosing,
    CloseSilent,
    close_silent,
    due_to_close,
    silent_tickets,
)
from wagtail_helpdesk.tickets.actions.link_tickets import LinkTickets
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets, UnmergeTickets
from wagtail_helpdesk.tickets.actions.snooze_ticket import SnoozeTicket, WakeTicket
from wagtail_helpdesk.tickets.choices import LinkKind
from wagtail_helpdesk.tickets.closing import closes_after_warning, closes_at, is_to_be_closed, is_to_be_warned
from wagtail_helpdesk.tickets.models import Ticket

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def waits(ticket, user):
    """Let the ticket wait for its customer."""
    ChangeStatus(ticket=ticket, status=default_status(Category.PENDING), actor=Actor.of_user(user))()
    ticket.refresh_from_db()
    return ticket


def closes_after(mailbox, days, warn=0):
    mailbox.close_after_days, mailbox.warn_before_days = days, warn
    mailbox.save()


def row(**fields):
    start = {
        "category": Category.PENDING,
        "asleep": False,
        "close_on": None,
        "silent_since": NOW,
        "close_warned_at": None,
    }
    return SimpleNamespace(**start | fields)


def box(days, warn):
    return SimpleNamespace(close_after_days=days, warn_before_days=warn)


@pytest.mark.parametrize(
    ("ticket", "mailbox", "at"),
    [
        (row(), box(None, 3), None),
        (row(), box(0, 3), None),
        (row(), box(14, 3), NOW + 14 * DAY),
        (row(category=Category.OPEN), box(14, 3), None),
        (row(asleep=True), box(14, 3), None),
        (row(silent_since=None), box(14, 3), None),
        # The chosen day counts alone, with and without a mailbox that closes.
        (row(close_on=NOW + 90 * DAY), box(14, 3), NOW + 90 * DAY),
        (row(close_on=NOW + DAY), box(None, 0), NOW + DAY),
        (row(close_on=NOW + DAY, category=Category.OPEN), box(None, 0), None),
        # A warning that went late is good for its days all the same.
        (row(close_warned_at=NOW + 11 * DAY), box(14, 3), NOW + 14 * DAY),
        (row(close_warned_at=NOW + 20 * DAY), box(14, 3), NOW + 23 * DAY),
    ],
)
def test_when_it_closes(ticket, mailbox, at):
    assert closes_at(ticket, mailbox) == at


@pytest.mark.parametrize(
    ("ticket", "mailbox", "after", "warned", "closed"),
    [
        (row(), box(14, 3), 10.9, False, False),
        (row(), box(14, 3), 11, True, False),
        (row(), box(14, 3), 400, True, False),
        (row(), box(14, 0), 13.9, False, False),
        (row(), box(14, 0), 14, False, True),
        (row(close_warned_at=NOW + 11 * DAY), box(14, 3), 13.9, False, False),
        (row(close_warned_at=NOW + 11 * DAY), box(14, 3), 14, False, True),
        (row(close_warned_at=NOW + 400 * DAY), box(14, 3), 402, False, False),
        (row(close_on=NOW + DAY), box(14, 3), 0.9, False, False),
        (row(close_on=NOW + DAY), box(14, 3), 1, False, True),
        (row(close_on=NOW + 30 * DAY), box(14, 3), 20, False, False),
    ],
)
def test_what_is_due(ticket, mailbox, after, warned, closed):
    now = NOW + timedelta(days=after)
    assert is_to_be_warned(ticket, mailbox, now) is warned
    assert is_to_be_closed(ticket, mailbox, now) is closed


def test_a_late_warning_promises_its_days():
    assert closes_after_warning(row(), box(14, 3), NOW + 11 * DAY) == NOW + 14 * DAY
    assert closes_after_warning(row(), box(14, 3), NOW + 100 * DAY) == NOW + 103 * DAY


def test_closes_after_silence_and_says_why(clock, desk, ticket):
    closes_after(desk.mailbox, 14)
    waits(ticket, desk.agent)
    clock.shift(14 * DAY - timedelta(seconds=1))
    assert close_silent() == 0
    clock.shift(timedelta(seconds=1))
    assert close_silent() == 1 and close_silent() == 0
    ticket.refresh_from_db()
    assert (ticket.category, ticket.resolved_at) == (Category.RESOLVED, NOW + 14 * DAY)
    assert (ticket.silent_since, ticket.close_warned_at, ticket.close_on) == (None, None, None)
    line = ticket.events.filter(kind="status").last()
    assert line.actor_kind == "system"
    assert describe(line, {}).endswith("from Pending to Resolved: no answer for 14 days")
    write(ticket)
    ticket.refresh_from_db()
    assert ticket.category == Category.OPEN, "an answer within the days to reopen goes on"


def test_never_by_default(clock, desk, ticket):
    waits(ticket, desk.agent)
    clock.shift(1000 * DAY)
    assert close_silent() == 0


def test_only_what_waits_for_the_customer(clock, desk, ticket):
    closes_after(desk.mailbox, 1)
    clock.shift(1000 * DAY)
    assert close_silent() == 0
    ticket.refresh_from_db()
    assert (ticket.category, ticket.silent_since) == (Category.NEW, None)


@pytest.mark.parametrize("who", ["customer", "reply", "note", "third_party"])
def test_words_begin_the_silence_anew(clock, desk, ticket, who):
    closes_after(desk.mailbox, 14, 3)
    waits(ticket, desk.agent)
    clock.shift(11 * DAY)
    assert AnnounceClosing(ticket=ticket, actor=Actor.system())() == NOW + 14 * DAY
    clock.shift(DAY)
    if who == "customer":
        write(ticket)
        waits(ticket, desk.agent)
    elif who == "third_party":
        write(ticket, visibility="internal")
    else:
        (factories.add_reply if who == "reply" else factories.add_note)(ticket, desk.agent)
    ticket.refresh_from_db()
    assert (ticket.category, ticket.silent_since, ticket.close_warned_at) == (Category.PENDING, NOW + 12 * DAY, None)
    clock.shift(10 * DAY)
    assert close_silent() == 0


def test_a_machine_is_no_answer(clock, desk, ticket):
    closes_after(desk.mailbox, 14)
    waits(ticket, desk.agent)
    clock.shift(3 * DAY)
    write(ticket, "I am on holiday.", may_reopen=Verdict(False, "auto"), counts_as_waiting=False)
    ticket.refresh_from_db()
    assert (ticket.category, ticket.silent_since) == (Category.PENDING, NOW)


def test_one_that_opens_pending_waits_from_then(clock, desk):
    closes_after(desk.mailbox, 14)
    opened = factories.make_ticket(mailbox=desk.mailbox, ticket_fields={"status": default_status(Category.PENDING)})
    assert opened.silent_since == NOW


def test_snoozed_tickets_are_left_alone(clock, desk, ticket):
    closes_after(desk.mailbox, 14)
    waits(ticket, desk.agent)
    SnoozeTicket(ticket=ticket, until=NOW + 100 * DAY, actor=Actor.of_user(desk.agent))()
    clock.shift(60 * DAY)
    assert close_silent() == 0
    WakeTicket(ticket=ticket, actor=Actor.of_user(desk.agent))()
    ticket.refresh_from_db()
    assert ticket.silent_since == NOW + 60 * DAY
    assert close_silent() == 0
    clock.shift(14 * DAY)
    assert close_silent() == 1


def test_not_while_it_waits_for_another_ticket(clock, desk, ticket):
    closes_after(desk.mailbox, 14)
    blocker = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    LinkTickets(ticket=ticket, other=blocker, kind=LinkKind.BLOCKED, actor=Actor.of_user(desk.agent))()
    waits(ticket, desk.agent)
    clock.shift(14 * DAY)
    assert close_silent() == 0
    ticket.refresh_from_db()
    assert (ticket.category, ticket.silent_since) == (Category.PENDING, NOW + 14 * DAY)
    assert ticket.events.filter(kind="closing", data__what="blocked").count() == 1
    assert close_silent() == 0 and ticket.events.filter(kind="closing").count() == 1


def test_a_merged_ticket_does_not_close(clock, desk, ticket):
    closes_after(desk.mailbox, 14)
    target = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    waits(ticket, desk.agent), waits(target, desk.agent)
    clock.shift(DAY)
    merge = MergeTickets(source=ticket, target=target, actor=Actor.of_user(desk.agent))()
    for one, since in ((ticket, None), (target, NOW + DAY)):
        one.refresh_from_db()
        assert one.silent_since == since
    clock.shift(DAY)
    UnmergeTickets(merge=merge, actor=Actor.of_user(desk.agent))()
    ticket.refresh_from_db()
    assert ticket.silent_since == NOW + 2 * DAY


def test_one_that_fails_does_not_keep_the_others(clock, desk, ticket, monkeypatch):
    closes_after(desk.mailbox, 14)
    other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    for one in (ticket, other):
        waits(one, desk.agent)
    execute = CloseSilent.execute

    def fail_for_one(self):
        if self.ticket.pk == ticket.pk:
            raise RuntimeError
        return execute(self)

    monkeypatch.setattr(CloseSilent, "execute", fail_for_one)
    clock.shift(14 * DAY)
    assert close_silent() == 1
    other.refresh_from_db(), ticket.refresh_from_db()
    assert (other.category, ticket.category) == (Category.RESOLVED, Category.PENDING)


def test_a_round_has_an_end(clock, desk, monkeypatch):
    closes_after(desk.mailbox, 14)
    for _number in range(3):
        waits(factories.make_ticket(team=desk.team, mailbox=desk.mailbox), desk.agent)
    clock.shift(14 * DAY)
    monkeypatch.setattr(module, "BATCH", 2)
    assert [close_silent(), close_silent(), close_silent()] == [2, 1, 0]


def test_whoever_comes_second_finds_nothing_to_do(clock, desk, ticket):
    """Another copy of the worker changed the row after it was read."""
    closes_after(desk.mailbox, 14)
    waits(ticket, desk.agent)
    clock.shift(14 * DAY)
    second = CloseSilent(ticket=ticket, actor=Actor.system())
    second.check()
    assert CloseSilent(ticket=ticket, actor=Actor.system())() is not None
    second.ticket.mailbox  # noqa: B018 - as it was read before
    assert second.execute() is None
    assert ticket.events.filter(kind="status", actor_kind="system").count() == 1


class TestChosenDay:
    def set(self, ticket, user, at=NOW + 3 * DAY):
        CloseOn(ticket=ticket, at=at, actor=Actor.of_user(user))()
        ticket.refresh_from_db()
        return ticket

    def test_closes_then(self, clock, desk, ticket):
        closes_after(desk.mailbox, 1)
        self.set(ticket, desk.agent)
        assert (ticket.category, ticket.close_on) == (Category.PENDING, NOW + 3 * DAY), "it waits from now on"
        clock.shift(2 * DAY)
        assert close_silent() == 0, "the mailbox's days do not count beside it"
        clock.shift(DAY)
        assert close_silent() == 1
        ticket.refresh_from_db()
        assert (ticket.category, ticket.close_on) == (Category.RESOLVED, None)
        assert describe(ticket.events.filter(kind="status").last(), {}).endswith("no answer by the chosen day")

    def test_customer_keeps_it_open(self, clock, desk, ticket):
        self.set(ticket, desk.agent)
        write(ticket)
        ticket.refresh_from_db()
        assert (ticket.category, ticket.close_on) == (Category.OPEN, None)
        assert ticket.events.filter(kind="closing", data__what="answered").count() == 1

    def test_our_words_leave_it_as_it_is(self, clock, desk, ticket):
        self.set(ticket, desk.agent)
        factories.add_reply(ticket, desk.agent)
        factories.add_note(ticket, desk.agent)
        ticket.refresh_from_db()
        assert ticket.close_on == NOW + 3 * DAY

    def test_is_taken_away(self, clock, desk, ticket):
        self.set(ticket, desk.agent)
        clock.shift(DAY)
        self.set(ticket, desk.agent, None)
        assert (ticket.category, ticket.close_on, ticket.silent_since) == (Category.PENDING, None, NOW + DAY)
        whats = [line.data["what"] for line in ticket.events.filter(kind="closing")]
        assert whats == ["set", "removed"]

    def test_another_status_takes_it_away(self, clock, desk, ticket):
        self.set(ticket, desk.agent)
        ChangeStatus(ticket=ticket, status=default_status(Category.OPEN), actor=Actor.of_user(desk.agent))()
        ticket.refresh_from_db()
        assert ticket.close_on is None

    @pytest.mark.parametrize("at", [NOW, NOW - DAY, NOW + 400 * DAY])
    def test_not_at_any_time(self, clock, desk, ticket, at):
        with pytest.raises(ActionRefused):
            self.set(ticket, desk.agent, at)

    @pytest.mark.parametrize("category", [Category.RESOLVED, Category.CLOSED, Category.SPAM])
    def test_not_what_is_over(self, clock, desk, ticket, category):
        ChangeStatus(ticket=ticket, status=default_status(category), actor=Actor.of_user(desk.agent))()
        with pytest.raises(ActionRefused):
            self.set(ticket, desk.agent)

    def test_not_what_sleeps(self, clock, desk, ticket):
        SnoozeTicket(ticket=ticket, until=NOW + DAY, actor=Actor.of_user(desk.agent))()
        with pytest.raises(ActionRefused):
            self.set(ticket, desk.agent)

    def test_a_snoozed_one_is_left_alone(self, clock, desk, ticket):
        self.set(ticket, desk.agent)
        SnoozeTicket(ticket=ticket, until=NOW + 9 * DAY, actor=Actor.of_user(desk.agent))()
        clock.shift(5 * DAY)
        assert close_silent() == 0


@pytest.mark.only_on("postgresql")
def test_an_index_leads_to_what_is_due(clock, desk, ticket):
    """Among tickets that are over, or silent since yesterday, the few that are due are found without the rest."""
    closes_after(desk.mailbox, 14, 3)
    waits(ticket, desk.agent)
    columns = {
        field.attname: getattr(ticket, field.attname) for field in Ticket._meta.local_fields if field.name != "id"
    }
    over = columns | {"category": Category.CLOSED, "silent_since": None}
    young = columns | {"silent_since": NOW - DAY}
    due = columns | {"silent_since": NOW - 30 * DAY}
    rows = [*([over] * 4000), *([young] * 500), *([due] * 5)]
    Ticket.objects.bulk_create(Ticket(**row) for row in rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE wagtail_helpdesk_ticket")
    warned = silent_tickets(desk.mailbox).filter(close_warned_at__isnull=True, silent_since__lte=NOW - 11 * DAY)
    plans = [one.explain() for one in (*due_to_close(NOW), warned.order_by("silent_since", "pk"))]
    assert len(plans) == 3
    for plan in plans:
        assert "helpdesk_ticket_silent" in plan or "helpdesk_ticket_close_on" in plan
        assert "Seq Scan" not in plan
