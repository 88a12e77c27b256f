"""The agents of one's teams: who is here, what each holds, who is away. A fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db import connections
from django.db.models import QuerySet

from wagtail_helpdesk.desk.absences import away, away_sentences, away_words
from wagtail_helpdesk.desk.choices import UNRESOLVED
from wagtail_helpdesk.desk.models import Team
from wagtail_helpdesk.desk.querysets import team_ids_of
from wagtail_helpdesk.inbox.counts import CAP, count_text
from wagtail_helpdesk.inbox.durations import short_time_since
from wagtail_helpdesk.inbox.last_seen import is_here
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.parts import CappedCount
from wagtail_helpdesk.inbox.people import display_name, initials, picture_url
from wagtail_helpdesk.inbox.standing_views import BY_SLUG, visible_tickets
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may, users_who_may
from wagtail_helpdesk.tickets.prepared import statement
from wagtail_helpdesk.tickets.querysets import VIEW_ALL_PERMISSION, Parts

#: More people than these are not shown on one page.
MOST_PEOPLE = 150


@dataclass(frozen=True)
class Colleague:
    """One agent as the page shows one."""

    user: Any
    name: str
    initials: str
    picture: str
    #: Names of the teams that the reader may know of.
    teams: list[str]
    is_me: bool
    is_here: bool
    #: How long ago there was a sign of life, "" for somebody who was never here.
    seen: str
    #: How many tickets that are not resolved, of those that the reader may see; and where they are listed.
    holds: str
    url: str
    #: "away until ...", and all there is to say of it.
    away: str
    about: str
    #: Whether the reader may say when this person is away.
    may_set: bool


def colleagues_of(user: Any, scopes: Parts) -> list[Colleague]:
    """Return the agents of the teams of ``user``, with view_all those of all teams; who is here stands first.

    One more than MOST_PEOPLE where there are more. Three queries.
    """
    people = list(_people(user)[: MOST_PEOPLE + 1])
    teams = _teams_of(people, user)
    holds = _holds(people, user, scopes)
    sets_all = may(user, "view_all")
    address = view_url(BY_SLUG["all"])
    found = []
    for person, count in zip(people, holds, strict=True):
        seen_at = getattr(getattr(person, "helpdesk_last_seen", None), "seen_at", None)
        absence = away(person)
        substitute = display_name(absence.substitute) if absence and absence.substitute else ""
        found.append(
            Colleague(
                user=person,
                name=display_name(person),
                initials=initials(person),
                picture=picture_url(person),
                teams=teams.get(person.pk, []),
                is_me=person.pk == user.pk,
                is_here=is_here(seen_at),
                seen=short_time_since(seen_at),
                holds=count_text(count),
                url=f"{address}?{urlencode({'assignee': person.pk})}",
                away=away_words(person),
                about=away_sentences(person, display_name(person), substitute),
                may_set=sets_all or person.pk == user.pk,
            )
        )
    return sorted(found, key=lambda one: (bool(one.away), not one.is_here, one.name.casefold()))


def _people(user: Any) -> QuerySet:
    related = ("wagtail_userprofile", "helpdesk_absence__substitute", "helpdesk_last_seen")
    people = users_who_may("view").select_related(*related).order_by(get_user_model().USERNAME_FIELD)
    if user.has_perm(VIEW_ALL_PERMISSION):
        return people
    members = get_user_model()._default_manager.filter(helpdesk_teams__in=team_ids_of(user)).values("pk")
    return people.filter(pk__in=members)


def _teams_of(people: Sequence[Any], user: Any) -> dict[Any, list[str]]:
    """Return the names of the teams of each of ``people``: of one's own teams, with view_all of all."""
    teams = Team.objects.filter(members__in=people)
    if not user.has_perm(VIEW_ALL_PERMISSION):
        teams = teams.filter(pk__in=team_ids_of(user))
    names: dict[Any, list[str]] = {}
    for key, name in teams.order_by("name").values_list("members", "name"):
        names.setdefault(key, []).append(name)
    return names


def _holds(people: Sequence[Any], user: Any, scopes: Parts) -> list[int]:
    """Return how many unresolved tickets each has that ``user`` may see, none counted further than the cap."""

    def build() -> QuerySet:
        tickets = visible_tickets(user).filter(category__in=UNRESOLVED)
        counts = [CappedCount([tickets.filter(assignee=person.pk)], CAP + 1) for person in people]
        # One row to hang the sub-selects on: that of the user.
        return get_user_model()._base_manager.filter(pk=user.pk).order_by().values_list(*counts)

    if not people:
        return []
    key = ("holds", scopes.key, tuple(person.pk for person in people), CAP)
    with connections[Ticket.objects.db].cursor() as cursor:
        cursor.execute(*statement(key, build))
        return list(cursor.fetchone())
