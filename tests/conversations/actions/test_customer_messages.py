"""What a customer's message does to its ticket."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from wagtail_helpdesk import events
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor, Verdict
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent


def put(ticket: Ticket, category: str, user) -> None:
    ChangeStatus(ticket=ticket, status=default_status(category), actor=Actor.of_user(user))()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Category.NEW, Category.NEW),
        (Category.OPEN, Category.OPEN),
        (Category.PENDING, Category.OPEN),
        (Category.RESOLVED, Category.OPEN),
        (Category.CLOSED, Category.OPEN),
        (Category.SPAM, Category.SPAM),
        (Category.TRASH, Category.TRASH),
    ],
)
def test_status_after_an_answer(before, after, desk, ticket):
    put(ticket, before, desk.manager)
    factories.add_customer_message(ticket)
    ticket.refresh_from_db()
    assert (ticket.category, ticket.status.category) == (after, after)
    reopened = TicketEvent.objects.filter(ticket=ticket, kind="reopened").exists()
    assert reopened == (before in (Category.RESOLVED, Category.CLOSED))
    if reopened:
        assert (ticket.resolved_at, ticket.closed_at) == (None, None)
        assert ticket.customer_waiting_since is not None


def test_clock_counts_from_the_oldest_unanswered_message(desk, ticket):
    first = ticket.customer_waiting_since
    factories.add_customer_message(ticket, at=first + timedelta(hours=1))
    ticket.refresh_from_db()
    assert (ticket.customer_waiting_since, ticket.last_activity_at) == (first, first + timedelta(hours=1))
    factories.add_reply(ticket, desk.agent)
    again = timezone.now() + timedelta(hours=2)
    factories.add_customer_message(ticket, at=again)
    ticket.refresh_from_db()
    assert ticket.customer_waiting_since == again


def test_a_late_old_mail_does_not_turn_the_activity_back(ticket):
    newest = ticket.last_activity_at
    factories.add_customer_message(ticket, at=newest - timedelta(days=3))
    ticket.refresh_from_db()
    assert ticket.last_activity_at == newest


def test_preview_and_counts_follow(ticket):
    factories.add_customer_message(ticket, "  Any\n news?  " + "x" * 400)
    ticket.refresh_from_db()
    assert ticket.preview.startswith("Any news? xxx") and len(ticket.preview) == 200
    assert ticket.message_count == 2


def test_machine_does_not_reopen_and_does_not_wait(desk, ticket):
    put(ticket, Category.RESOLVED, desk.agent)
    from wagtail_helpdesk.conversations.actions.add_message import AddMessage
    from wagtail_helpdesk.conversations.words import Words

    AddMessage(
        ticket=ticket,
        words=Words(text="I am away"),
        channel="email",
        at=timezone.now(),
        may_reopen=Verdict(False, "auto_replied"),
        counts_as_waiting=False,
        actor=Actor.of_contact(ticket.requester),
    )()
    ticket.refresh_from_db()
    assert (ticket.category, ticket.customer_waiting_since, ticket.message_count) == (Category.RESOLVED, None, 2)


def test_event_says_whether_it_reopened(desk, ticket, monkeypatch):
    heard: list[bool] = []

    def listen(event: events.MessageAdded) -> None:
        heard.append(event.reopened)

    monkeypatch.setattr(events, "_reactors", (events.Reactor(events.MessageAdded, listen),))
    factories.add_customer_message(ticket)
    put(ticket, Category.CLOSED, desk.agent)
    factories.add_customer_message(ticket)
    assert heard == [False, True]
