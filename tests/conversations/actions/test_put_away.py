"""Nothing leaves from spam or trash: what was to leave is its author's draft again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.automation.macros import run_macro
from wagtail_helpdesk.automation.models import Macro
from wagtail_helpdesk.conversations.actions.ask_approval import AskApproval
from wagtail_helpdesk.conversations.actions.decide_approval import ApproveReply
from wagtail_helpdesk.conversations.actions.forward import Addressed, Forward
from wagtail_helpdesk.conversations.actions.publish_message import publish_now
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.conversations.actions.send_now import SendNow
from wagtail_helpdesk.conversations.models import Draft, Message
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.desk.choices import HIDDEN, Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor, unit_of_work
from wagtail_helpdesk.inbox.timeline import describe
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.work import publish_due
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.notifications.words import sentence
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus, RestoreTicket, TrashTicket
from wagtail_helpdesk.tickets.models import Ticket


def put_away(ticket, category, user):
    ChangeStatus(ticket=ticket, status=default_status(category), actor=Actor.of_user(user))()


def nothing_left(ticket, message, category):
    """Let the worker look a year later: the message is cancelled, the ticket where it was put."""
    with time_machine.travel(timezone.now() + timedelta(days=300), tick=False):
        assert publish_due() == 0
    message.refresh_from_db()
    ticket.refresh_from_db()
    assert (message.state, ticket.category) == ("cancelled", category)
    assert not OutboundMail.objects.filter(ticket=ticket, kind="reply").exists()
    assert not ticket.first_replied_at


@pytest.mark.parametrize("category", HIDDEN)
def test_send_and_resolve_then_put_away(desk, ticket, category):
    message = factories.add_reply(
        ticket, desk.agent, delay=10, status=default_status("resolved"), files=[NewFile("a.txt", b"aaa")]
    )
    put_away(ticket, category, desk.manager)
    nothing_left(ticket, message, category)
    draft = Draft.objects.get()
    assert (draft.user, draft.ticket, draft.mode) == (desk.agent, ticket, "reply")
    assert [file.display_name for file in draft.files.all()] == ["a.txt"]


def test_its_author_is_told_and_the_timeline_says_so(desk, ticket):
    factories.add_reply(ticket, desk.agent, delay=10)
    put_away(ticket, Category.TRASH, desk.manager)
    notice = Notice.objects.get(user=desk.agent, kind="draft")
    assert sentence(notice).startswith("A reply of yours did not leave, since its ticket went into spam or trash")
    event = ticket.events.get(kind="cancelled")
    assert describe(event, {}) == "A reply did not leave from spam or trash: it is its author's draft again"


@pytest.mark.parametrize("regardless", [False, True])
def test_what_was_planned_for_tomorrow(desk, ticket, regardless):
    at = timezone.now() + timedelta(days=1)
    message = factories.add_reply(ticket, desk.agent, publish_at=at, regardless=regardless)
    put_away(ticket, Category.TRASH, desk.manager)
    nothing_left(ticket, message, "trash")
    assert Draft.objects.get().choices["publish_at"]


def test_what_waits_for_approval(desk, ticket):
    message = AskApproval(
        ticket=ticket, html="<p>Money back</p>", approver=desk.colleague, actor=Actor.of_user(desk.light)
    )()
    put_away(ticket, Category.SPAM, desk.manager)
    nothing_left(ticket, message, "spam")
    assert (Draft.objects.get().user, Draft.objects.get().preview) == (desk.light, "Money back")
    assert Notice.objects.filter(user=desk.light, kind="draft", what="hidden").count() == 1
    with pytest.raises(ActionRefused, match="Given back"):
        ApproveReply(message=message, actor=Actor.of_user(desk.colleague))()


def test_a_forward(desk, ticket):
    forward = Forward(
        ticket=ticket, html="<p>Look</p>", to=[Addressed("cleo@example.org")], actor=Actor.of_user(desk.agent)
    )()
    put_away(ticket, Category.TRASH, desk.manager)
    forward.refresh_from_db()
    assert (forward.state, Draft.objects.get().mode) == ("cancelled", "forward")


def test_a_macro_that_answers_and_puts_away(desk, ticket):
    macro = Macro.objects.create(name="Bye", scope=Scope.EVERYONE)
    macro.steps.create(kind="reply", body="<p>Bye</p>", sort_order=0)
    macro.steps.create(kind="status", status=default_status("spam"), sort_order=1)
    (result,) = run_macro(macro, [ticket], Actor.of_user(desk.agent))
    assert result.why == ""
    nothing_left(ticket, Message.objects.get(ticket=ticket, direction="outbound"), "spam")
    assert Draft.objects.get().preview == "Bye"


def test_every_author_has_his_own_above_what_he_began(desk, ticket):
    factories.add_reply(ticket, desk.agent, "<p>Mine</p>", delay=10)
    factories.add_reply(ticket, desk.colleague, "<p>Hers</p>", delay=10)
    Draft.objects.create(ticket=ticket, user=desk.agent, mode="note", body="<p>Begun</p>")
    put_away(ticket, Category.TRASH, desk.manager)
    bodies = dict(Draft.objects.values_list("user", "body"))
    assert bodies == {desk.agent.pk: "<p>Mine</p><p>Begun</p>", desk.colleague.pk: "<p>Hers</p>"}


def test_the_way_back_sends_nothing_and_the_draft_is_there(desk, ticket):
    message = factories.add_reply(ticket, desk.agent, delay=10)
    TrashTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
    RestoreTicket(ticket=Ticket.objects.get(pk=ticket.pk), actor=Actor.of_user(desk.manager))()
    nothing_left(ticket, message, "new")
    assert Draft.objects.get().user == desk.agent


@pytest.mark.parametrize("category", [Category.RESOLVED, Category.CLOSED, Category.PENDING])
def test_any_other_status_lets_it_leave(desk, ticket, category):
    message = factories.add_reply(ticket, desk.agent, delay=10)
    put_away(ticket, category, desk.manager)
    message.refresh_from_db()
    assert message.state == "scheduled"


class TestRace:
    """The ticket was put away between the look at what is due and the turn of one message."""

    @pytest.fixture
    def late(self, desk, ticket):
        message = factories.add_reply(ticket, desk.agent, delay=10, status=default_status("resolved"))
        status = default_status(Category.TRASH)
        Ticket.objects.filter(pk=ticket.pk).update(status=status, category=status.category)
        return message

    def test_worker(self, desk, ticket, late):
        nothing_left(ticket, late, "trash")
        assert Draft.objects.get().user == desk.agent
        assert Notice.objects.filter(user=desk.agent, kind="draft", what="hidden").count() == 1

    def test_once(self, desk, ticket, late):
        for _time in range(2):
            with unit_of_work():
                assert not publish_now(late, actor=Actor.of_user(desk.agent))
        assert Draft.objects.get().user == desk.agent
        assert ticket.events.filter(kind="cancelled").count() == 1

    def test_sent_now(self, desk, ticket, late):
        with pytest.raises(ActionRefused, match="Nothing is sent from spam and trash"):
            SendNow(message=late, actor=Actor.of_user(desk.agent))()
        nothing_left(ticket, late, "trash")
        assert Draft.objects.get().user == desk.agent


@pytest.mark.parametrize("category", HIDDEN)
@pytest.mark.parametrize("delay", [0, 10])
def test_nothing_is_written_there_that_would_not_leave(desk, ticket, category, delay):
    put_away(ticket, category, desk.manager)
    common = {"ticket": ticket, "html": "<p>x</p>", "delay": delay, "actor": Actor.of_user(desk.manager)}
    for action in (Reply(**common), Forward(**common, to=[Addressed("cleo@example.org")])):
        with pytest.raises(ActionRefused, match="Nothing is sent from spam and trash"):
            action()
    assert not ticket.messages.filter(direction="outbound").exists()
    assert ticket.participants.count() == 1
