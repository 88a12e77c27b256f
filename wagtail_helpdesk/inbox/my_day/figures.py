"""How it has been going: what an agent did in the last days, beside the median of the team.

Read from what is there anyway (messages, timeline, tickets), by the indexes of who and when: five queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.conversations.choices import Direction, MessageState
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import ACTIVE, FINISHED
from wagtail_helpdesk.desk.querysets import team_ids_of
from wagtail_helpdesk.inbox.durations import short_duration
from wagtail_helpdesk.inbox.my_day.spans import Spans, middle, middle_of_team
from wagtail_helpdesk.tickets.choices import EventKind, Visibility
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent
from wagtail_helpdesk.tickets.permissions import users_who_may

#: More people than these are not compared with, and of times no more than these are read, the newest.
MOST_MEMBERS = 60
MOST_TIMES = 5_000


@dataclass(frozen=True)
class Figure:
    """One line: mine and the team's for each span, in words. "" where there is nothing to tell."""

    label: Promise
    week: tuple[str, str]
    month: tuple[str, str]


@dataclass(frozen=True)
class Figures:
    """What the page tells. ``waiting`` is now: mine, the team's."""

    lines: Sequence[Figure]
    waiting: tuple[str, str]
    #: Whether there is a team to compare with.
    has_team: bool


def figures_of(user: Any, spans: Spans) -> Figures:
    """Return the figures of ``user`` and those of the teams that the user is in. Five queries."""
    members = _members(user)
    replies = _replies(user, members, spans)
    resolved, reopened = _resolved(user, members, spans)
    firsts = _first_replies(user, members, spans)
    lines = [
        Figure(_("Replies sent"), *_counted(user, members, replies)),
        Figure(_("Tickets resolved"), *_counted(user, members, resolved)),
        Figure(_("First reply after"), *(_timed(user, one) for one in firsts)),
        Figure(_("Reopened of these"), *(_rate(user, *pair) for pair in zip(resolved, reopened, strict=True))),
    ]
    return Figures(lines, _waiting(user, members), has_team=len(members) > 1)


Counts = Mapping[Any, int]
Times = Mapping[Any, Sequence[timedelta]]


def _members(user: Any) -> list[Any]:
    """Return the keys of those who reply to customers in one's teams, oneself among them."""
    people = users_who_may("reply").filter(helpdesk_teams__in=team_ids_of(user)).order_by("pk").distinct()
    keys = list(people.values_list("pk", flat=True)[:MOST_MEMBERS])
    return [user.pk, *(key for key in keys if key != user.pk)]


def _done_by(column: str, user: Any, members: list[Any]) -> Q:
    """Return what one did oneself, and colleagues on tickets of one's teams: they may have tickets of others too."""
    return Q(**{column: user}) | Q(**{f"{column}__in": members}, ticket__team__in=team_ids_of(user))


def _replies(user: Any, members: list[Any], spans: Spans) -> tuple[Counts, Counts]:
    rows = _public_replies(user, members, spans).values_list("author_user").order_by()
    rows = rows.annotate(month=Count("pk"), week=Count("pk", filter=Q(created_at__gte=spans.week)))
    found = list(rows)
    return {key: week for key, _month, week in found}, {key: month for key, month, _week in found}


def _public_replies(user: Any, members: list[Any], spans: Spans) -> Any:
    return Message.objects.filter(
        _done_by("author_user", user, members),
        created_at__gte=spans.month,
        direction=Direction.OUTBOUND,
        visibility=Visibility.PUBLIC,
        state=MessageState.PUBLISHED,
    )


def _resolved(user: Any, members: list[Any], spans: Spans) -> tuple[tuple[Counts, Counts], tuple[Counts, Counts]]:
    """Return how many tickets each brought to an end in each span, and how many of these were opened again since."""
    later = TicketEvent.objects.filter(
        ticket=OuterRef("ticket"), kind=EventKind.REOPENED, created_at__gt=OuterRef("created_at")
    )
    lines = TicketEvent.objects.filter(
        _done_by("actor_user", user, members),
        kind=EventKind.STATUS,
        created_at__gte=spans.month,
        data__category__in=[str(category) for category in FINISHED],
    ).exclude(data__was__in=[str(category) for category in FINISHED])
    # A ticket that one resolved twice counts once: as it went the last time.
    last: dict[tuple[Any, int], tuple[datetime, bool]] = {}
    rows = lines.annotate(again=Exists(later)).order_by("-created_at", "-pk")
    for key, ticket, at, again in rows.values_list("actor_user", "ticket", "created_at", "again")[:MOST_TIMES]:
        last.setdefault((key, ticket), (at, again))
    resolved: tuple[dict, dict] = (defaultdict(int), defaultdict(int))
    reopened: tuple[dict, dict] = (defaultdict(int), defaultdict(int))
    for (key, _ticket), (at, again) in last.items():
        for number in (0, 1) if at >= spans.week else (1,):
            resolved[number][key] += 1
            reopened[number][key] += again
    return resolved, reopened


def _first_replies(user: Any, members: list[Any], spans: Spans) -> tuple[Times, Times]:
    """Return how long customers waited for the first replies that each wrote in each span."""
    rows = (
        _public_replies(user, members, spans).filter(ticket__first_replied_at=F("created_at")).order_by("-created_at")
    )
    week, month = defaultdict(list), defaultdict(list)
    for key, at, opened in rows.values_list("author_user", "created_at", "ticket__created_at")[:MOST_TIMES]:
        month[key].append(at - opened)
        if at >= spans.week:
            week[key].append(at - opened)
    return week, month


def _waiting(user: Any, members: list[Any]) -> tuple[str, str]:
    """Return how long the customers of one's own tickets wait now, and those of the teams' others."""
    now = timezone.now()
    waiting = Ticket.objects.current().filter(
        category__in=ACTIVE, asleep__in=[False], customer_waiting_since__isnull=False
    )
    own = waiting.filter(assignee=user).order_by("customer_waiting_since")
    mine = [now - since for since in own.values_list("customer_waiting_since", flat=True)[:MOST_TIMES]]
    # Only what the user may see: colleagues may have tickets of other teams too.
    ours = waiting.filter(assignee__in=members, team__in=team_ids_of(user))
    times: dict[Any, list[timedelta]] = defaultdict(list)
    for key, since in ours.values_list("assignee", "customer_waiting_since")[:MOST_TIMES]:
        times[key].append(now - since)
    return _timed_pair(mine, times.values())


def _counted(user: Any, members: list[Any], counts: tuple[Counts, Counts]) -> Iterable[tuple[str, str]]:
    for one in counts:
        ours = middle_of_team([float(one.get(key, 0)) for key in members])
        yield str(one.get(user.pk, 0)), "" if ours is None else f"{ours:g}"


def _timed(user: Any, times: Times) -> tuple[str, str]:
    return _timed_pair(times.get(user.pk, ()), times.values())


def _timed_pair(mine: Sequence[timedelta], ours: Iterable[Sequence[timedelta]]) -> tuple[str, str]:
    """Return the median of one's own times, and that of everybody's medians."""
    medians = [value for value in map(middle, ours) if value is not None]
    return _words(middle(mine), short_duration), _words(middle_of_team(medians), short_duration)


def _rate(user: Any, resolved: Counts, reopened: Counts) -> tuple[str, str]:
    rates = {key: 100 * reopened[key] / count for key, count in resolved.items() if count}
    return _words(rates.get(user.pk), _percent), _words(middle_of_team(list(rates.values())), _percent)


def _percent(value: float) -> str:
    return f"{value:.0f} %"


def _words(value: Any, tell: Callable[[Any], str]) -> str:
    return "" if value is None else tell(value)
