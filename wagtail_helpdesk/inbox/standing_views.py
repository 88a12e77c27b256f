"""The standing views of the inbox: which tickets, in which order, under which name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk.conversations.approving import waiting_for
from wagtail_helpdesk.conversations.models import Draft
from wagtail_helpdesk.desk.choices import ACTIVE, FINISHED, UNRESOLVED, Category
from wagtail_helpdesk.desk.models import Team
from wagtail_helpdesk.desk.querysets import stands_in_for, team_ids_of
from wagtail_helpdesk.inbox.models import Mention
from wagtail_helpdesk.inbox.ordering import NEWEST, WAITING, WAKING, Ordering
from wagtail_helpdesk.inbox.parts import MAX_PARTS
from wagtail_helpdesk.tickets.models import Ticket, TicketReader
from wagtail_helpdesk.tickets.querysets import VIEW_ALL_PERMISSION, Parts, TicketQuerySet
from wagtail_helpdesk.tickets.unions import Keys, Union

Scopes = Sequence[TicketQuerySet]


@dataclass(frozen=True)
class StandingView:
    """One view: tickets of its categories, and of these what ``narrow`` leaves for a user."""

    slug: str
    label: Promise | str
    icon: str
    categories: tuple[Category, ...]
    ordering: Ordering
    #: What the list says when there is nothing in it.
    empty: Promise
    narrow: Callable[[TicketQuerySet, Any], TicketQuerySet] = lambda tickets, user: tickets
    #: Out of the ordinary: searches look into it only from inside.
    hidden: bool = False
    #: Whether its tickets sleep; None where that makes no difference.
    asleep: bool | None = False
    #: The parts that have all of the view's tickets, where there are fewer than those of everything one may see.
    reach: Callable[[Any, Scopes], Scopes] = lambda user, scopes: scopes
    #: Tickets that have to do with the user, found by key: few, so they are looked up and not divided into parts.
    personal: bool = False
    #: The view that this one is a part of, in the menu.
    parent: str = ""
    #: What rows show; None for all.
    columns: frozenset[str] | None = None
    #: By what it is grouped of itself, and whether it reads no more than so many tickets.
    grouping: str = ""
    is_bounded: bool = False

    def tickets_for(self, user: Any) -> TicketQuerySet:
        """Return the tickets of this view that ``user`` may see."""
        tickets = visible_tickets(user).filter(category__in=self.categories)
        if self.asleep is not None:
            tickets = tickets.filter(asleep__in=[self.asleep])
        return self.narrow(tickets, user)

    def parts_for(self, user: Any, scopes: Scopes) -> list[TicketQuerySet]:
        """Return the same tickets in parts, which may overlap; none where there would be too many parts.

        ``scopes`` are those of :func:`visible_scopes`.
        """
        if self.personal:
            return []
        # A list of one value: a bare boolean would become "NOT asleep", to which not every database finds an index.
        states = (False, True) if self.asleep is None else (self.asleep,)
        parts = [
            self.narrow(scope.filter(category=category, asleep__in=[state]), user)
            for scope in self.reach(user, scopes)
            for category in self.categories
            for state in states
        ]
        return parts if len(parts) <= MAX_PARTS else []

    def counted_for(self, user: Any, scopes: Scopes) -> list[TicketQuerySet]:
        """Return what to count: no order is wanted, so that there are fewer parts than for a list."""
        reach = [] if self.personal else self.reach(user, scopes)
        if not reach or len(reach) > MAX_PARTS:
            return [self.tickets_for(user)]
        asleep = {} if self.asleep is None else {"asleep__in": [self.asleep]}
        return [self.narrow(scope.filter(category__in=self.categories, **asleep), user) for scope in reach]


def visible_tickets(user: Any) -> TicketQuerySet:
    """Return every ticket that lists, counts and searches of ``user`` may draw from."""
    return Ticket.objects.visible_to(user).current()


def visible_scopes(user: Any) -> Parts:
    """Return the same tickets in the parts that make them visible. One query at most."""
    return Ticket.objects.current().visible_parts(user)


def _of_user(user: Any, scopes: Scopes) -> Scopes:
    """Whatever is assigned to somebody, that person may see."""
    return [Ticket.objects.current().filter(assignee=user)] if scopes else []


def _of_teams(user: Any, scopes: Scopes) -> Scopes:
    """Whatever is a team's, its members may see."""
    return [Ticket.objects.current().filter(team=team) for team in team_ids_of(user)] if scopes else []


def _mentioning(tickets: TicketQuerySet, user: Any) -> TicketQuerySet:
    """A note names the user, or a reply waits for the user's approval: joined, so that each is found by key."""
    asked = waiting_for(user).order_by().values("message__ticket")
    return tickets.filter(pk__in=Union(Keys(Mention.objects.filter(user=user).values("ticket")), Keys(asked)))


def _drafted(tickets: TicketQuerySet, user: Any) -> TicketQuerySet:
    return tickets.filter(pk__in=Draft.objects.filter(user=user, ticket__isnull=False).values("ticket"))


def _starred(tickets: TicketQuerySet, user: Any) -> TicketQuerySet:
    return tickets.filter(pk__in=TicketReader.objects.filter(user=user, starred=True).values("ticket"))


#: Wherever it stands, spam and trash excepted.
_ANYWHERE = (*UNRESOLVED, *FINISHED)

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
        reach=_of_user,
    ),
    StandingView(
        "team",
        _("Team"),
        "group",
        ACTIVE,
        WAITING,
        _("Nothing waits for your teams."),
        lambda tickets, user: tickets.filter(team__in=team_ids_of(user)),
        reach=_of_teams,
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
        "snoozed",
        pgettext_lazy("tickets", "Snoozed"),
        "helpdesk-moon",
        UNRESOLVED,
        WAKING,
        _("No ticket sleeps."),
        asleep=True,
    ),
    StandingView(
        "mentions",
        _("Mentions"),
        "comment",
        _ANYWHERE,
        NEWEST,
        _("Nobody asks for you."),
        _mentioning,
        asleep=None,
        personal=True,
    ),
    StandingView(
        "drafts",
        _("Drafts"),
        "edit",
        _ANYWHERE,
        NEWEST,
        _("You have no unsent drafts."),
        _drafted,
        asleep=None,
        personal=True,
    ),
    StandingView(
        "starred",
        _("Starred"),
        "helpdesk-star",
        _ANYWHERE,
        NEWEST,
        _("You have starred no ticket."),
        _starred,
        asleep=None,
        personal=True,
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
        asleep=None,
    ),
    StandingView(
        "spam",
        _("Spam"),
        "warning",
        (Category.SPAM,),
        NEWEST,
        _("No spam."),
        asleep=None,
        hidden=True,
    ),
    StandingView(
        "trash",
        _("Trash"),
        "bin",
        (Category.TRASH,),
        NEWEST,
        _("The trash is empty."),
        asleep=None,
        hidden=True,
    ),
)
BY_SLUG = {view.slug: view for view in VIEWS}
#: Where the inbox opens.
DEFAULT = VIEWS[0]

#: More teams than these stand in no menu.
MAX_TEAMS = 30


def _of_the_absent(user: Any, scopes: Scopes) -> Scopes:
    """Whatever is assigned to them, whoever stands in may see."""
    return [Ticket.objects.current().filter(assignee=key) for key in stands_in_for(user)] if scopes else []


#: Stands in the menu of those who stand in for somebody.
STANDING_IN = StandingView(
    "standing-in",
    _("Standing in"),
    "user",
    ACTIVE,
    WAITING,
    _("Nothing waits for those for whom you stand in."),
    lambda tickets, user: tickets.filter(assignee__in=stands_in_for(user)),
    reach=_of_the_absent,
    parent="mine",
)


def standing_in_views(user: Any) -> list[StandingView]:
    """Return the view of what belongs to those for whom ``user`` stands in, while that is so. No query of its own."""
    return [STANDING_IN] if stands_in_for(user) else []


def team_view(team: Team) -> StandingView:
    """Return the view of one team, for a user who may see all that the team has."""
    return StandingView(
        f"team-{team.pk}",
        team.name,
        "group",
        ACTIVE,
        WAITING,
        _("Nothing waits for this team."),
        lambda tickets, user: tickets.filter(team=team),
        reach=lambda user, scopes: [Ticket.objects.current().filter(team=team)] if scopes else [],
        parent="team",
    )


def team_views(user: Any) -> list[StandingView]:
    """Return the views of each of the user's teams by itself; none for who has one team. One query."""
    keys = team_ids_of(user)
    if len(keys) < 2:
        return []
    return [team_view(team) for team in Team.objects.filter(pk__in=keys)[:MAX_TEAMS]]


def find_team_view(key: int, user: Any) -> StandingView | None:
    """Return the view of the team with that key; None where the user may not see all that it has."""
    if key not in team_ids_of(user) and not user.has_perm(VIEW_ALL_PERMISSION):
        return None
    team = Team.objects.filter(pk=key).first()
    return team_view(team) if team else None
