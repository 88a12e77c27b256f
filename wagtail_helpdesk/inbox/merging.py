"""Several tickets become one: what will happen, and doing it. The lists' bulk bar uses the same function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from wagtail_helpdesk import events
from wagtail_helpdesk.desk.choices import UNRESOLVED
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.reversers import merge_step
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant

#: Suggestions at most; and tickets that are merged in one go.
SUGGESTED, AT_ONCE = 10, 20


@dataclass(frozen=True)
class MergePlan:
    """What merging ``sources`` into ``target`` will do."""

    target: Ticket
    sources: list[Ticket]
    #: People of the sources who will be copied in on the target.
    people: list[TicketParticipant]
    tags: list[str]
    #: Teams whose people go on seeing what was theirs.
    teams: list[str]

    @property
    def messages(self) -> int:
        """How many messages the target will have."""
        return sum(ticket.message_count for ticket in (self.target, *self.sources))


def plan_merge(target: Ticket, sources: Sequence[Ticket]) -> MergePlan:
    """Return what will happen. Two queries; the tickets come with their tags and teams."""
    rows = TicketParticipant.objects.filter(ticket__in=[target, *sources]).select_related("contact").order_by("pk")
    there = {row.contact_id for row in rows if row.ticket_id == target.pk}
    people = {row.contact_id: row for row in rows if row.contact_id not in there}
    tags = {tag.name for ticket in sources for tag in ticket.tags.all()} - {tag.name for tag in target.tags.all()}
    teams = {ticket.team.name for ticket in sources if ticket.team_id != target.team_id}
    return MergePlan(target, list(sources), list(people.values()), sorted(tags), sorted(teams))


def suggestions(ticket: Ticket, user: Any) -> list[Ticket]:
    """Return the requester's other tickets, those that are open first, newest first."""
    others = mergeable(user).filter(Q(requester=ticket.requester_id)).exclude(pk=ticket.pk)
    newest = list(others.order_by("-last_activity_at", "-pk")[: SUGGESTED * 2])
    newest.sort(key=lambda one: one.category not in UNRESOLVED)
    return newest[:SUGGESTED]


def mergeable(user: Any) -> QuerySet[Ticket]:
    """Return the tickets that ``user`` may merge, where the user may merge at all, as a page shows them."""
    tickets = Ticket.objects.in_scope_of(user).current()
    return tickets.select_related("status", "team", "requester").prefetch_related("tags")


def merge_into(target: Ticket, sources: Sequence[Ticket], actor: Actor) -> list[dict[str, Any]]:
    """Merge each of ``sources`` into ``target``, all or none; return the steps that undo it.

    PermissionDenied or ActionRefused as MergeTickets.
    """
    with events.unit_of_work():
        return [merge_step(MergeTickets(source=source, target=target, actor=actor)()) for source in sources]
