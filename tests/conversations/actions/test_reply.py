"""An agent answers: schedule, undo, publish; once; never past what he has not seen; never to nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.cancel_message import CancelMessage
from wagtail_helpdesk.conversations.actions.publish_message import PublishMessage
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.conversations.actions.send_guard import NewerMessages
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.intake.incoming import Person
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.choices import ParticipantState, Role
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent


def reply(ticket: Ticket, user: Any, html: str = "<p>Done.</p>", **fields: Any) -> Message:
    return Reply(ticket=ticket, html=html, actor=Actor.of_user(user), **fields)()


def replies(ticket: Ticket) -> Any:
    return OutboundMail.objects.filter(ticket=ticket, kind="reply")


class TestSchedule:
    def test_waits_and_only_agents_see_it(self, desk, ticket):
        status = default_status(Category.RESOLVED)
        message = reply(ticket, desk.agent, status=status)
        ticket.refresh_from_db()
        assert message.state == "scheduled"
        assert timedelta(seconds=9) < message.publish_at - timezone.now() <= timedelta(seconds=10)
        assert message not in ticket.messages.public()
        assert message in ticket.messages.for_agents()
        assert (ticket.category, ticket.message_count, ticket.first_replied_at) == (Category.NEW, 1, None)
        assert ticket.customer_waiting_since is not None
        assert not replies(ticket).exists()

    def test_is_published_when_its_time_has_come_and_once(self, desk, ticket):
        message = reply(ticket, desk.agent, status=default_status(Category.RESOLVED))
        assert PublishMessage(message_id=message.pk)() is None
        with time_machine.travel(message.publish_at + timedelta(seconds=1), tick=False):
            assert PublishMessage(message_id=message.pk)() == message
            assert PublishMessage(message_id=message.pk)() is None
            now = timezone.now()
        ticket.refresh_from_db()
        message.refresh_from_db()
        assert (message.state, message.created_at) == ("published", now)
        assert (ticket.category, ticket.message_count, ticket.first_replied_at) == (Category.RESOLVED, 2, now)
        assert (ticket.customer_waiting_since, ticket.resolved_at, ticket.last_activity_at) == (None, now, now)
        assert replies(ticket).count() == 1

    def test_cancelled_nothing_ever_happened(self, desk, ticket):
        before = Ticket.objects.filter(pk=ticket.pk).values().get()
        message = reply(ticket, desk.agent, status=default_status(Category.RESOLVED))
        CancelMessage(message=message, actor=Actor.of_user(desk.agent))()
        with time_machine.travel(timezone.now() + timedelta(days=1)):
            assert PublishMessage(message_id=message.pk)() is None
        assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
        assert not replies(ticket).exists()
        assert message not in ticket.messages.for_agents()

    def test_too_late_to_cancel(self, desk, ticket):
        message = reply(ticket, desk.agent, delay=0)
        with pytest.raises(ActionRefused):
            CancelMessage(message=message, actor=Actor.of_user(desk.agent))()
        message.refresh_from_db()
        assert message.state == "published"

    @pytest.mark.parametrize(
        ("persona", "may"),
        [("agent", True), ("manager", True), ("superuser", True), ("colleague", False), ("light", False)],
    )
    def test_who_may_cancel(self, persona, may, desk, ticket):
        message = reply(ticket, desk.agent)
        action = CancelMessage(message=message, actor=Actor.of_user(getattr(desk, persona)))
        if may:
            assert action().state == "cancelled"
        else:
            with pytest.raises(PermissionDenied):
                action()

    @override_settings(WAGTAIL_HELPDESK={"UNDO_SECONDS": 0, "PRIVATE_STORAGE": "helpdesk"})
    def test_without_delay_it_leaves_at_once(self, desk, ticket):
        assert reply(ticket, desk.agent).state == "published"
        assert replies(ticket).count() == 1

    def test_author_who_is_gone_is_still_its_author(self, desk, ticket):
        message = reply(ticket, desk.colleague)
        desk.colleague.delete()
        with time_machine.travel(timezone.now() + timedelta(minutes=1)):
            PublishMessage(message_id=message.pk)()
        message.refresh_from_db()
        assert (message.state, message.author_user, message.author_name) == ("published", None, "Clara")
        assert TicketEvent.objects.filter(ticket=ticket, kind="message", actor_name="Clara").exists()

    def test_reply_without_its_mail_is_not_published(self, desk, ticket, monkeypatch):
        def broken(event: events.MessageAdded) -> None:
            raise ValueError

        message = reply(ticket, desk.agent)
        monkeypatch.setattr(events, "_reactors", (events.Reactor(events.MessageAdded, broken, essential=True),))
        with time_machine.travel(timezone.now() + timedelta(minutes=1)), pytest.raises(ValueError):
            PublishMessage(message_id=message.pk)()
        message.refresh_from_db()
        assert message.state == "scheduled"

    def test_new_ticket_is_open_once_answered(self, desk, ticket):
        reply(ticket, desk.agent, delay=0)
        assert Ticket.objects.get(pk=ticket.pk).category == Category.OPEN

    def test_clock_of_the_first_reply_stands(self, desk, ticket):
        reply(ticket, desk.agent, delay=0)
        first = Ticket.objects.get(pk=ticket.pk).first_replied_at
        with time_machine.travel(timezone.now() + timedelta(hours=1)):
            reply(ticket, desk.agent, delay=0)
        assert Ticket.objects.get(pk=ticket.pk).first_replied_at == first


class TestOnce:
    def test_second_click_is_the_first(self, desk, ticket):
        first = reply(ticket, desk.agent, once="click")
        assert reply(ticket, desk.agent, once="click") == first
        assert ticket.messages.count() == 2

    def test_second_click_after_it_left_is_the_first_too(self, desk, ticket):
        first = reply(ticket, desk.agent, once="click", delay=0, last_seen=ticket.messages.get().pk)
        again = reply(ticket, desk.agent, once="click", delay=0, last_seen=first.pk - 1)
        assert again == first
        assert replies(ticket).count() == 1

    def test_other_clicks_and_other_tickets_are_other_replies(self, desk, ticket):
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        made = {reply(one, desk.agent, once=click).pk for one in (ticket, other) for click in ("a", "b", "")}
        assert len(made) == 6

    def test_after_undo_the_same_click_may_send_again(self, desk, ticket):
        first = reply(ticket, desk.agent, once="click")
        CancelMessage(message=first, actor=Actor.of_user(desk.agent))()
        assert reply(ticket, desk.agent, once="click") != first

    def test_note_is_written_once(self, desk, ticket):
        notes = {factories.add_note(ticket, desk.light, once="click").pk for _time in range(2)}
        assert len(notes) == 1
        assert Ticket.objects.get(pk=ticket.pk).message_count == 2


class TestSendGuard:
    def test_tells_what_arrived(self, desk, ticket):
        seen = ticket.messages.get().pk
        newer = factories.add_customer_message(ticket, "One more thing")
        note = factories.add_note(ticket, desk.colleague)
        with pytest.raises(NewerMessages) as refusal:
            reply(ticket, desk.agent, last_seen=seen)
        assert refusal.value.messages == [newer, note]
        assert "2" in str(refusal.value)
        assert reply(ticket, desk.agent, last_seen=note.pk).state == "scheduled"

    def test_cancelled_reply_is_nothing_new(self, desk, ticket):
        seen = ticket.messages.get().pk
        CancelMessage(message=reply(ticket, desk.colleague), actor=Actor.of_user(desk.colleague))()
        assert reply(ticket, desk.agent, last_seen=seen).state == "scheduled"

    def test_colleagues_scheduled_reply_is(self, desk, ticket):
        seen = ticket.messages.get().pk
        reply(ticket, desk.colleague)
        with pytest.raises(NewerMessages):
            reply(ticket, desk.agent, last_seen=seen)


class TestWords:
    @pytest.mark.parametrize(
        "html", ["", "   ", "<p></p>", '<p data-block-key="a"></p>', "<p>&nbsp;</p>", "<script>x</script>"]
    )
    def test_empty_replies_and_notes_are_refused(self, html, desk, ticket):
        for write in (lambda: reply(ticket, desk.agent, html), lambda: factories.add_note(ticket, desk.agent, html)):
            with pytest.raises(ActionRefused):
                write()

    def test_a_file_is_something(self, desk, ticket):
        message = reply(ticket, desk.agent, "", files=[NewFile("a.txt", b"a")], delay=0)
        assert message.attachments.count() == 1
        assert Ticket.objects.get(pk=ticket.pk).attachment_count == 1

    def test_what_an_agent_pastes_is_cleaned(self, desk, ticket):
        message = reply(ticket, desk.agent, '<p onclick="x()">Hi<script>alert(1)</script></p>')
        assert "script" not in message.html and "onclick" not in message.html
        assert "Hi" in message.text


class TestRecipients:
    @pytest.fixture
    def ticket(self, desk):
        ticket = factories.make_ticket(
            team=desk.team,
            mailbox=desk.mailbox,
            address="ana@example.org",
            copied=(Person("ben@example.org", "Ben"), Person("cid@example.org", "Cid")),
        )
        people = {row.address: row for row in ticket.participants.all()}
        people["cid@example.org"].state = ParticipantState.PENDING
        people["cid@example.org"].save()
        return ticket

    @staticmethod
    def addresses(message: Message) -> tuple[list[str], list[str]]:
        return tuple([row["address"] for row in message.recipients[key]] for key in ("to", "cc"))

    def test_all_active_ones_by_default(self, desk, ticket):
        assert self.addresses(reply(ticket, desk.agent)) == (["ana@example.org"], ["ben@example.org"])

    def test_only_the_chosen_ones(self, desk, ticket):
        assert self.addresses(reply(ticket, desk.agent, cc=[])) == (["ana@example.org"], [])

    def test_choosing_a_pending_one_confirms_it(self, desk, ticket):
        cid = ticket.participants.get(address="cid@example.org")
        assert self.addresses(reply(ticket, desk.agent, cc=[cid.pk])) == (["ana@example.org"], ["cid@example.org"])
        cid.refresh_from_db()
        assert cid.state == ParticipantState.ACTIVE

    def test_refused_reply_confirms_nobody(self, desk, ticket):
        cid = ticket.participants.get(address="cid@example.org")
        with pytest.raises(NewerMessages):
            reply(ticket, desk.agent, cc=[cid.pk], last_seen=0)
        cid.refresh_from_db()
        assert cid.state == ParticipantState.PENDING

    @pytest.mark.parametrize(
        "change",
        [
            {"state": ParticipantState.BLOCKED},
            {"state": ParticipantState.LEFT},
            {"muted": True},
            {"role": Role.THIRD_PARTY},
        ],
    )
    def test_some_get_none_even_when_chosen(self, change, desk, ticket):
        ben = ticket.participants.get(address="ben@example.org")
        type(ben).objects.filter(pk=ben.pk).update(**change)
        assert self.addresses(reply(ticket, desk.agent, cc=[ben.pk]))[1] == []

    def test_people_of_other_tickets_cannot_be_chosen(self, desk, ticket):
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        assert self.addresses(reply(ticket, desk.agent, cc=[other.participants.get().pk]))[1] == []

    def test_reply_to_nobody_is_refused(self, desk, ticket):
        ticket.participants.update(address="")
        with pytest.raises(ActionRefused):
            reply(ticket, desk.agent)


@pytest.mark.parametrize("category", [Category.SPAM, Category.TRASH])
def test_reply_does_not_hide_its_ticket(category, desk, ticket):
    with pytest.raises(ActionRefused):
        reply(ticket, desk.manager, status=default_status(category))


def test_status_with_a_reply_needs_the_right_to_change(desk, ticket):
    from django.contrib.auth.models import Permission

    desk.light.user_permissions.add(Permission.objects.get(codename="reply_ticket"))
    with pytest.raises(PermissionDenied):
        reply(ticket, desk.light, status=default_status(Category.OPEN))
    assert reply(ticket, desk.light).state == "scheduled"


def test_database_itself_refuses_a_public_note(desk, ticket):
    note = factories.add_note(ticket, desk.agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=note.pk).update(visibility="public")


def test_a_note_never_leaves(desk, ticket):
    """Promise 4, at its root: no mail, no public message, no words in the list, and the customer still waits."""
    waiting = ticket.customer_waiting_since
    note = factories.add_note(ticket, desk.light, "<p>SECRET</p>")
    ticket.refresh_from_db()
    assert not replies(ticket).exists()
    assert note not in ticket.messages.public()
    assert "SECRET" not in ticket.preview
    assert (ticket.customer_waiting_since, ticket.first_replied_at, ticket.category) == (waiting, None, "new")
