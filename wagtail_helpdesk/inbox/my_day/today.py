"""What concerns an agent today, in short lists of tickets. Each is one query that an index leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.desk.choices import FINISHED, UNRESOLVED
from wagtail_helpdesk.inbox.durations import short_time_since
from wagtail_helpdesk.inbox.links import ticket_url, view_url
from wagtail_helpdesk.inbox.my_day.spans import Spans
from wagtail_helpdesk.inbox.ordering import NEWEST, WAITING, WAKING, Ordering
from wagtail_helpdesk.inbox.parts import MAX_PARTS, first_keys
from wagtail_helpdesk.inbox.standing_views import BY_SLUG, visible_tickets
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.querysets import Parts

#: Tickets of one list; where there are more, the view has them.
MOST = 10
FEW = 5


@dataclass(frozen=True)
class Item:
    """One ticket in a list of the page."""

    ticket: Ticket
    url: str
    #: How long the customer waits, "" for one who does not.
    waits: str


@dataclass(frozen=True)
class Section:
    """One list, with the way to all of it, and what to say where it is empty."""

    name: str
    title: Promise
    icon: str
    items: Sequence[Item]
    has_more: bool
    url: str
    empty: Promise


def sections_of(user: Any, spans: Spans, scopes: Parts) -> list[Section]:
    """Return what waits, wakes today, mentions one, is begun, and is new. Five queries."""
    own = Ticket.objects.current().filter(assignee=user)
    waking = own.filter(category__in=UNRESOLVED, asleep__in=[True], snoozed_until__lt=spans.tomorrow)
    mine = BY_SLUG["mine"]
    return [
        _section(
            "waiting",
            _("Waiting for me"),
            mine,
            mine.tickets_for(user).filter(assignee=user, customer_waiting_since__isnull=False),
            WAITING,
            _("No customer waits for you. Take a ticket that nobody has."),
            most=MOST,
            empty_view="unassigned",
        ),
        _section(
            "waking",
            _("Back from snooze today"),
            BY_SLUG["snoozed"],
            waking,
            WAKING,
            _("None of your tickets wakes today. Snooze what can wait: it comes back by itself."),
        ),
        _section(
            "mentions",
            _("Mentions"),
            BY_SLUG["mentions"],
            BY_SLUG["mentions"].tickets_for(user),
            NEWEST,
            _("Nobody asks for you. Ask a colleague in a note, with @ and the name."),
        ),
        _section(
            "drafts",
            _("Drafts"),
            BY_SLUG["drafts"],
            BY_SLUG["drafts"].tickets_for(user),
            NEWEST,
            _("You have begun nothing that is not sent. What you write is saved as you write it."),
        ),
        _new(user, spans, scopes),
    ]


def _section(
    name: str,
    title: Promise,
    view: Any,
    tickets: QuerySet,
    ordering: Ordering,
    empty: Promise,
    *,
    most: int = FEW,
    empty_view: str = "",
) -> Section:
    rows = tickets.select_related("requester", "status").prefetch_related(None).order_by(*ordering.columns())
    found = list(rows[: most + 1])
    address = view_url(view if found or not empty_view else BY_SLUG[empty_view])
    items = [
        Item(ticket, ticket_url(ticket, view), short_time_since(ticket.customer_waiting_since)) for ticket in found
    ]
    return Section(name, title, view.icon, items[:most], len(found) > most, address, empty)


def _new(user: Any, spans: Spans, scopes: Parts) -> Section:
    """What came since yesterday: each part of what one may see is read from its newest activity on."""
    since = {"last_activity_at__gte": spans.yesterday, "created_at__gte": spans.yesterday}
    parts = [
        scope.filter(category=category, asleep__in=[asleep], **since)
        for scope in scopes
        for category in (*UNRESOLVED, *FINISHED)
        for asleep in (False, True)
    ]
    tickets = visible_tickets(user).filter(category__in=(*UNRESOLVED, *FINISHED), **since)
    if len(parts) <= MAX_PARTS:
        tickets = tickets.filter(pk__in=first_keys(parts, NEWEST, FEW + 1))
    return _section(
        "new",
        _("New since yesterday"),
        BY_SLUG["all"],
        tickets,
        NEWEST,
        _("Nothing new since yesterday. An answer that you gave often makes a good article: promote it to the FAQ."),
    )
