"""Outside senders, participants and requesters: what agents do about who somebody is."""

from __future__ import annotations

import pytest

from tests.mail.helpers import make_mail, take_in
from tests.personas import Desk
from wagtail_helpdesk.contacts.actions.find_or_create_contact import find_or_create_contact
from wagtail_helpdesk.contacts.models import Contact, ContactEmail
from wagtail_helpdesk.conversations.choices import Flag
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.mail.models import InboundMail, OutboundMail
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket, TicketAccess, TicketParticipant


@pytest.fixture
def outside(desk: Desk) -> InboundMail:
    """Return what a colleague of Ana's wrote on her ticket, with a file."""
    take_in(make_mail("Question"), desk.mailbox)
    ticket = Ticket.objects.get()
    factories.add_reply(ticket, desk.agent)
    reply = OutboundMail.objects.get(kind="reply")
    mail = make_mail(
        "I am the colleague",
        subject="Re: Question",
        sender="Ben <ben@example.com>",
        in_reply_to=f"<{reply.message_id_header}>",
    )
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="plan.pdf")
    return take_in(mail, desk.mailbox)


def sender_url(message: Message) -> str:
    return f"/admin/helpdesk/tickets/{message.ticket_id}/messages/{message.pk}/sender/"


@pytest.mark.parametrize("decision", ["confirm", "split", "block"])
def test_who_may_decide_on_an_outside_sender(desk: Desk, outside: InboundMail, login, decision: str) -> None:
    url = sender_url(outside.message)
    for name in desk.OUTSIDERS:
        assert login(getattr(desk, name)).post(url, {"decision": decision}).status_code == 404
    assert login(None).post(url, {"decision": decision}).status_code == 302
    page = login(desk.light).get(f"/admin/helpdesk/tickets/{outside.ticket_id}/").content.decode()
    assert url not in page and "Outside sender, not verified" in page
    assert login(desk.light).post(url, {"decision": decision}).status_code == 302
    outside.message.refresh_from_db()
    assert outside.message.ticket_id == outside.ticket_id and Flag.OUTSIDE_SENDER in outside.message.flags
    assert not TicketParticipant.objects.filter(contact=outside.message.author_contact).exists()
    assert url in login(desk.agent).get(f"/admin/helpdesk/tickets/{outside.ticket_id}/").content.decode()
    assert login(desk.agent).post(url, {"decision": decision}).status_code == 302
    assert Ticket.objects.count() == (2 if decision == "split" else 1)


def test_the_address_is_the_requesters(desk: Desk, outside: InboundMail, login) -> None:
    ticket = outside.ticket
    login(desk.agent).post(sender_url(outside.message), {"decision": "confirm"})
    emails = ContactEmail.objects.get(address="ben@example.com")
    assert (emails.contact, emails.verified_at is not None) == (ticket.requester, True)
    outside.message.refresh_from_db()
    assert (outside.message.author_contact, outside.message.flags) == (ticket.requester, [])
    assert ticket.events.filter(kind="participant", actor_user=desk.agent, data__what="address").exists()
    reply = OutboundMail.objects.get(kind="reply")
    again = make_mail("Me again", sender="ben@example.com", in_reply_to=f"<{reply.message_id_header}>")
    assert take_in(again, desk.mailbox).reason == "T3"


def test_somebody_known_is_not_taken_for_another(desk: Desk, outside: InboundMail, login) -> None:
    other = factories.make_ticket(team=desk.other_team, address="ben@example.com")
    response = login(desk.agent).post(sender_url(outside.message), {"decision": "confirm"}, follow=True)
    # Whom only others know has no name here.
    assert "belongs to somebody else" in response.content.decode()
    assert "who wrote to us before" not in response.content.decode()
    TicketAccess.objects.create(ticket=other, user=desk.agent)
    response = login(desk.agent).post(sender_url(outside.message), {"decision": "confirm"}, follow=True)
    assert "who wrote to us before" in response.content.decode()
    assert Contact.objects.filter(merged_into__isnull=False).count() == 0
    login(desk.administrator).post(sender_url(outside.message), {"decision": "confirm"})
    assert ContactEmail.objects.get(address="ben@example.com").contact == outside.ticket.requester


def test_split(desk: Desk, outside: InboundMail, login) -> None:
    old, message = outside.ticket, outside.message
    mails = OutboundMail.objects.count()
    response = login(desk.agent).post(sender_url(message), {"decision": "split"})
    new = Ticket.objects.exclude(pk=old.pk).get()
    assert response["Location"] == f"/admin/helpdesk/tickets/{new.pk}/"
    message.refresh_from_db()
    outside.refresh_from_db()
    old.refresh_from_db()
    assert (message.ticket, outside.ticket, message.flags) == (new, new, [])
    assert (new.requester.address, new.team, new.mailbox) == ("ben@example.com", old.team, old.mailbox)
    assert (new.message_count, new.attachment_count, old.message_count, old.attachment_count) == (1, 1, 2, 0)
    assert (new.customer_waiting_since, old.customer_waiting_since) == (message.created_at, None)
    assert new.events.filter(kind="split", data__ticket=old.pk, actor_user=desk.agent).exists()
    assert old.events.filter(kind="split", data__ticket=new.pk, actor_user=desk.agent).exists()
    assert OutboundMail.objects.count() == mails
    answer = make_mail("More", sender="ben@example.com", in_reply_to=f"<{outside.message_id_header}>")
    assert take_in(answer, desk.mailbox).ticket_id == new.pk
    for ticket, other in ((old, new), (new, old)):
        page = login(desk.agent).get(f"/admin/helpdesk/tickets/{ticket.pk}/").content.decode()
        assert other.reference in page


def test_the_first_message_stays(desk: Desk, ticket: Ticket, login) -> None:
    response = login(desk.agent).post(sender_url(ticket.messages.get()), {"decision": "split"}, follow=True)
    assert "nothing to split it from" in response.content.decode()
    assert Ticket.objects.count() == 1


def test_our_own_words_are_nobodys(desk: Desk, ticket: Ticket, login) -> None:
    note = factories.add_note(ticket, desk.agent)
    assert login(desk.agent).post(sender_url(note), {"decision": "split"}).status_code == 404


def test_block(desk: Desk, outside: InboundMail, login) -> None:
    client, page_url = login(desk.agent), f"/admin/helpdesk/tickets/{outside.ticket_id}/"
    client.post(sender_url(outside.message), {"decision": "block"})
    person = TicketParticipant.objects.get(contact=outside.message.author_contact)
    assert person.state == "blocked"
    assert sender_url(outside.message) not in client.get(page_url).content.decode()
    reply = OutboundMail.objects.get(kind="reply")
    again = {"sender": "ben@example.com", "in_reply_to": f"<{reply.message_id_header}>"}
    mail = take_in(make_mail("Again", **again), desk.mailbox)
    assert (mail.outcome, mail.ticket.category) == ("quarantined", "spam")
    client.post(f"{page_url}people/{person.pk}/", {"decision": "unblock"})
    assert take_in(make_mail("And again", **again), desk.mailbox).reason == "T4"
    assert outside.ticket.events.filter(data__what="unblocked").exists()


def test_the_requester_is_not_blocked(desk: Desk, ticket: Ticket, login) -> None:
    message = factories.add_customer_message(ticket)
    response = login(desk.agent).post(sender_url(message), {"decision": "block"}, follow=True)
    assert "The requester always takes part" in response.content.decode()
    assert ticket.participants.get().state == "active"


@pytest.mark.parametrize(("decision", "state"), [("confirm", "active"), ("remove", "left")])
def test_pending_people(desk: Desk, ticket: Ticket, login, decision: str, state: str) -> None:
    contact, _new = find_or_create_contact(address="eva@example.com")
    person = TicketParticipant.objects.create(
        ticket=ticket, contact=contact, address="eva@example.com", role="cc", state="pending"
    )
    url = f"/admin/helpdesk/tickets/{ticket.pk}/people/{person.pk}/"
    for name in desk.OUTSIDERS:
        assert login(getattr(desk, name)).post(url, {"decision": decision}).status_code == 404
    login(desk.light).post(url, {"decision": decision})
    person.refresh_from_db()
    assert person.state == "pending"
    assert login(desk.agent).post(url, {"decision": "crown"}).status_code == 404
    assert login(desk.agent).post(url, {"decision": decision}).status_code == 302
    person.refresh_from_db()
    assert person.state == state
    page = login(desk.agent).get(f"/admin/helpdesk/tickets/{ticket.pk}/").content.decode()
    assert "eva@example.com" in page


class TestRequester:
    def test_somebody_else_is_asking(self, desk: Desk, ticket: Ticket, login) -> None:
        old = ticket.participants.get()
        factories.add_reply(ticket, desk.agent)
        assert ticket.tokens.filter(participant=old, revoked_at__isnull=True).exists()
        url = f"/admin/helpdesk/tickets/{ticket.pk}/requester/"
        login(desk.agent).post(url, {"address": "Jane@customer.example", "name": "Jane"})
        ticket.refresh_from_db()
        assert (ticket.requester.name, ticket.requester.address) == ("Jane", "Jane@customer.example")
        states = dict(ticket.participants.values_list("address", "state"))
        assert states == {"ana@example.org": "left", "Jane@customer.example": "active"}
        assert not ticket.tokens.filter(participant=old, revoked_at__isnull=True).exists()
        event = ticket.events.get(kind="requester")
        assert (event.data["new"], event.actor_user) == ("Jane", desk.agent)
        reply = factories.add_reply(ticket, desk.agent)
        assert [one["address"] for one in reply.recipients["to"]] == ["Jane@customer.example"]
        assert reply.recipients["cc"] == []

    def test_in_copy(self, desk: Desk, ticket: Ticket, login) -> None:
        url = f"/admin/helpdesk/tickets/{ticket.pk}/requester/"
        login(desk.agent).post(url, {"address": "jane@customer.example", "keep_in_copy": "on"})
        reply = factories.add_reply(ticket, desk.agent)
        assert [one["address"] for one in reply.recipients["cc"]] == ["ana@example.org"]

    def test_a_copy_becomes_the_requester(self, desk: Desk, login) -> None:
        mail = take_in(make_mail("Hi", Cc="Ben <ben@example.com>"), desk.mailbox)
        login(desk.agent).post(f"/admin/helpdesk/tickets/{mail.ticket_id}/requester/", {"address": "ben@example.com"})
        roles = dict(mail.ticket.participants.values_list("address", "role"))
        assert roles == {"ana@example.org": "cc", "ben@example.com": "requester"}

    def test_who_may(self, desk: Desk, ticket: Ticket, login) -> None:
        url = f"/admin/helpdesk/tickets/{ticket.pk}/requester/"
        for name in desk.OUTSIDERS:
            assert login(getattr(desk, name)).post(url, {"address": "x@example.com"}).status_code == 404
        login(desk.light).post(url, {"address": "x@example.com"})
        login(None).post(url, {"address": "x@example.com"})
        before = ticket.requester_id
        refused = login(desk.agent).post(url, {"address": "nobody"}, follow=True)
        assert "not an e-mail address" in refused.content.decode()
        ticket.refresh_from_db()
        assert ticket.requester_id == before
        page = login(desk.light).get(f"/admin/helpdesk/tickets/{ticket.pk}/").content.decode()
        assert url not in page

    def test_the_same_again_changes_nothing(self, desk: Desk, ticket: Ticket, login) -> None:
        login(desk.agent).post(f"/admin/helpdesk/tickets/{ticket.pk}/requester/", {"address": "ANA@example.org"})
        assert not ticket.events.filter(kind="requester").exists()
