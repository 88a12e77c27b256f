"""Tie two tickets together, and take such a tie away."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind, LinkKind
from wagtail_helpdesk.tickets.models import Ticket, TicketLink
from wagtail_helpdesk.tickets.permissions import may
from wagtail_helpdesk.tickets.timeline import write_event

#: Kinds that must not lead back to where they began.
_DIRECTED = (LinkKind.DUPLICATE, LinkKind.CHILD, LinkKind.BLOCKED)
#: Tickets that are looked at for a circle.
_REACH = 200


def link_tickets(*, source: Ticket, target: Ticket, kind: LinkKind, actor: Actor) -> TicketLink:
    """Link ``source`` to ``target`` and say so in both timelines. Must run in an action."""
    link, created = TicketLink.objects.get_or_create(source=source, target=target, kind=kind)
    if created:
        write_event(source, EventKind.LINKED, actor=actor, link=kind, ticket=target.pk)
        write_event(target, EventKind.LINKED, actor=actor, link=kind, ticket=source.pk)
    return link


class LinkTickets(TicketAction):
    """Link ``ticket`` to ``other``, which the person has to see; ``backwards`` the other way round.

    ``kind`` reads from the first to the second: DUPLICATE "is a duplicate of", CHILD "is a part of", BLOCKED "waits
    for".
    """

    def __init__(self, *, other: Ticket, kind: LinkKind, backwards: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.other, self.kind, self.backwards = other, kind, backwards

    def check(self) -> None:
        """As the base; ActionRefused for a ticket and itself, for one that is gone, and for a circle."""
        super().check()
        if self.actor.kind == "user" and not may(self.user, "view", self.other):
            raise PermissionDenied
        if self.other.pk == self.ticket.pk:
            raise ActionRefused(_("A ticket cannot be linked to itself."))
        if self.other.merged_into_id or self.other.erased_at:
            raise ActionRefused(_("This ticket was merged or erased before."))
        ends = (self.ticket, self.other)
        self.source, self.target = reversed(ends) if self.backwards else ends
        if self.kind in _DIRECTED and _leads_to(self.target.pk, self.source.pk, self.kind):
            raise ActionRefused(_("That would be a circle: they are linked the other way round."))

    def execute(self) -> TicketLink | None:
        """Return the new link; None where there was one."""
        links = TicketLink.objects.filter(source=self.source, target=self.target, kind=self.kind)
        if self.kind == LinkKind.RELATED:
            links |= TicketLink.objects.filter(source=self.target, target=self.source, kind=self.kind)
        if links.exists():
            return None
        return link_tickets(source=self.source, target=self.target, kind=self.kind, actor=self.actor)


class UnlinkTickets(TicketAction):
    """Take a link of ``ticket`` away, whichever end it is."""

    def __init__(self, *, link: TicketLink, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.link = link

    def execute(self) -> bool:
        """Return whether there was one."""
        ends = (self.link.source_id, self.link.target_id)
        if self.ticket.pk not in ends or not TicketLink.objects.filter(pk=self.link.pk).delete()[0]:
            return False
        other = ends[1] if ends[0] == self.ticket.pk else ends[0]
        self.record(EventKind.UNLINKED, link=self.link.kind, ticket=other)
        write_event(other, EventKind.UNLINKED, actor=self.actor, link=self.link.kind, ticket=self.ticket.pk)
        return True


def _leads_to(start: int, goal: int, kind: str) -> bool:
    """Tell whether links of ``kind`` lead from ``start`` to ``goal``."""
    seen, front = {start}, {start}
    while front and len(seen) < _REACH:
        links = TicketLink.objects.filter(source__in=front, kind=kind).values_list("target", flat=True)
        front = set(links) - seen
        if goal in front:
            return True
        seen |= front
    return False
