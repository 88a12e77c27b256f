"""Who takes part: add a participant, mint and revoke tokens."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from wagtail_helpdesk import events
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind, ParticipantState, Role, TokenPurpose, Visibility
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant, TicketToken
from wagtail_helpdesk.tickets.tokens import new_public_id

#: What a participant may do: columns that go along where the person goes.
RIGHTS = ("muted", "may_see", "may_answer")
ALL_RIGHTS = {"muted": False, "may_see": True, "may_answer": True}


def add_participant(
    *,
    ticket: Ticket,
    contact: Contact,
    address: str,
    role: str,
    state: str = ParticipantState.ACTIVE,
    reply_address: str = "",
    like: TicketParticipant | None = None,
) -> TicketParticipant:
    """Return the contact's participation in ``ticket``, made when there is none. Must run in an action.

    ``like``: the person's participation in a ticket that this one goes on from; one copied in keeps the rights of it.
    """
    keeps = role == Role.CC and like is not None and like.role == Role.CC
    rights = {name: getattr(like, name) for name in RIGHTS} if keeps else {}
    try:
        with events.savepoint():
            return TicketParticipant.objects.create(
                ticket=ticket,
                contact=contact,
                address=address,
                role=role,
                state=state,
                reply_address=reply_address,
                **rights,
            )
    except IntegrityError:
        return TicketParticipant.objects.get(ticket=ticket, contact=contact)


def token_for(participant: TicketParticipant, purpose: str, *, is_new: bool = False) -> TicketToken:
    """Return the participant's living token for ``purpose``, made when there is none.

    ``is_new``: nobody has asked for one before, so none is looked for.
    """
    living = TicketToken.objects.filter(participant=participant, purpose=purpose, revoked_at__isnull=True)
    made = [one for one in events.unwritten(TicketToken) if (one.participant, one.purpose) == (participant, purpose)]
    token = made[0] if made else None if is_new else living.first()
    if token is None:
        token = TicketToken(
            public_id=new_public_id(),
            ticket_id=participant.ticket_id,
            participant=participant,
            purpose=purpose,
            visibility=Visibility.PUBLIC,
        )
        events.write_later([token])
    return token


def agent_token_for(ticket: Ticket, user: Any, visibility: str) -> TicketToken:
    """Return the living token by which ``user`` answers by mail, made when there is none.

    ``visibility`` is that of the words the agent was told of: an answer to them is never seen by more people.
    """
    token = TicketToken.objects.filter(
        ticket=ticket, user=user, purpose=TokenPurpose.AGENT, visibility=visibility, revoked_at__isnull=True
    ).first()
    if token is None:
        token = TicketToken.objects.create(
            public_id=new_public_id(), ticket=ticket, user=user, purpose=TokenPurpose.AGENT, visibility=visibility
        )
    return token


class RevokeTrackingLink(TicketAction):
    """Make a participant's tracking links useless; the next mail brings a new one."""

    def __init__(self, *, participant: TicketParticipant, **kwargs) -> None:
        super().__init__(ticket=participant.ticket, **kwargs)
        self.participant = participant

    def execute(self) -> int:
        """Return how many links were revoked."""
        living = TicketToken.objects.filter(
            participant=self.participant, purpose=TokenPurpose.PORTAL, revoked_at__isnull=True
        )
        revoked = living.update(revoked_at=timezone.now())
        if revoked:
            self.record(EventKind.TOKEN_REVOKED, name=str(self.participant.contact))
        return revoked
