"""The standing views of the inbox: which tickets, in which order, under which name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk.desk.choices import ACTIVE, FINISHED, UNRESOLVED, Category
from wagtail_helpdesk.desk.querysets import team_ids_of
from wagtail_helpdesk.inbox.ordering import NEWEST, WAITING, Ordering
from wagtail_helpdesk.inbox.parts import MAX_PARTS
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.querysets import TicketQuerySet


@dataclass(frozen=True)
class StandingView:
    """One view: tickets of its categories, and of these what ``narrow`` leaves for a user."""

    slug: str
    label: Promise
    icon: str
    categories: tuple[Category, ...]
    ordering: Ordering
    #: What the list says when there is nothing in it.
    empty: Promise
    narrow: Callable[[TicketQuerySet, Any], TicketQuerySet] = lambda tickets, user: tickets
    #: Out of the ordinary: searches look into it only from inside.
    hidden: bool = False

    def tickets_for(self, user: Any) -> TicketQuerySet:
        """Return the tickets of this view that ``user`` may see."""
        return self.narrow(visible_tickets(user).filter(category__in=self.categories), user)

    def parts_for(self, user: Any, scopes: Sequence[TicketQuerySet]) -> list[TicketQuerySet]:
        """Return the same tickets in parts, which may overlap; none where there would be too many parts.

        ``scopes`` are those of :func:`visible_scopes`.
        """
        parts = [self.narrow(scope.filter(category=category), user) for scope in scopes for category in self.categories]
        return parts if len(parts) <= MAX_PARTS else []


def visible_tickets(user: Any) -> TicketQuerySet:
    """Return every ticket that lists, counts and searches of ``user`` may draw from."""
    return Ticket.objects.visible_to(user).current()


def visible_scopes(user: Any) -> list[TicketQuerySet]:
    """Return the same tickets in the parts that make them visible. One query at most."""
    return Ticket.objects.current().visible_parts(user)


VIEWS = (
    StandingView(
        "unassigned",
        _("Unassigned"),
        "mail",
        ACTIVE,
        WAITING,
        _("Every ticket has somebody who looks after it."),
        lambda tickets, user: tickets.filter(assignee__isnull=True),
    ),
    StandingView(
        "mine",
        _("Mine"),
        "user",
        ACTIVE,
        WAITING,
        _("Nothing waits for you."),
        lambda tickets, user: tickets.filter(assignee=user),
    ),
    StandingView(
        "team",
        _("Team"),
        "group",
        ACTIVE,
        WAITING,
        _("Nothing waits for your teams."),
        lambda tickets, user: tickets.filter(team__in=team_ids_of(user)),
    ),
    StandingView(
        "pending",
        pgettext_lazy("tickets", "Pending"),
        "time",
        (Category.PENDING,),
        NEWEST,
        _("No ticket waits for a customer."),
    ),
    StandingView(
        "all",
        _("All open"),
        "folder-open-inverse",
        UNRESOLVED,
        WAITING,
        _("No ticket is open."),
    ),
    StandingView(
        "closed",
        pgettext_lazy("tickets", "Closed"),
        "check",
        FINISHED,
        NEWEST,
        _("No ticket was closed yet."),
    ),
    StandingView(
        "spam",
        _("Spam"),
        "warning",
        (Category.SPAM,),
        NEWEST,
        _("No spam."),
        hidden=True,
    ),
    StandingView(
        "trash",
        _("Trash"),
        "bin",
        (Category.TRASH,),
        NEWEST,
        _("The trash is empty."),
        hidden=True,
    ),
)
BY_SLUG = {view.slug: view for view in VIEWS}
#: Where the inbox opens.
DEFAULT = VIEWS[0]
