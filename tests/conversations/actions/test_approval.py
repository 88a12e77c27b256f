"""A reply that a colleague approves before it leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.addressing import Addressed
from wagtail_helpdesk.conversations.actions.ask_approval import AskApproval
from wagtail_helpdesk.conversations.actions.cancel_message import CancelMessage
from wagtail_helpdesk.conversations.actions.decide_approval import (
    ApproveReply,
    ChangeReply,
    ReturnReply,
    WithdrawReply,
)
from wagtail_helpdesk.conversations.actions.send_guard import NewerMessages
from wagtail_helpdesk.conversations.approving import waiting_for
from wagtail_helpdesk.conversations.models import Approval, Draft, Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.choices import Role


@pytest.fixture
def ask(desk, ticket):
    def write(user=None, *, approver="colleague", **fields):
        asked = getattr(desk, approver) if approver else None
        fields = {"html": "<p>You get your money back.</p>", **fields}
        return AskApproval(ticket=ticket, approver=asked, actor=Actor.of_user(user or desk.light), **fields)()

    return write


def approve(message, user, **fields):
    fields = {"delay": 0, **fields}
    return ApproveReply(message=message, actor=Actor.of_user(user), **fields)()


def mails(ticket):
    return OutboundMail.objects.filter(ticket=ticket, kind="reply")


def notices(user):
    return list(Notice.objects.filter(user=user, kind="approval").values_list("what", flat=True))


class TestAsking:
    def test_nothing_leaves_and_the_customer_sees_nothing(self, desk, ticket, ask, client):
        message = ask(copies=[Addressed("cleo@example.org", "Cleo")])
        assert (message.state, message.publish_at) == ("waiting", None)
        assert not mails(ticket).exists()
        assert ticket.participants.count() == 1, "nobody is taken in before"
        assert not ticket.events.filter(kind="message").exists()
        token = ticket.participants.get(role=Role.REQUESTER).tokens.filter(purpose="portal").latest("pk")
        page = client.get(reverse("wagtail_helpdesk:tracking", args=[token.signed])).content.decode()
        assert "money back" not in page

    def test_who_is_asked_is_told(self, desk, ticket, ask):
        ask()
        assert notices(desk.colleague) == ["asked"]
        assert notices(desk.agent) == []
        assert waiting_for(desk.colleague).count() == 1 and not waiting_for(desk.agent).exists()

    def test_a_team_is_asked(self, desk, ticket, ask):
        ask(desk.agent, approver=None)
        assert notices(desk.colleague) == ["asked"]
        assert notices(desk.light) == [], "who may not send cannot approve"
        assert notices(desk.agent) == []
        assert waiting_for(desk.colleague).count() == 1 and not waiting_for(desk.agent).exists()

    @pytest.mark.parametrize("approver", ["light", "other_agent", "editor"])
    def test_only_who_may_answer_there_can_be_asked(self, desk, ask, approver):
        with pytest.raises(ActionRefused, match="cannot approve"):
            ask(desk.agent, approver=approver)

    def test_nobody_approves_his_own_words(self, desk, ask):
        with pytest.raises(ActionRefused, match="cannot approve"):
            ask(desk.agent, approver="agent")
        message = ask(desk.manager, approver="colleague")
        with pytest.raises(PermissionDenied):
            approve(message, desk.manager)

    @pytest.mark.parametrize("name", ["other_agent", "editor"])
    def test_who_may_not_ask(self, desk, ask, name):
        with pytest.raises(PermissionDenied):
            ask(getattr(desk, name))

    def test_a_light_agent_sets_no_status_by_it(self, desk, ask):
        with pytest.raises(PermissionDenied):
            ask(status=default_status(Category.RESOLVED))


class TestApproving:
    def test_leaves_in_the_name_of_its_author(self, desk, ticket, ask):
        message = ask(copies=[Addressed("cleo@example.org", "Cleo")], bcc=[Addressed("boss@example.net")])
        approve(message, desk.colleague)
        message.refresh_from_db()
        assert (message.state, message.author_user) == ("published", desk.light)
        people = {one.address for mail in mails(ticket) for one in mail.recipients.all()}
        assert people == {"ana@example.org", "cleo@example.org", "boss@example.net"}
        assert mails(ticket).first().from_header.startswith("Lea")
        line = ticket.events.filter(kind="approval").latest("pk")
        assert (line.data["what"], line.actor_user) == ("approved", desk.colleague)
        assert notices(desk.light) == ["approved"]
        assert not waiting_for(desk.colleague).exists()

    def test_with_its_status(self, desk, ticket, ask):
        message = ask(desk.agent, status=default_status(Category.RESOLVED))
        ticket.refresh_from_db()
        assert ticket.category != Category.RESOLVED
        approve(message, desk.colleague)
        ticket.refresh_from_db()
        assert ticket.category == Category.RESOLVED

    def test_at_its_planned_time(self, desk, ticket, ask):
        at = timezone.now() + timedelta(days=1)
        message = approve(ask(publish_at=at), desk.colleague)
        message.refresh_from_db()
        assert (message.state, message.publish_at) == ("scheduled", at)
        assert message.mailing["later"]

    def test_at_once_where_that_time_is_over(self, desk, ticket, ask):
        message = ask(publish_at=timezone.now() + timedelta(days=1))
        Message.objects.filter(pk=message.pk).update(publish_at=timezone.now() - timedelta(minutes=1))
        assert approve(message, desk.colleague).state == "published"
        assert "later" not in Message.objects.get(pk=message.pk).mailing

    def test_never_past_what_the_customer_wrote_since(self, desk, ticket, ask):
        message = ask()
        newer = factories.add_customer_message(ticket, "Forget it, it works now.")
        with pytest.raises(NewerMessages):
            approve(message, desk.colleague)
        factories.add_note(ticket, desk.colleague)
        assert approve(message, desk.colleague, last_seen=newer.pk).state == "published"

    def test_one_of_two_wins_and_the_other_is_told(self, desk, ask):
        message = ask(approver=None)
        ReturnReply(message=message, actor=Actor.of_user(desk.agent))()
        with pytest.raises(ActionRefused, match="Bruno was quicker: Given back"):
            approve(message, desk.colleague)

    @pytest.mark.parametrize(
        ("name", "allowed"),
        [
            ("colleague", True),
            ("manager", True),
            ("superuser", True),
            ("agent", False),
            ("light", False),
            ("other_agent", False),
            ("editor", False),
        ],
    )
    def test_who_may(self, desk, ask, name, allowed):
        message = ask()
        if not allowed:
            with pytest.raises(PermissionDenied):
                approve(message, getattr(desk, name))
        else:
            assert approve(message, getattr(desk, name)).state == "published"

    def test_can_be_undone_by_who_approved(self, desk, ask):
        message = approve(ask(), desk.colleague, delay=30)
        with pytest.raises(PermissionDenied):
            CancelMessage(message=message, actor=Actor.of_user(desk.agent))()
        CancelMessage(message=message, actor=Actor.of_user(desk.colleague))()
        assert Draft.objects.get().user == desk.light


class TestNotApproving:
    def test_given_back_with_a_note(self, desk, ticket, ask):
        message = ask(copies=[Addressed("cleo@example.org", "Cleo")])
        ReturnReply(message=message, note="Be <b>kinder</b>", actor=Actor.of_user(desk.colleague))()
        draft = Draft.objects.get()
        assert (draft.user, draft.mode) == (desk.light, "reply")
        assert "money back" in draft.body
        assert draft.choices["copies"] == '"Cleo" <cleo@example.org>'
        note = ticket.messages.latest("pk")
        assert (note.direction, note.text.strip(), note.author_user) == ("internal", "Be <b>kinder</b>", desk.colleague)
        assert notices(desk.light) == ["returned"]
        assert not mails(ticket).exists()

    def test_changed_by_who_was_asked(self, desk, ticket, ask):
        ChangeReply(message=ask(), actor=Actor.of_user(desk.colleague))()
        assert Draft.objects.get().user == desk.colleague
        assert notices(desk.light) == ["changed"]

    def test_taken_back_by_its_author(self, desk, ask):
        message = ask()
        with pytest.raises(PermissionDenied):
            WithdrawReply(message=message, actor=Actor.of_user(desk.colleague))()
        WithdrawReply(message=message, actor=Actor.of_user(desk.light))()
        assert Draft.objects.get().user == desk.light
        assert notices(desk.light) == []

    def test_the_same_click_can_ask_again(self, desk, ask):
        message = ask(once="1")
        assert ask(once="1").pk == message.pk
        WithdrawReply(message=message, actor=Actor.of_user(desk.light))()
        assert ask(once="1").pk != message.pk

    def test_erased_with_its_ticket(self, desk, ticket, ask):
        message = ask(note="Is this too much?")
        TrashTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
        EraseTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
        message.refresh_from_db()
        assert message.state == "cancelled"
        assert not Approval.objects.exists()
