"""The standing views of the inbox: which tickets, in which order, under which name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.querysets import team_ids_of
from wagtail_helpdesk.inbox.ordering import NEWEST, WAITING, Ordering
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.querysets import TicketQuerySet


@dataclass(frozen=True)
class StandingView:
    """One view: ``narrow`` takes the tickets that a user may see and the user."""

    slug: str
    label: Promise
    icon: str
    narrow: Callable[[TicketQuerySet, Any], TicketQuerySet]
    ordering: Ordering
    #: What the list says when there is nothing in it.
    empty: Promise
    #: Out of the ordinary: searches look into it only from inside.
    hidden: bool = False

    def tickets_for(self, user: Any) -> TicketQuerySet:
        """Return the tickets of this view that ``user`` may see."""
        return self.narrow(visible_tickets(user), user)


def visible_tickets(user: Any) -> TicketQuerySet:
    """Return every ticket that lists, counts and searches of ``user`` may draw from."""
    return Ticket.objects.visible_to(user).current()


VIEWS = (
    StandingView(
        "unassigned",
        _("Unassigned"),
        "mail",
        lambda tickets, user: tickets.active().filter(assignee__isnull=True),
        WAITING,
        _("Every ticket has somebody who looks after it."),
    ),
    StandingView(
        "mine",
        _("Mine"),
        "user",
        lambda tickets, user: tickets.active().filter(assignee=user),
        WAITING,
        _("Nothing waits for you."),
    ),
    StandingView(
        "team",
        _("Team"),
        "group",
        lambda tickets, user: tickets.active().filter(team__in=team_ids_of(user)),
        WAITING,
        _("Nothing waits for your teams."),
    ),
    StandingView(
        "pending",
        pgettext_lazy("tickets", "Pending"),
        "time",
        lambda tickets, user: tickets.filter(category=Category.PENDING),
        NEWEST,
        _("No ticket waits for a customer."),
    ),
    StandingView(
        "all",
        _("All open"),
        "folder-open-inverse",
        lambda tickets, user: tickets.unresolved(),
        WAITING,
        _("No ticket is open."),
    ),
    StandingView(
        "closed",
        pgettext_lazy("tickets", "Closed"),
        "check",
        lambda tickets, user: tickets.finished(),
        NEWEST,
        _("No ticket was closed yet."),
    ),
    StandingView(
        "spam",
        _("Spam"),
        "warning",
        lambda tickets, user: tickets.filter(category=Category.SPAM),
        NEWEST,
        _("No spam."),
        hidden=True,
    ),
    StandingView(
        "trash",
        _("Trash"),
        "bin",
        lambda tickets, user: tickets.filter(category=Category.TRASH),
        NEWEST,
        _("The trash is empty."),
        hidden=True,
    ),
)
BY_SLUG = {view.slug: view for view in VIEWS}
#: Where the inbox opens.
DEFAULT = VIEWS[0]
