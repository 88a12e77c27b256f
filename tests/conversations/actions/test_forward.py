"""Something is passed on to a third party: what leaves, to whom, and where the answer goes."""

from __future__ import annotations

from email.utils import parseaddr

import pytest
from django.core.exceptions import PermissionDenied

from tests.mail.helpers import make_mail, take_in
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.addressing import Addressed
from wagtail_helpdesk.conversations.actions.forward import Forward
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.models import MailboxOptions, OutboundMail
from wagtail_helpdesk.mail.outbox.enqueue import Outgoing
from wagtail_helpdesk.mail.outbox.forward import OutgoingForward
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.choices import Role
from wagtail_helpdesk.tickets.models import Ticket, TicketToken

EXPERT = Addressed("expert@example.net", "Eva Expert")


@pytest.fixture
def forward(desk, ticket):
    def write(html="<p>What do you think?</p>", *, user=None, to=(EXPERT,), **fields):
        return Forward(ticket=ticket, html=html, to=to, delay=0, actor=Actor.of_user(user or desk.agent), **fields)()

    return write


def sent(ticket):
    return OutboundMail.objects.filter(ticket=ticket, audience="third")


class TestWhatLeaves:
    def test_words_files_and_nothing_of_the_customers(self, desk, ticket, forward):
        first = ticket.messages.get()
        brought = factories.add_customer_message(ticket, "Look at this", files=(NewFile("plan.pdf", b"%PDF-1.4"),))
        message = forward(messages=[first.pk, brought.pk], attachments=[brought.attachments.get().pk])
        assert (message.direction, message.visibility) == ("outbound", "internal")
        mail = sent(ticket).get()
        assert [one.address for one in mail.recipients.all()] == ["expert@example.net"]
        assert mail.subject == "Fwd: Invoice shows the wrong tax id"
        for words in ("What do you think?", "the invoice of March is wrong", "Look at this"):
            assert words in mail.text
        assert [file.display_name for file in message.attachments.all()] == ["plan.pdf"]
        assert mail.attachment_ids == [message.attachments.get().pk]
        everything = f"{mail.text} {mail.html} {mail.headers} {mail.reply_to}"
        assert "/t/" not in everything
        assert not TicketToken.objects.filter(participant__role=Role.THIRD_PARTY, purpose="portal").exists()
        assert "List-Unsubscribe" not in everything

    def test_customers_see_and_get_nothing(self, desk, ticket, forward):
        forward()
        ticket.refresh_from_db()
        assert ticket.messages.public().count() == 1
        assert ticket.preview == "Hello, the invoice of March is wrong."
        assert (ticket.category, ticket.first_replied_at) == (Category.NEW, None)
        Reply(ticket=ticket, html="<p>Done.</p>", delay=0, actor=Actor.of_user(desk.agent))()
        mail = OutboundMail.objects.get(ticket=ticket, kind="reply")
        assert "What do you think?" not in mail.text
        assert "expert@example.net" not in str(mail.headers)

    def test_note_never_goes_along(self, desk, ticket, forward):
        note = factories.add_note(ticket, desk.agent, files=[NewFile("secret.txt", b"x")])
        for chosen in ({"messages": [note.pk]}, {"attachments": [note.attachments.get().pk]}):
            with pytest.raises(ActionRefused, match="cannot be passed on"):
                forward(**chosen)

    def test_note_is_no_mail_whatever_asks(self, desk, ticket, forward):
        note = factories.add_note(ticket, desk.agent)
        with pytest.raises(ValueError, match="third party"):
            OutgoingForward(ticket).queue_forward(note)
        with pytest.raises(ValueError, match="public"):
            Outgoing(ticket).queue_reply(forward())

    def test_messages_of_another_ticket(self, desk, forward):
        other = factories.make_ticket("x", team=desk.other_team, mailbox=desk.mailbox)
        with pytest.raises(ActionRefused):
            forward(messages=[other.messages.get().pk])

    @pytest.mark.parametrize(
        ("address", "why"),
        [
            ("support@desk.example", "mailbox of this desk"),
            ("support+abc@desk.example", "mailbox of this desk"),
            ("ana@example.org", "takes part in this ticket as a customer"),
            ("nonsense", "no e-mail address"),
        ],
    )
    def test_to_whom_not(self, forward, address, why):
        with pytest.raises(ActionRefused, match=why):
            forward(to=[Addressed(address)])

    def test_copy_to_a_third_party_is_refused(self, desk, ticket, forward):
        forward()
        with pytest.raises(ActionRefused, match="third party"):
            Reply(ticket=ticket, html="<p>x</p>", copies=[EXPERT], actor=Actor.of_user(desk.agent))()

    @pytest.mark.parametrize("name", ["light", "other_agent", "editor"])
    def test_who_may_not(self, desk, ticket, forward, name):
        with pytest.raises(PermissionDenied):
            forward(user=getattr(desk, name))

    def test_empty_placeholder_stops_it(self, desk, forward, ticket):
        with pytest.raises(ActionRefused, match=r"\[\[order number\]\]"):
            forward("<p>About [[order number]]</p>")


class TestAnswers:
    """To a mail that went to a third party."""

    @pytest.fixture(autouse=True, params=["reply address", "Message-ID"])
    def way(self, request, desk, ticket):
        plus = request.param == "reply address"
        MailboxOptions.objects.update_or_create(mailbox=ticket.mailbox, defaults={"plus_addressing": plus})

    def answer(self, ticket, sender="expert@example.net", **fields):
        mail = sent(ticket).get()
        if mail.reply_to:
            fields["to"] = parseaddr(mail.reply_to)[1]
        else:
            fields["in_reply_to"] = f"<{mail.message_id_header}>"
        return take_in(make_mail("It is the motor.", sender=sender, **fields), ticket.mailbox)

    def test_stay_inside(self, desk, ticket, forward):
        forward()
        ChangeStatus(ticket=ticket, status=default_status(Category.PENDING), actor=Actor.of_user(desk.agent))()
        self.answer(ticket, cc="colleague@example.net")
        message = ticket.messages.order_by("-pk").first()
        assert (message.direction, message.visibility) == ("inbound", "internal")
        ticket.refresh_from_db()
        assert ticket.category == Category.PENDING
        assert not ticket.participants.filter(address="colleague@example.net").exists()

    def test_of_a_colleague_stay_inside_too(self, ticket, forward):
        forward()
        self.answer(ticket, sender="somebody.else@example.net")
        message = ticket.messages.order_by("-pk").first()
        assert (message.from_address, message.visibility) == ("somebody.else@example.net", "internal")

    def test_long_after_the_end_open_nothing(self, desk, ticket, forward):
        forward()
        ChangeStatus(ticket=ticket, status=default_status(Category.CLOSED), actor=Actor.of_user(desk.agent))()
        Ticket.objects.filter(pk=ticket.pk).update(closed_at="2020-01-01T00:00Z", resolved_at="2020-01-01T00:00Z")
        before = OutboundMail.objects.count()
        self.answer(ticket)
        assert Ticket.objects.count() == 1
        assert ticket.messages.order_by("-pk").first().visibility == "internal"
        assert OutboundMail.objects.count() == before

    def test_have_a_thread_of_their_own(self, ticket, forward):
        forward()
        self.answer(ticket, message_id="<motor@example.net>")
        forward("<p>Thank you</p>")
        mail = sent(ticket).order_by("-pk").first()
        headers = dict(mail.headers)
        assert headers["In-Reply-To"] == "<motor@example.net>"
        assert mail.subject.startswith("Re: ")
