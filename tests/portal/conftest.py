"""A customer with a tracking link."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.participants import add_participant, token_for
from wagtail_helpdesk.tickets.choices import Role, TokenPurpose
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant


def link_of(participant: TicketParticipant) -> str:
    """Return the path of the participant's tracking link."""
    return f"/helpdesk/t/{token_for(participant, TokenPurpose.PORTAL).signed}/"


@pytest.fixture
def requester(ticket: Ticket) -> TicketParticipant:
    """Return the one who asked."""
    return ticket.participants.get()


@pytest.fixture
def link(requester: TicketParticipant) -> str:
    """Return the requester's tracking link."""
    return link_of(requester)


@pytest.fixture
def join(ticket: Ticket) -> Callable[..., TicketParticipant]:
    """Return a function that adds somebody to the ticket: ``join("ben@example.org", role=...)``."""

    def join(address: str, *, role: str = Role.CC, name: str = "Ben", **fields) -> TicketParticipant:
        contact: Contact = factories.make_contact(address, name=name)
        return add_participant(ticket=ticket, contact=contact, address=address, role=role, **fields)

    return join
