"""People who are copied in: who may read, who may answer, who gets copies; and that nothing of theirs is lost."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.mail.helpers import make_mail, take_in
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.contacts.models import ContactEmail
from wagtail_helpdesk.conversations.actions.split_messages import SplitMessages
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.composer import may_be_copied
from wagtail_helpdesk.inbox.timeline import describe
from wagtail_helpdesk.mail.identity import make_reply_address
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.work import publish_due
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_requester import ChangeRequester
from wagtail_helpdesk.tickets.actions.change_rights import ChangeRights
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.participants import add_participant, token_for
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant


@pytest.fixture
def boss(desk, ticket):
    """Return somebody who is copied in."""
    contact = factories.make_contact("boss@example.org", name="Bea Boss")
    return add_participant(ticket=ticket, contact=contact, address="boss@example.org", role="cc")


def allow(person, user, **rights):
    ChangeRights(ticket=person.ticket, contact=person.contact, rights=rights, actor=Actor.of_user(user))()
    person.refresh_from_db()


def link_of(person):
    return reverse("wagtail_helpdesk:tracking", args=[token_for(person, "portal").signed])


def reply_mails(ticket):
    mails = OutboundMail.objects.filter(ticket=ticket, kind="reply")
    return {mail.recipients.get().address for mail in mails}


def answer_of(boss, text="My word on it", sender="boss@example.org"):
    mailbox = boss.ticket.mailbox
    to = make_reply_address(mailbox, token_for(boss, "reply").signed)
    return take_in(make_mail(text, sender=sender, to=to), mailbox)


def test_everything_is_said_once(desk, boss):
    allow(boss, desk.agent, muted=True, may_see=False, may_answer=False)
    allow(boss, desk.agent, muted=True, may_see=True)
    lines = [describe(line, {}) for line in boss.ticket.events.filter(kind="participant")]
    assert lines == [
        "Bruno muted Bea Boss: no copies of replies go there",
        "Bruno no longer lets Bea Boss read the conversation",
        "Bruno no longer lets Bea Boss answer",
        "Bruno lets Bea Boss read the conversation",
    ]
    assert (boss.muted, boss.may_see, boss.may_answer) == (True, True, False)


def test_not_of_the_requester_nor_of_strangers(desk, ticket, boss):
    for contact in (ticket.requester, factories.make_contact()):
        with pytest.raises(ActionRefused):
            ChangeRights(ticket=ticket, contact=contact, rights={"may_see": False}, actor=Actor.of_user(desk.agent))()
    boss.role = "third_party"
    boss.save()
    with pytest.raises(ActionRefused):
        allow(boss, desk.agent, may_answer=False)


@pytest.mark.parametrize("rights", [{"muted": True}, {"may_see": False}])
def test_no_copies(desk, ticket, boss, rights):
    assert may_be_copied(boss)
    allow(boss, desk.agent, **rights)
    assert not may_be_copied(boss), "the composer offers no copy"
    factories.add_reply(ticket, desk.agent)
    factories.add_reply(ticket, desk.agent, cc=[boss.pk])
    assert reply_mails(ticket) == {"ana@example.org"}


def test_a_planned_reply_asks_again(desk, ticket, boss, time_machine):
    factories.add_reply(ticket, desk.agent, delay=60)
    allow(boss, desk.agent, may_see=False)
    time_machine.move_to(Message.objects.get(state="scheduled").publish_at)
    assert publish_due() == 1
    assert reply_mails(ticket) == {"ana@example.org"}


def test_who_is_muted_takes_part_all_the_same(desk, ticket, boss):
    allow(boss, desk.agent, muted=True)
    assert Client().get(link_of(boss)).status_code == 200
    message = answer_of(boss).message
    assert (message.ticket, message.visibility) == (ticket, "public")
    allow(boss, desk.agent, muted=False)
    factories.add_reply(ticket, desk.agent)
    assert reply_mails(ticket) == {"ana@example.org", "boss@example.org"}


def test_who_may_not_read_finds_what_a_revoked_link_shows(desk, boss):
    link = link_of(boss)
    allow(boss, desk.agent, may_see=False)
    nothing = Client().get(reverse("wagtail_helpdesk:tracking", args=["a" * 26]))
    for response in (Client().get(link), Client().post(link, {"text": "Hello"})):
        assert (response.status_code, response.content) == (404, nothing.content)
    assert not Message.objects.filter(author_contact=boss.contact).exists()
    allow(boss, desk.agent, may_see=True)
    assert Client().get(link).status_code == 200, "the same link works again"


def test_who_may_not_read_may_answer(desk, ticket, boss):
    allow(boss, desk.agent, may_see=False)
    assert answer_of(boss).message.visibility == "public"


class TestMayNotAnswer:
    @pytest.fixture(autouse=True)
    def silent(self, desk, boss):
        allow(boss, desk.agent, may_answer=False)

    def check(self, ticket, message):
        """It is kept on its ticket, for agents, and changes nothing that a customer's answer changes."""
        assert (message.ticket, message.direction, message.visibility) == (ticket, "inbound", "internal")
        assert "may_not_answer" in message.flags
        assert "From somebody who may not answer: for agents only" in message.flag_labels

    def test_mail_is_for_agents(self, desk, ticket, boss):
        ChangeStatus(ticket=ticket, status=default_status(Category.PENDING), actor=Actor.system())()
        self.check(ticket, answer_of(boss).message)
        ticket.refresh_from_db()
        assert ticket.category == Category.PENDING, "nothing opens it"
        requester = ticket.participants.get(role="requester")
        page = Client().get(link_of(requester)).content.decode()
        assert "My word on it" not in page

    def test_under_another_address_too(self, desk, ticket, boss):
        ContactEmail.objects.create(contact=boss.contact, address="bea@home.example")
        self.check(ticket, answer_of(boss, sender="bea@home.example").message)

    def test_a_ticket_that_is_over_stays_over(self, desk, ticket, boss, time_machine):
        ChangeStatus(ticket=ticket, status=default_status(Category.CLOSED), actor=Actor.system())()
        self.check(ticket, answer_of(boss).message)
        assert Ticket.objects.get().category == Category.CLOSED

    def test_portal_is_for_reading(self, desk, ticket, boss):
        link = link_of(boss)
        page = Client().get(link).content.decode()
        assert "You can read this conversation. Others answer in it." in page and "<textarea" not in page

    def test_portal_keeps_what_comes_all_the_same(self, desk, ticket, boss):
        """The page was open before the right was taken away."""
        link = link_of(boss)
        response = Client().post(
            link, {"action": "answer", "text": "My word on it"}, follow=True, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert "It does not show in this conversation" in response.content.decode()
        self.check(ticket, Message.objects.get(author_contact=boss.contact))

    def test_own_question_is_a_ticket_of_its_own(self, desk, ticket, boss):
        mail = take_in(make_mail("Something else", sender="boss@example.org", subject="New"), desk.mailbox)
        assert mail.ticket != ticket and mail.message.visibility == "public"

    def test_split_off_it_is_a_customers_message(self, desk, ticket, boss):
        message = answer_of(boss).message
        new = SplitMessages(ticket=ticket, messages=[message], actor=Actor.of_user(desk.agent))()
        message.refresh_from_db()
        assert (message.ticket, message.visibility) == (new, "public")
        assert "may_not_answer" not in message.flags

    def test_the_requester_has_all_rights(self, desk, ticket, boss):
        ChangeRequester(ticket=ticket, address="boss@example.org", actor=Actor.of_user(desk.agent))()
        boss.refresh_from_db()
        assert (boss.role, boss.may_answer) == ("requester", True)

    def test_rights_go_along_to_the_ticket_that_goes_on(self, desk, ticket, boss):
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        row = add_participant(ticket=other, contact=boss.contact, address="boss@example.org", role="cc", like=boss)
        assert not row.may_answer


class TestScreen:
    def post(self, client, person, **data):
        url = reverse("helpdesk_tickets:participant", args=[person.ticket_id, person.pk])
        return client.post(url, {"decision": "rights", **data})

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("agent", 302),
            ("colleague", 302),
            ("manager", 302),
            ("light", 403),
            ("other_agent", 404),
            ("editor", 404),
        ],
    )
    def test_who_may(self, desk, boss, login, who, status):
        response = self.post(login(getattr(desk, who)), boss, may_answer="on")
        if who == "editor":
            assert response.status_code in (302, 404)
        elif who == "light":
            assert response.status_code in (302, 403)
        else:
            assert response.status_code == status
        boss.refresh_from_db()
        assert boss.may_see is (status != 302)

    def test_strangers_and_other_tickets(self, desk, boss, login):
        assert self.post(login(None), boss).status_code == 302
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        url = reverse("helpdesk_tickets:participant", args=[other.pk, boss.pk])
        assert login(desk.agent).post(url, {"decision": "rights"}).status_code == 404
        boss.refresh_from_db()
        assert boss.may_see

    def test_shows_what_is_so(self, desk, ticket, boss, login):
        client = login(desk.agent)
        self.post(client, boss, muted="on")
        page = client.get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()
        for words in ("What Bea Boss may do", "May not read", "May not answer", "Muted"):
            assert words in page
        assert "What Ana Souza may do" not in page, "the requester's are all"
        assert TicketParticipant.objects.get(pk=boss.pk).muted
