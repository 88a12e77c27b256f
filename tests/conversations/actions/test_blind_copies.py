"""Blind copies: who gets one, what nobody else sees of it, and where its answers go."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.mail.helpers import make_mail, take_in
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.contacts.actions.erase_contact import EraseContact
from wagtail_helpdesk.conversations.actions.addressing import Addressed
from wagtail_helpdesk.conversations.actions.cancel_message import CancelMessage
from wagtail_helpdesk.conversations.actions.forward import Forward
from wagtail_helpdesk.conversations.models import Draft, Message
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.models import MailboxOptions, OutboundMail, OutboundRecipient
from wagtail_helpdesk.mail.outbox.blind import queue_blind_copies
from wagtail_helpdesk.mail.outbox.deliver import deliver_due
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.choices import ParticipantState, Role

BOSS = Addressed("boss@example.net", "Bea Boss")


def rows(ticket):
    mails = OutboundRecipient.objects.filter(outbound__ticket=ticket, outbound__message__direction="outbound")
    return {(one.kind, one.address): one for one in mails}


@pytest.fixture
def reply(desk, ticket):
    def write(**fields):
        return factories.add_reply(ticket, desk.agent, **{"bcc": [BOSS], **fields})

    return write


class TestReply:
    def test_a_mail_of_its_own_that_nobody_is_told_of(self, ticket, reply, mailoutbox):
        message = reply(copies=[Addressed("cleo@example.org")])
        assert message.recipients["bcc"] == [{"participant": None, "name": "Bea Boss", "address": "boss@example.net"}]
        assert {kind for kind, _address in rows(ticket)} == {"to", "bcc"}
        blind = rows(ticket)["bcc", "boss@example.net"]
        assert (blind.participant, blind.outbound.audience, blind.outbound.reply_to) == (None, "third", "")
        assert not ticket.participants.filter(contact__emails__address="boss@example.net").exists()
        deliver_due()
        deliver_due()
        answers = [mail for mail in mailoutbox if "We have corrected it." in mail.body]
        assert {mail.recipients()[0] for mail in answers} == {
            "Ana Souza <ana@example.org>",
            "cleo@example.org",
            "Bea Boss <boss@example.net>",
        }
        for mail in answers:
            headers = str(mail.message()).split("\n\n")[0]
            assert "boss@example.net" not in headers
            assert ("/t/" in mail.body) == ("Bea" not in mail.recipients()[0])
            assert "ana@example.org" in headers

    def test_its_mail_stands_in_no_thread_of_the_customers(self, ticket, reply):
        reply()
        blind = rows(ticket)["bcc", "boss@example.net"].outbound
        reply(bcc=[])
        assert "In-Reply-To" not in dict(blind.headers)
        later = OutboundMail.objects.filter(ticket=ticket, audience="customer").latest("pk")
        assert blind.message_id_header not in dict(later.headers)["References"]

    def test_what_is_answered_to_it_stays_among_agents(self, ticket, reply):
        reply()
        blind = rows(ticket)["bcc", "boss@example.net"].outbound
        mail = make_mail(
            "Do not promise that!",
            sender="Bea Boss <boss@example.net>",
            in_reply_to=blind.message_id_header,
            to=ticket.mailbox.address,
        )
        take_in(mail, ticket.mailbox)
        answer = Message.objects.latest("pk")
        assert (answer.ticket, answer.visibility) == (ticket, "internal")

    def test_whoever_gets_it_anyway_gets_it_once(self, ticket, reply):
        message = reply(bcc=[Addressed("ANA@example.org"), BOSS, Addressed("boss@EXAMPLE.net")])
        assert [row["address"] for row in message.recipients["bcc"]] == ["boss@example.net"]
        assert len(rows(ticket)) == 2

    def test_our_own_mailboxes_get_none(self, ticket, reply):
        with pytest.raises(ActionRefused, match="mailbox of this desk"):
            reply(bcc=[Addressed(ticket.mailbox.address)])

    @pytest.mark.parametrize(
        ("role", "state", "words"),
        [(Role.CC, ParticipantState.BLOCKED, "blocked"), (Role.THIRD_PARTY, ParticipantState.ACTIVE, "third party")],
    )
    def test_nor_who_must_not_read_it(self, ticket, reply, role, state, words):
        contact = factories.make_contact("boss@example.net")
        ticket.participants.create(contact=contact, role=role, state=state, address="boss@example.net")
        with pytest.raises(ActionRefused, match=words):
            reply()

    def test_files_that_are_too_large_are_named(self, ticket, reply, monkeypatch):
        monkeypatch.setattr("wagtail_helpdesk.mail.outbox.enqueue.MAX_MAILED", 1)
        reply(files=[NewFile("plan.txt", b"much too large")])
        text = rows(ticket)["bcc", "boss@example.net"].outbound.text
        assert "These files are too large for e-mail: plan.txt" in text

    def test_undo_keeps_it_in_the_draft(self, desk, ticket, reply):
        message = reply(delay=30)
        CancelMessage(message=message, actor=Actor.of_user(desk.agent))()
        assert Draft.objects.get().choices["bcc"] == '"Bea Boss" <boss@example.net>'

    def test_a_note_is_never_copied(self, desk, ticket):
        note = factories.add_note(ticket, desk.agent)
        note.recipients = {"bcc": [{"participant": None, "name": "", "address": "boss@example.net"}]}
        with pytest.raises(ValueError, match="outside"):
            queue_blind_copies(note)

    def test_erasing_the_person_takes_the_address_out(self, desk, ticket, reply):
        contact = factories.make_contact("boss@example.net", name="Bea Boss")
        message = reply()
        EraseContact(contact=contact, actor=Actor.of_user(desk.administrator))()
        message.refresh_from_db()
        assert message.recipients["bcc"] == [{"participant": None, "name": "", "address": ""}]
        assert ("bcc", "boss@example.net") not in rows(ticket)


class TestForward:
    def forward(self, desk, ticket, bcc):
        to = [Addressed("expert@example.net")]
        return Forward(ticket=ticket, html="<p>Look</p>", to=to, bcc=bcc, delay=0, actor=Actor.of_user(desk.agent))()

    def test_a_mail_of_its_own(self, desk, ticket):
        self.forward(desk, ticket, [BOSS])
        blind = rows(ticket)["bcc", "boss@example.net"].outbound
        assert (blind.kind, blind.message_visibility) == ("forward", "internal")
        assert blind.subject == "Fwd: Invoice shows the wrong tax id"
        assert "boss" not in str(rows(ticket)["to", "expert@example.net"].outbound.headers)

    def test_the_customer_gets_none(self, desk, ticket):
        with pytest.raises(ActionRefused, match="as a customer"):
            self.forward(desk, ticket, [Addressed("ana@example.org")])


class TestWhoSeesIt:
    def test_agents_on_the_ticket(self, desk, ticket, reply, login):
        reply()
        for name in desk.INSIDERS:
            page = login(getattr(desk, name)).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk]))
            assert "Bea Boss" in page.content.decode(), name

    def test_not_the_customer(self, ticket, reply, client):
        reply()
        token = ticket.participants.get(role=Role.REQUESTER).tokens.filter(purpose="portal").latest("pk")
        page = client.get(reverse("wagtail_helpdesk:tracking", args=[token.signed])).content.decode()
        assert "We have corrected it." in page
        assert "Bea Boss" not in page and "boss@example.net" not in page

    def test_not_in_what_is_quoted_or_printed(self, desk, ticket, reply, login):
        MailboxOptions.objects.update_or_create(mailbox=ticket.mailbox, defaults={"quote_history": "all"})
        reply()
        reply(bcc=[], html="<p>Once more</p>")
        mail = OutboundMail.objects.filter(ticket=ticket, audience="customer").latest("pk")
        assert "We have corrected it." in mail.text
        assert "boss" not in f"{mail.text} {mail.html} {mail.headers}".lower()
        page = login(desk.agent).get(reverse("helpdesk_tickets:print", args=[ticket.pk])).content.decode()
        assert "Bea Boss" not in page
