"""Mails of ours that somebody should look at: told once in the timeline and to the reactors, flagged on the ticket."""

from __future__ import annotations

from django.db.models import Q

from wagtail_helpdesk import events
from wagtail_helpdesk.events import Actor, DeliveryProblem
from wagtail_helpdesk.mail.choices import Audience, OutboundState, RecipientState
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.tickets.actions.flag_delivery import flag_delivery
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.timeline import write_event

#: Whose mails a ticket answers for. A notice to an agent that fails must not cause another one.
FOR_OUTSIDERS = (Audience.CUSTOMER, Audience.THIRD_PARTY)
#: A mail in one of these states, or with a recipient in one of those, is a problem until somebody has settled it.
UNSETTLED = (OutboundState.FAILED, OutboundState.UNCERTAIN)
NOT_REACHED = (RecipientState.REFUSED_PERM, RecipientState.BOUNCED)
#: Mails that were handed over, or were to be: what a person stopped is no problem.
_COUNTED = (*UNSETTLED, OutboundState.SENT, OutboundState.PARTIAL)


def tell_problem(mail: OutboundMail, what: str, *, reason: str = "") -> None:
    """Write the timeline and publish DeliveryProblem. ``what`` is that event's; ``reason`` names no address.

    Nobody is told of a mail without a ticket, or to an agent: the log and the health of its mailbox show it.
    """
    if mail.ticket_id is None or mail.audience not in FOR_OUTSIDERS:
        return
    with events.unit_of_work():
        write_event(
            mail.ticket_id, EventKind.DELIVERY, actor=Actor.system(), cause=reason[:100], what=what, mail=mail.pk
        )
        events.publish(
            DeliveryProblem(
                actor=Actor.system(),
                ticket_id=mail.ticket_id,
                outbound_id=mail.pk,
                message_id=mail.message_id,
                what=what,
            )
        )


def refresh_delivery_flag(ticket_id: int | None) -> None:
    """Bring the ticket's flag in line with its mails: after a mail got into trouble, or out of it."""
    if ticket_id is None:
        return
    mails = OutboundMail.objects.filter(
        ticket=ticket_id, audience__in=FOR_OUTSIDERS, settled_at__isnull=True, state__in=_COUNTED
    )
    trouble = Q(state__in=UNSETTLED) | Q(recipients__state__in=NOT_REACHED)
    flag_delivery(ticket_id, failed=mails.filter(trouble).exists())
