"""What a customer does over a tracking link: answer, and close. The rest is reading."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from wagtail_helpdesk.contact_forms.dedupe import submission_key
from wagtail_helpdesk.contact_forms.uploads import new_files
from wagtail_helpdesk.conversations.words import Words
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.intake.incoming import Evidence, EvidenceKind, IncomingMessage, Person, Receipt
from wagtail_helpdesk.intake.receive import receive
from wagtail_helpdesk.portal.visits import Visit
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.participants import token_for
from wagtail_helpdesk.tickets.choices import Channel, TokenPurpose
from wagtail_helpdesk.tickets.models import TicketParticipant, TicketToken


def answer(visit: Visit, data: dict[str, Any]) -> Receipt:
    """Take in an answer (``data`` of a valid AnswerForm). Closed too long ago, the ticket is continued by a new one."""
    ticket, participant = visit.ticket, visit.participant
    now = timezone.now()
    words = Words(text=data["text"], subject=ticket.subject, files=new_files(data["files"]))
    parts = ("portal", visit.token.public_id, words.text)
    return receive(
        IncomingMessage(
            channel=Channel.PORTAL,
            key=submission_key(parts, words.files, timestamp=now.timestamp()),
            sender=Person(participant.address, visit.contact.name),
            words=words,
            mailbox_id=ticket.mailbox_id,
            received_at=now,
            evidence=(Evidence(EvidenceKind.TOKEN, ticket.pk, participant.pk),),
            language=visit.contact.language or ticket.language,
            ticket_fields={"team": ticket.team, "site": ticket.site},
        )
    )


def token_in(ticket_id: int, visit: Visit) -> TicketToken:
    """Return the visitor's token in the ticket that took the answer in: another one where a new ticket continues.

    The address may have become another contact's since: then it is that contact who gets the new ticket's link.
    """
    if ticket_id == visit.ticket.pk:
        return visit.token
    with transaction.atomic():
        participant = TicketParticipant.objects.filter(ticket=ticket_id, contact=visit.contact).first()
        return token_for(participant, TokenPurpose.PORTAL) if participant else visit.token


def close(visit: Visit) -> None:
    """Set the ticket resolved in the customer's name. Conflict when its status changed since the visit was read."""
    ChangeStatus(
        ticket=visit.ticket,
        status=default_status(Category.RESOLVED),
        seen=visit.ticket.status_id,
        actor=Actor.of_contact(visit.contact),
    )()
