"""A ticket sleeps, and comes back: by its time, by a message, by hand, by being closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.add_message import AddMessage
from wagtail_helpdesk.conversations.words import Words
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.snooze_ticket import SnoozeTicket, WakeTicket, wake_due
from wagtail_helpdesk.tickets.models import Ticket

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)


def write(ticket, text="Any news?", **fields):
    """Add what the requester wrote, as a channel does."""
    return AddMessage(
        ticket=ticket,
        words=Words(text=text),
        channel="email",
        at=timezone.now(),
        address=ticket.requester.address,
        actor=Actor.of_contact(ticket.requester),
        **fields,
    )()


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def snooze(ticket, user, until=LATER, **fields):
    return SnoozeTicket(ticket=ticket, until=until, actor=Actor.of_user(user), **fields)()


def test_wakes_when_its_time_has_come(clock, desk, ticket):
    AssignTicket(ticket=ticket, assignee=desk.colleague, actor=Actor.of_user(desk.agent))()
    snooze(ticket, desk.agent, reason="  call   them ", words="2 hours")
    assert set(Ticket.objects.asleep()) == {ticket} and not Ticket.objects.awake().exists()
    assert wake_due() == 0
    clock.move_to(LATER)
    assert wake_due() == 1 and wake_due() == 0
    ticket.refresh_from_db()
    assert (ticket.asleep, ticket.snoozed_until, ticket.woke_at) == (False, None, LATER)
    assert (ticket.snooze_reason, ticket.snooze_words) == ("call them", "2 hours")
    assert ticket.events.filter(kind="woke", data__what="time").count() == 1
    assert Notice.objects.get(kind="awake").user == desk.colleague
    factories.add_note(ticket, desk.agent)
    ticket.refresh_from_db()
    assert ticket.woke_at is None, "somebody acted"


def test_a_message_wakes_it(clock, desk, ticket):
    snooze(ticket, desk.agent)
    factories.add_note(ticket, desk.colleague)
    ticket.refresh_from_db()
    assert ticket.asleep, "a colleague's note is no reason"
    factories.add_customer_message(ticket)
    ticket.refresh_from_db()
    assert (ticket.asleep, ticket.woke_at) == (False, NOW)
    assert ticket.events.filter(kind="woke", data__what="message").count() == 1


def test_stays_asleep_where_it_was_told_to(clock, desk, ticket):
    snooze(ticket, desk.agent, through_replies=True)
    factories.add_customer_message(ticket)
    ticket.refresh_from_db()
    assert ticket.asleep and ticket.message_count == 2


def test_a_machines_answer_does_not_wake_it(clock, desk, ticket):
    snooze(ticket, desk.agent, until=None)
    write(ticket, counts_as_waiting=False)
    ticket.refresh_from_db()
    assert ticket.asleep


def test_until_somebody_answers_it_sleeps_for_ever(clock, desk, ticket):
    snooze(ticket, desk.agent, until=None)
    clock.shift(timedelta(days=900))
    assert wake_due() == 0
    factories.add_customer_message(ticket)
    ticket.refresh_from_db()
    assert not ticket.asleep


@pytest.mark.parametrize("category", [Category.RESOLVED, Category.SPAM])
def test_what_is_over_is_awake(clock, desk, ticket, category):
    snooze(ticket, desk.agent)
    ChangeStatus(ticket=ticket, status=default_status(category), actor=Actor.of_user(desk.agent))()
    ticket.refresh_from_db()
    assert (ticket.asleep, ticket.snoozed_until) == (False, None)


def test_refusals(clock, desk, ticket):
    with pytest.raises(ActionRefused, match="is over"):
        snooze(ticket, desk.agent, until=NOW)
    with pytest.raises(ActionRefused, match="Choose a time"):
        snooze(ticket, desk.agent, until=None, through_replies=True)
    ChangeStatus(ticket=ticket, status=default_status(Category.CLOSED), actor=Actor.of_user(desk.agent))()
    with pytest.raises(ActionRefused, match="Only an open ticket"):
        snooze(ticket, desk.agent)


def test_woken_by_hand_it_is_not_marked(clock, desk, ticket):
    snooze(ticket, desk.agent)
    assert WakeTicket(ticket=ticket, actor=Actor.of_user(desk.agent))().woke_at is None
    assert WakeTicket(ticket=ticket, actor=Actor.of_user(desk.agent))() is None, "it is awake"
