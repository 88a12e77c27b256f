"""A customer answers somebody who is away, and nobody stands in: the ticket goes back to the team."""

from __future__ import annotations

from django.utils import timezone

from wagtail_helpdesk.conversations.choices import Direction, Flag
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.absences import absence_by_key, away
from wagtail_helpdesk.desk.choices import HIDDEN
from wagtail_helpdesk.desk.models import Absence
from wagtail_helpdesk.desk.querysets import stands_in_for
from wagtail_helpdesk.events import Actor, MessageAdded
from wagtail_helpdesk.tickets.actions.return_to_team import ReturnToTeam
from wagtail_helpdesk.tickets.choices import Visibility
from wagtail_helpdesk.tickets.permissions import may


def return_to_team(event: MessageAdded) -> None:
    """Leave the ticket to the team, where the team wants that. A machine's answer waits for nobody.

    One query for a ticket that somebody has.
    """
    if event.direction != Direction.INBOUND or event.visibility != Visibility.PUBLIC or not event.may_notify.allowed:
        return
    if event.at_hand is not None:
        message = event.at_hand.message
    else:
        message = Message.objects.select_related("ticket__team").get(pk=event.message_id)
    ticket = message.ticket
    if ticket.assignee_id is None or ticket.category in HIDDEN or Flag.AUTO_REPLY in message.flags:
        return
    absence = absence_by_key(ticket.assignee_id)
    if absence is None or not absence.is_now(timezone.now()) or is_covered(absence) or not ticket.team.takes_back:
        return
    ReturnToTeam(ticket=ticket, absence=absence, actor=Actor.system(), depth=event.depth)()
    # Whoever is told next of this message is told by what the ticket is now.
    ticket.assignee = None


def is_covered(absence: Absence) -> bool:
    """Tell whether somebody stands in who is there, and may."""
    substitute = absence.substitute
    if substitute is None or not may(substitute, "view") or away(substitute) is not None:
        return False
    return absence.user_id in stands_in_for(substitute)
