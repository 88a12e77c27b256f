"""Messages that become a ticket of their own, and come back."""

from __future__ import annotations

import pytest
from django.utils import timezone

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.add_message import AddMessage
from wagtail_helpdesk.conversations.actions.split_messages import SplitMessages
from wagtail_helpdesk.conversations.words import Words
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.reversers import split_step
from wagtail_helpdesk.inbox.undoing import remember, undo
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket, TicketLink


def write(ticket, text="Any news?", **fields):
    """Add what the requester wrote, as a channel does."""
    return AddMessage(
        ticket=ticket,
        words=Words(text=text),
        channel="email",
        at=timezone.now(),
        address=ticket.requester.address,
        actor=Actor.of_contact(ticket.requester),
        **fields,
    )()


@pytest.fixture
def messages(desk, ticket):
    """The question, our reply, another question, a note on it."""
    factories.add_reply(ticket, desk.agent, delay=0)
    factories.add_customer_message(ticket, "Something else: is it open on Sunday?")
    factories.add_note(ticket, desk.agent)
    return list(ticket.messages.in_order())


def split(ticket, messages, user, **kwargs):
    return SplitMessages(ticket=ticket, messages=messages, actor=Actor.of_user(user), **kwargs)()


def test_several_at_once(desk, ticket, messages):
    new = split(ticket, messages[2:], desk.agent, subject=" Sundays ")
    assert (new.subject, new.requester, new.message_count, new.team) == ("Sundays", ticket.requester, 2, desk.team)
    assert list(new.messages.in_order()) == messages[2:]
    assert new.customer_waiting_since == messages[2].created_at
    ticket.refresh_from_db()
    assert (ticket.message_count, ticket.customer_waiting_since) == (2, None)
    assert TicketLink.objects.get().target == ticket
    assert new.events.filter(kind="split", data__count=2).exists()


def test_only_our_own_words(desk, ticket, messages):
    new = split(ticket, [messages[1], messages[3]], desk.agent)
    assert new.requester == ticket.requester
    assert OutboundMail.objects.get(message=messages[1]).ticket == new


@pytest.mark.parametrize("chosen", [slice(0, 0), slice(0, 4)])
def test_neither_nothing_nor_all(desk, ticket, messages, chosen):
    with pytest.raises(ActionRefused):
        split(ticket, messages[chosen], desk.agent)


def test_what_is_not_sent_yet_stays(desk, ticket, messages):
    waiting = factories.add_reply(ticket, desk.agent, delay=60)
    with pytest.raises(ActionRefused, match="sent or received"):
        split(ticket, [waiting], desk.agent)


def test_undo_brings_them_back_as_they_were(desk, ticket):
    third = write(ticket, "From a supplier", visibility="internal")
    new = split(ticket, [third], desk.agent)
    record = remember(desk.agent, [split_step(ticket, new, [third])])
    third.refresh_from_db()
    assert (third.ticket, third.visibility) == (new, "public")
    assert undo(record) == {ticket.pk: ""}
    third.refresh_from_db()
    assert (third.ticket, third.visibility) == (ticket, "internal"), "what a third party wrote is for agents"
    assert Ticket.objects.get(pk=new.pk).merged_into == ticket
