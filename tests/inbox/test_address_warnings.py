"""What the composer says of the addresses that an answer goes to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.inbox.address_warnings import warnings_for
from wagtail_helpdesk.mail.models import AddressSuppression
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.choices import ParticipantState, Role

BOUNCED = "Mail to ana@example.org came back lately."


def suppress(address, reason="bounced", **until):
    AddressSuppression.objects.create(
        address_hash=address_hash(address), reason=reason, until=timezone.now() + timedelta(**(until or {"days": 1}))
    )


def page_of(login, user, ticket):
    return login(user).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()


def test_agents_are_told_before_they_write(desk, ticket, login):
    assert "helpdesk-composer__doubt" not in page_of(login, desk.agent, ticket)
    suppress("ana@example.org")
    assert BOUNCED in page_of(login, desk.agent, ticket)
    assert BOUNCED not in page_of(login, desk.light, ticket), "who sends nothing need not know"
    AddressSuppression.objects.update(until=timezone.now())
    assert BOUNCED not in page_of(login, desk.agent, ticket)


@pytest.mark.parametrize(
    ("reason", "words"),
    [("bounced", "came back"), ("complained", "spam"), ("repeating", "machine"), ("of a later version", "came back")],
)
def test_by_the_reason(reason, words, ticket):
    suppress("ana@example.org", reason)
    (found,) = warnings_for(ticket.participants.all())
    assert words in found and "ana@example.org" in found


def test_an_address_that_nobody_reads(desk):
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="no-reply@example.org")
    (found,) = warnings_for(ticket.participants.all())
    assert found == "no-reply@example.org looks like an address that nobody reads."


def test_only_of_those_whom_the_answer_reaches(desk, ticket, django_assert_num_queries):
    for number, state in enumerate((ParticipantState.ACTIVE, ParticipantState.PENDING, ParticipantState.LEFT)):
        address = f"{state}@example.org"
        ticket.participants.create(contact=factories.make_contact(address), role=Role.CC, state=state, address=address)
        suppress(address, days=number + 1)
    people = list(ticket.participants.order_by("pk"))
    with django_assert_num_queries(1):
        assert warnings_for(people) == ["Mail to active@example.org came back lately."]
    with django_assert_num_queries(0):
        assert warnings_for([]) == []


@pytest.mark.parametrize("address", ["", "no address"])
def test_what_is_no_address_is_left_alone(ticket, address):
    ticket.participants.update(address=address)
    assert warnings_for(ticket.participants.all()) == []


def test_what_is_written_to_instead_counts(ticket):
    ticket.participants.update(reply_address="other@example.org")
    suppress("ana@example.org")
    assert warnings_for(ticket.participants.all()) == []
    suppress("other@example.org")
    assert warnings_for(ticket.participants.all()) == ["Mail to other@example.org came back lately."]
