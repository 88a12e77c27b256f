"""Two processes at once, on real connections: either one thing happens or the other, never both and never half."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.actions.cancel_message import CancelMessage
from wagtail_helpdesk.conversations.actions.publish_message import PublishMessage
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.intake.incoming import Outcome
from wagtail_helpdesk.intake.receive import receive
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.models import Ticket

pytestmark = pytest.mark.django_db(transaction=True)

#: How often undo and publish meet.
RACES = 1000 if os.environ.get("CI") else 200


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together; return what each returned, or the error it raised."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(position: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=30)
            results[position] = call()
        except Exception as error:  # noqa: BLE001 - what it raised is the result
            results[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=300)
    return results


def make_due_replies(ticket: Ticket, count: int) -> list[Message]:
    """Return scheduled replies whose time has come."""
    pattern = Message.objects.filter(pk=factories.add_reply(ticket, ticket.assignee, delay=60).pk).values().get()
    del pattern["id"]
    pattern["publish_at"] = timezone.now() - timedelta(seconds=1)
    rows = Message.objects.bulk_create(Message(**pattern) for _number in range(count))
    return list(Message.objects.filter(pk__gte=rows[0].pk or 0, publish_at__lt=timezone.now()).order_by("pk")[:count])


@pytest.mark.fault
def test_undo_against_publish_is_either_or(desk):
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")
    Ticket.objects.filter(pk=ticket.pk).update(assignee=desk.agent)
    ticket.refresh_from_db()
    due = make_due_replies(ticket, RACES)
    assert len(due) == RACES

    meeting = threading.Barrier(2)

    def each(act: Callable[[Message], bool]) -> list[bool]:
        results = []
        try:
            for message in due:
                meeting.wait(timeout=60)
                results.append(act(message))
        except BaseException:
            meeting.abort()
            raise
        return results

    undone, published = at_once(
        lambda: each(lambda message: _undone(message, desk.agent)),
        lambda: each(lambda message: PublishMessage(message_id=message.pk)() is not None),
    )
    assert [one != other for one, other in zip(undone, published, strict=True)] == [True] * RACES
    assert any(undone) and any(published), "the two never met"
    mailed = set(OutboundMail.objects.filter(kind="reply").values_list("message_id", flat=True))
    assert mailed == {message.pk for message, left in zip(due, published, strict=True) if left}
    ticket.refresh_from_db()
    assert ticket.message_count == 1 + sum(published)


def _undone(message: Message, user: Any) -> bool:
    try:
        CancelMessage(message=message, actor=Actor.of_user(user))()
    except ActionRefused:
        return False
    return True


def test_double_submit_is_one_reply(desk):
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")
    for number in range(10):
        send = Reply(ticket=ticket, html="<p>Hi</p>", once=f"click {number}", delay=0, actor=Actor.of_user(desk.agent))
        again = Reply(ticket=ticket, html="<p>Hi</p>", once=f"click {number}", delay=0, actor=Actor.of_user(desk.agent))
        first, second = at_once(send, again)
        assert isinstance(first, Message) and first == second
    assert Message.objects.filter(ticket=ticket, direction="outbound").count() == 10
    assert OutboundMail.objects.filter(kind="reply").count() == 10


def test_one_mail_taken_in_twice_at_once_is_one_ticket(desk):
    for number in range(10):
        incoming = factories.make_incoming(
            mailbox=desk.mailbox, key=f"same {number}", address=f"new{number}@example.org"
        )
        receipts = at_once(*[lambda incoming=incoming: receive(incoming)] * 3)
        assert sorted(receipt.outcome for receipt in receipts) == [Outcome.DUPLICATE, Outcome.DUPLICATE, Outcome.OPENED]
        assert len({receipt.ticket_id for receipt in receipts}) == 1
    assert Ticket.objects.count() == Contact.objects.count() == 10


def test_first_mails_of_one_person_make_one_contact(desk):
    mails = [factories.make_incoming(mailbox=desk.mailbox, address="ana@example.org") for _number in range(4)]
    receipts = at_once(*[lambda mail=mail: receive(mail) for mail in mails])
    assert {receipt.outcome for receipt in receipts} == {Outcome.OPENED}
    assert Contact.objects.filter(emails__address="ana@example.org").count() == 1


def test_answers_at_once_all_count(desk):
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")
    messages = at_once(*[lambda: factories.add_customer_message(ticket)] * 5)
    assert all(isinstance(message, Message) for message in messages)
    assert Ticket.objects.get(pk=ticket.pk).message_count == 6


def test_merges_both_ways_at_once_leave_one_survivor(desk):
    actor = Actor.of_user(desk.agent)
    for _number in range(5):
        one, two = (factories.make_ticket(team=desk.team, mailbox=desk.mailbox) for _side in range(2))
        results = at_once(
            MergeTickets(source=one, target=two, actor=actor), MergeTickets(source=two, target=one, actor=actor)
        )
        refused = [result for result in results if isinstance(result, ActionRefused | OperationalError)]
        assert len(refused) == 1
        assert Ticket.objects.filter(pk__in=[one.pk, two.pk], merged_into__isnull=True).count() == 1
