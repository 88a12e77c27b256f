"""What is to leave later: planned, sent now, held back by a customer's message."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.cancel_message import CancelMessage
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.conversations.actions.send_now import SendNow
from wagtail_helpdesk.conversations.models import Draft
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.models import MailboxOptions, OutboundMail
from wagtail_helpdesk.mail.work import publish_due
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.testing import factories

NOW = "2026-11-20T09:00:00Z"


@pytest.fixture(autouse=True)
def frozen():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def plan(desk, ticket):
    def write(html="<p>Tomorrow</p>", *, hours=24, **fields):
        at = timezone.now() + timedelta(hours=hours)
        return Reply(ticket=ticket, html=html, publish_at=at, actor=Actor.of_user(desk.agent), **fields)()

    return write


def state(message):
    message.refresh_from_db()
    return message.state


def test_leaves_at_its_time(plan, frozen):
    message = plan()
    frozen.shift(timedelta(hours=23))
    assert publish_due() == 0
    frozen.shift(timedelta(hours=2))
    assert publish_due() == 1
    assert state(message) == "published"


@pytest.mark.parametrize("hours", [-1, 0, 24 * 400])
def test_a_time_that_makes_no_sense(plan, hours):
    with pytest.raises(ActionRefused, match="Choose a time"):
        plan(hours=hours)


def test_a_customer_who_writes_first_brings_it_back(desk, ticket, plan):
    message = plan(files=[NewFile("a.txt", b"aaa")])
    factories.add_customer_message(ticket, "Never mind, it works.")
    assert state(message) == "cancelled"
    draft = Draft.objects.get()
    assert (draft.user, draft.ticket, draft.preview, draft.mode) == (desk.agent, ticket, "Tomorrow", "reply")
    assert [file.display_name for file in draft.files.all()] == ["a.txt"]
    assert Notice.objects.filter(user=desk.agent, kind="draft", what="answered", ticket=ticket).count() == 1


def test_unless_it_was_meant_regardless(ticket, plan):
    message = plan(regardless=True)
    factories.add_customer_message(ticket, "One more thing")
    assert state(message) == "scheduled"


def test_a_machine_holds_nothing_back(ticket, plan):
    message = plan()
    factories.add_customer_message(ticket, "I am on holiday", flags=("auto_reply",))
    assert state(message) == "scheduled"


def test_nor_does_a_note_or_the_way_back_of_a_reply_that_is_leaving(desk, ticket, plan):
    message = plan()
    factories.add_note(ticket, desk.colleague)
    assert state(message) == "scheduled"
    leaving = factories.add_reply(ticket, desk.agent, delay=10)
    factories.add_customer_message(ticket, "x")
    assert state(leaving) == "scheduled"


def test_sent_now(desk, plan):
    message = plan()
    with pytest.raises(PermissionDenied):
        SendNow(message=message, actor=Actor.of_user(desk.colleague))()
    SendNow(message=message, actor=Actor.of_user(desk.manager))()
    assert state(message) == "published"
    with pytest.raises(ActionRefused):
        SendNow(message=message, actor=Actor.of_user(desk.agent))()


def test_taken_back_above_what_was_begun_since(desk, ticket, plan):
    message = plan("<p>First</p>")
    Draft.objects.create(ticket=ticket, user=desk.agent, mode="note", body="<p>Second</p>")
    CancelMessage(message=message, actor=Actor.of_user(desk.agent))()
    draft = Draft.objects.get()
    assert draft.body == "<p>First</p><p>Second</p>"
    assert not Notice.objects.filter(user=desk.agent, kind="draft").exists()


@pytest.mark.parametrize("unquoted", [False, True])
def test_quoted_text_can_be_left_out_of_one_mail(desk, ticket, unquoted):
    MailboxOptions.objects.update_or_create(mailbox=ticket.mailbox, defaults={"quote_history": "last"})
    ticket.mailbox.refresh_from_db()
    Reply(ticket=ticket, html="<p>Yes</p>", delay=0, unquoted=unquoted, actor=Actor.of_user(desk.agent))()
    mail = OutboundMail.objects.get(kind="reply")
    assert ("the invoice of March" in mail.text) is not unquoted
