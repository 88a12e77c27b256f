"""The tickets that are a part of another one: which of them a reply to all goes to, and which are left out, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.desk.choices import FINISHED, HIDDEN
from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.tickets.choices import LinkKind, Role
from wagtail_helpdesk.tickets.models import Ticket, TicketLink, TicketParticipant
from wagtail_helpdesk.tickets.permissions import may


@dataclass(frozen=True)
class Children:
    """The parts of a ticket as one agent sees them."""

    #: Those that the reply goes to.
    chosen: Sequence[Ticket]
    #: Those that it does not go to, each with the reason.
    left_out: Sequence[tuple[Ticket, Promise]]
    #: Whether there are more that the agent does not see: how many, and which, is nothing to know.
    has_hidden: bool


def children_of(ticket: Ticket, user: Any) -> Children:
    """Return the children of ``ticket``. A merged one counts as the ticket that it went into. Four queries at most."""
    keys = _child_keys(ticket)
    visible = visible_tickets(user).select_related("status", "requester", "mailbox").in_bulk(keys) if keys else {}
    addressed = _addressed(visible)
    chosen, left_out = [], []
    for key in keys:
        child = visible.get(key)
        if child is None:
            continue
        why = _why_not(child, user, addressed)
        if why:
            left_out.append((child, why))
        else:
            chosen.append(child)
    return Children(chosen, left_out, has_hidden=_has_hidden(keys, visible))


def is_child(child: Ticket, parent_id: int) -> bool:
    """Tell whether ``child`` is (still) a part of that ticket, itself or by what was merged into it."""
    parts = Ticket.objects.filter(merged_into=child).values_list("pk", flat=True)
    return TicketLink.objects.filter(kind=LinkKind.CHILD, target=parent_id, source__in=[child.pk, *parts]).exists()


def _child_keys(ticket: Ticket) -> list[int]:
    links = TicketLink.objects.filter(kind=LinkKind.CHILD, target=ticket).order_by("pk")
    rows = links.values_list("source", "source__merged_into")
    return [key for key in dict.fromkeys(merged or own for own, merged in rows) if key != ticket.pk]


def _has_hidden(keys: Sequence[int], visible: dict[int, Ticket]) -> bool:
    unseen = [key for key in keys if key not in visible]
    return bool(unseen) and Ticket.objects.current().filter(pk__in=unseen).exists()


def _addressed(tickets: dict[int, Ticket]) -> set[int]:
    """Return the keys of those whose requester can be written to."""
    people = TicketParticipant.objects.filter(ticket__in=tickets, role=Role.REQUESTER) if tickets else ()
    return {person.ticket_id for person in people if person.mail_address and not person.muted}


def _why_not(child: Ticket, user: Any, addressed: set[int]) -> Promise | None:
    if child.category in FINISHED:
        return _("is resolved or closed")
    if child.category in HIDDEN:
        return _("is spam or in the trash")
    if not may(user, "reply", child):
        return _("you may not reply to it")
    if child.pk not in addressed:
        return _("there is no address to write to")
    return None
