"""Who comes along with a tracking link, and what that person may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import UNRESOLVED, Category
from wagtail_helpdesk.tickets.choices import ParticipantState, Role, TokenPurpose
from wagtail_helpdesk.tickets.custom_fields.values import fields_of, shown_values
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant, TicketToken
from wagtail_helpdesk.tickets.tokens import unsign

#: Third parties get no tracking link, whatever table row says so.
_ROLES = (Role.REQUESTER, Role.CC)


@dataclass(frozen=True, slots=True)
class Visit:
    """One participant at the door, known by a token that is ours and not revoked."""

    token: TicketToken
    participant: TicketParticipant
    ticket: Ticket

    @property
    def contact(self) -> Contact:
        """The person."""
        return self.participant.contact

    @property
    def may_close(self) -> bool:
        """Whether this person may say that the question is answered: the one who asked, while the case is open."""
        return self.participant.role == Role.REQUESTER and self.ticket.category in UNRESOLVED

    @property
    def may_answer(self) -> bool:
        """Whether this person's answers are a part of the conversation."""
        return self.participant.may_answer

    def messages(self) -> QuerySet[Message]:
        """Return what this person may read: public messages; of a ticket joined later, those since, and one's own."""
        messages = Message.objects.public().filter(ticket=self.ticket)
        if self.participant.role != Role.REQUESTER:
            since = Q(created_at__gte=self.participant.joined_at)
            messages = messages.filter(since | Q(author_contact=self.participant.contact_id))
        return messages

    def facts(self) -> list[tuple[str, str]]:
        """Return (name, value) of the ticket's fields, as far as customers may see them: to the one who asked only."""
        if self.participant.role != Role.REQUESTER or not self.ticket.custom_fields:
            return []
        return shown_values(self.ticket, fields_of(self.ticket), public=True)


def visit_by_token(token: str) -> Visit | None:
    """Return the visit that a link's token stands for, None for any that is not ours or no longer good. One query."""
    public_id = unsign(TokenPurpose.PORTAL, token)
    return visit_by_public_id(public_id) if public_id else None


def visit_by_public_id(public_id: str) -> Visit | None:
    """Return the visit of a token whose signature was checked, None where it or its ticket is no longer good.

    The token of a merged ticket goes on with the ticket that it was merged into.
    """
    token = (
        TicketToken.objects.filter(public_id=public_id, purpose=TokenPurpose.PORTAL, revoked_at__isnull=True)
        .filter(participant__state=ParticipantState.ACTIVE, participant__role__in=_ROLES, participant__may_see=True)
        .select_related("participant__contact", "ticket__status", "ticket__mailbox")
        .first()
    )
    if token is None:
        return None
    ticket = token.ticket.current()
    if ticket.erased_at or ticket.category == Category.TRASH:
        return None
    return Visit(token, token.participant, ticket)


def leaver_by_token(token: str) -> Visit | None:
    """Return who may leave by this link, or has left; None for a link that is not ours or no longer good.

    Leaving makes all links of a person useless, this one too: but whoever comes again is told that it is done.
    """
    public_id = unsign(TokenPurpose.LEAVE, token)
    row = (
        TicketToken.objects.filter(public_id=public_id, purpose=TokenPurpose.LEAVE, participant__role=Role.CC)
        .select_related("participant__contact", "ticket__mailbox")
        .first()
        if public_id
        else None
    )
    if row is None or row.ticket.erased_at:
        return None
    has_left = row.participant.state == ParticipantState.LEFT
    if row.participant.state == ParticipantState.BLOCKED or (row.revoked_at and not has_left):
        return None
    return Visit(row, row.participant, row.ticket.current())
