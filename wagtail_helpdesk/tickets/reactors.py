"""What tickets do when contacts are merged or erased."""

from __future__ import annotations

from django.utils import timezone

from wagtail_helpdesk.events import ContactErased, ContactsMerged
from wagtail_helpdesk.tickets.choices import ParticipantState, Role
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent, TicketParticipant, TicketToken


def move_contact(event: ContactsMerged) -> None:
    """The merged contact's tickets, participations and timeline lines become the survivor's."""
    Ticket.objects.filter(requester=event.source_id).update(requester=event.target_id)
    TicketEvent.objects.filter(actor_contact=event.source_id).update(actor_contact=event.target_id)
    for row in TicketParticipant.objects.filter(contact=event.source_id):
        twin = TicketParticipant.objects.filter(ticket=row.ticket_id, contact=event.target_id).first()
        if twin is None:
            row.contact_id = event.target_id
            row.save(update_fields=["contact"])
        else:
            TicketToken.objects.filter(participant=row).update(participant=twin)
            if row.role == Role.REQUESTER:
                TicketParticipant.objects.filter(pk=twin.pk).update(role=Role.REQUESTER, state=ParticipantState.ACTIVE)
            row.delete()


def forget_contact(event: ContactErased) -> None:
    """Names and addresses go from the tickets; links stop working."""
    TicketParticipant.objects.filter(contact=event.contact_id).update(
        address="", reply_address="", state=ParticipantState.LEFT
    )
    TicketEvent.objects.filter(actor_contact=event.contact_id).update(actor_name="")
    living = TicketToken.objects.filter(participant__contact=event.contact_id, revoked_at__isnull=True)
    living.update(revoked_at=timezone.now())
