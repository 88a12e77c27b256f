"""Tie two tickets together."""

from __future__ import annotations

from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.choices import EventKind, LinkKind
from wagtail_helpdesk.tickets.models import Ticket, TicketLink
from wagtail_helpdesk.tickets.timeline import write_event


def link_tickets(*, source: Ticket, target: Ticket, kind: LinkKind, actor: Actor) -> TicketLink:
    """Link ``source`` to ``target`` and say so in both timelines. Must run in an action."""
    link, created = TicketLink.objects.get_or_create(source=source, target=target, kind=kind)
    if created:
        write_event(source, EventKind.LINKED, actor=actor, link=kind, ticket=target.pk)
        write_event(target, EventKind.LINKED, actor=actor, link=kind, ticket=source.pk)
    return link
