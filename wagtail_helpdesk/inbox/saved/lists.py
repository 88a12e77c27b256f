"""A saved view as a list: bounded in what it reads, however many tickets there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.desk.choices import FINISHED, UNRESOLVED, Category
from wagtail_helpdesk.desk.models import Status
from wagtail_helpdesk.desk.querysets import team_ids_of
from wagtail_helpdesk.inbox.ordering import ORDERINGS, WAITING, Ordering
from wagtail_helpdesk.inbox.parts import MAX_PARTS, first_keys
from wagtail_helpdesk.inbox.saved.models import InboxPreference, SavedView, Scope
from wagtail_helpdesk.inbox.standing_views import Scopes, visible_scopes, visible_tickets
from wagtail_helpdesk.tickets.conditions.fields import Context
from wagtail_helpdesk.tickets.conditions.language import Conditions, ConditionsRefused, parse_conditions
from wagtail_helpdesk.tickets.conditions.operators import whole_numbers
from wagtail_helpdesk.tickets.conditions.ticket_fields import MINE
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.querysets import VIEW_ALL_PERMISSION, TicketQuerySet

#: So many tickets a saved view reads at most of each of its parts (a team's open ones, a team's closed ones ...), the
#: first in its order. What matches further down is not found.
MAX_READ = 5000
#: More of an agent's own arrangement is not kept, nor counted.
MAX_PINNED = 12


def saved_views_for(user: Any) -> QuerySet[SavedView]:
    """Return the saved views that ``user`` may open: own ones, those of own teams and roles, and those for everyone."""
    shared = Q(scope=Scope.EVERYONE) | Q(scope=Scope.TEAM, team__in=team_ids_of(user))
    shared |= Q(scope=Scope.ROLE, role__in=user.groups.values("pk"))
    return SavedView.objects.filter(Q(owner=user) | shared)


def may_edit(user: Any, view: SavedView) -> bool:
    """Tell whether ``user`` may change or remove the view: its owner, and of shared ones whoever sees all teams."""
    return view.owner_id == user.pk or (view.scope != Scope.PRIVATE and user.has_perm(VIEW_ALL_PERMISSION))


@dataclass(frozen=True)
class SavedList:
    """A saved view as the inbox's lists want it."""

    saved: SavedView
    icon: str = "view"
    hidden: bool = False
    is_bounded: bool = True

    @property
    def empty(self) -> Any:
        """What the list says when there is nothing in it."""
        return _("No ticket matches this view.")

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return f"saved-{self.saved.pk}"

    @property
    def label(self) -> str:
        """Its name."""
        return self.saved.name

    @property
    def parent(self) -> str:
        """It stands by itself."""
        return ""

    @cached_property
    def ordering(self) -> Ordering:
        """Its order."""
        return ORDERINGS.get(self.saved.ordering, WAITING)

    @property
    def grouping(self) -> str:
        """The name of that by which it is grouped, "" for none."""
        return self.saved.grouping

    @cached_property
    def columns(self) -> frozenset[str] | None:
        """What rows show; None for what they usually show."""
        return frozenset(self.saved.columns) or None

    @cached_property
    def conditions(self) -> Conditions | None:
        """What it asks; None for what is no condition any more."""
        try:
            return parse_conditions(self.saved.conditions)
        except ConditionsRefused:
            return None

    def tickets_for(self, user: Any) -> TicketQuerySet:
        """Return the tickets that match, of the first ones of each part."""
        if self.conditions is None:
            return Ticket.objects.none()
        return matching_tickets(self.conditions, self.ordering, user)

    def parts_for(self, user: Any, scopes: Scopes) -> list[TicketQuerySet]:
        """Return none: what it reads is bounded already."""
        return []

    def counted_for(self, user: Any, scopes: Scopes) -> list[TicketQuerySet]:
        """Return what to count."""
        if self.conditions is None:
            return []
        return [matching_tickets(self.conditions, self.ordering, user, scopes)]


def matching_tickets(
    conditions: Conditions, ordering: Ordering, user: Any, scopes: Scopes | None = None
) -> TicketQuerySet:
    """Return the visible tickets for which ``conditions`` hold, among the first MAX_READ of each part in order."""
    scopes = visible_scopes(user) if scopes is None else scopes
    tickets = visible_tickets(user)
    parts = _parts(conditions, _scopes(conditions, user, scopes))
    if len(parts) > MAX_PARTS:
        parts = _parts(conditions, [tickets])
    if not parts:
        return Ticket.objects.none()
    found = tickets.filter(conditions.to_query(Context(user, timezone.now())))
    return found.filter(pk__in=first_keys(parts, ordering, MAX_READ))


def _parts(conditions: Conditions, scopes: Sequence[TicketQuerySet]) -> list[TicketQuerySet]:
    """Return what to look into: as an index has it, in fewer and larger parts for people of very many teams."""
    categories, states = list(_categories(conditions)), list(_states(conditions))
    if len(scopes) * len(categories) * len(states) <= MAX_PARTS:
        return [
            scope.filter(category=category, asleep__in=[state])
            for scope in scopes
            for category in categories
            for state in states
        ]
    return [scope.filter(category__in=categories, asleep__in=states) for scope in scopes] if categories else []


def _categories(conditions: Conditions) -> Iterable[str]:
    """The categories that can match. Spam and trash only where they are asked for."""
    chosen = conditions.demanded("category")
    by_status = conditions.demanded("status")
    if by_status is not None:
        statuses = Status.objects.filter(pk__in=whole_numbers(by_status))
        of_status = frozenset(statuses.values_list("category", flat=True))
        chosen = of_status if chosen is None else chosen & of_status
    if chosen is None:
        return [*UNRESOLVED, *FINISHED]
    return [category for category in Category.values if category in chosen]


def _states(conditions: Conditions) -> Iterable[bool]:
    asked = {condition.operator for condition in conditions.all if condition.field == "asleep"}
    if asked == {"yes"}:
        return (True,)
    return (False,) if asked == {"no"} else (False, True)


def _scopes(conditions: Conditions, user: Any, scopes: Scopes) -> Sequence[TicketQuerySet]:
    """The parts to look into. Whoever sees everything looks only where the conditions lead."""
    if not scopes or not user.has_perm(VIEW_ALL_PERMISSION):
        return scopes
    for field in ("team", "mailbox"):
        values = conditions.demanded(field)
        if values is not None:
            keys = {*whole_numbers(values), *(team_ids_of(user) if field == "team" and MINE in values else ())}
            return [Ticket.objects.current().filter(**{field: key}) for key in sorted(keys)]
    return scopes


def find_saved_view(key: int, user: Any) -> SavedList | None:
    """Return the saved view with that key as a list; None where there is none for this user."""
    saved = saved_views_for(user).filter(pk=key).first() if user.is_authenticated else None
    return SavedList(saved) if saved else None


def preference_of(user: Any) -> InboxPreference:
    """Return how ``user`` arranged the inbox; a new one, not stored, where nothing was arranged."""
    return InboxPreference.objects.filter(user=user).first() or InboxPreference(user=user)


def pinned_views(user: Any, preference: InboxPreference | None = None) -> list[SavedList]:
    """Return the saved views that stand beside the list, in the user's order. Two queries at most."""
    preference = preference or preference_of(user)
    keys = preference.pinned[:MAX_PINNED]
    found = saved_views_for(user).in_bulk(keys) if keys else {}
    return [SavedList(found[key]) for key in keys if key in found]
