"""Lists and counts drawn from parts are those of the whole view."""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle

import pytest
from django.utils import timezone

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox import counts
from wagtail_helpdesk.inbox.ordering import NEWEST, WAITING, WAKING, Key
from wagtail_helpdesk.inbox.paging import key_page, neighbours
from wagtail_helpdesk.inbox.parts import MAX_PARTS
from wagtail_helpdesk.inbox.standing_views import BY_SLUG, VIEWS, visible_scopes
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets import querysets
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.models import Ticket, TicketReader

PEOPLE = ("agent", "other_agent", "manager", "superuser", "light", "editor")


@pytest.fixture
def busy(desk):
    """Tickets of both teams in every category, some waiting, at the same moments, assigned, shared, merged."""
    start, system = timezone.now() - timedelta(days=3), Actor.system()
    tickets = []
    for number in range(28):
        team = (desk.team, desk.other_team)[number % 2]
        # Some at the same moment: the key alone tells them apart.
        at = start + timedelta(minutes=number // 4)
        ticket = factories.make_ticket(f"q {number}", team=team, mailbox=desk.mailbox, received_at=at)
        if number % 3 == 0:
            factories.add_reply(ticket, desk.superuser)
        if number % 4 < 2:
            AssignTicket(ticket=ticket, assignee=(desk.agent, desk.colleague)[number % 2], actor=system)()
        ChangeStatus(ticket=ticket, status=default_status(Category.values[number // 4]), actor=system)()
        if number % 6 == 1:
            ShareTicket(ticket=ticket, team=desk.team, actor=system)()
        if number % 6 == 3:
            ShareTicket(ticket=ticket, user=desk.agent, actor=system)()
        if number % 5 == 0:
            Ticket.objects.filter(pk=ticket.pk).update(asleep=True, snoozed_until=at if number % 2 else None)
        if number % 7 == 0:
            TicketReader.objects.create(ticket=ticket, user=desk.agent, starred=True)
        tickets.append(ticket)
    MergeTickets(source=tickets[0], target=tickets[2], actor=system)()
    return tickets


def pages(rows, ordering, parts, size=3):
    """Return the keys on each page, forth and then back."""
    found, page = [], key_page(rows, ordering, size=size, parts=parts)
    while True:
        found.append([row.pk for row in page.rows])
        if page.after is None:
            break
        page = key_page(rows, ordering, after=page.after, size=size, parts=parts)
    while page.before is not None:
        page = key_page(rows, ordering, before=page.before, size=size, parts=parts)
        found.append([row.pk for row in page.rows])
    return found


def test_parts_are_the_whole(desk, busy):
    for person in PEOPLE:
        user = getattr(desk, person)
        scopes = visible_scopes(user)
        visible = set(Ticket.objects.visible_to(user).current().values_list("pk", flat=True))
        assert {pk for scope in scopes for pk in scope.values_list("pk", flat=True)} == visible, person
        for view in VIEWS:
            parts = view.parts_for(user, scopes)
            whole = set(view.tickets_for(user).values_list("pk", flat=True))
            parted = {pk for part in parts for pk in part.values_list("pk", flat=True)}
            assert view.personal or parted == whole, (person, view.slug)


def test_pages_and_ways_are_the_same(desk, busy):
    """Each order as two people: whose parts they are and how they are ordered are apart in the code."""
    for person, ordering in zip(PEOPLE, cycle([NEWEST, WAITING, WAKING]), strict=False):
        user = getattr(desk, person)
        for view in VIEWS:
            rows, parts = view.tickets_for(user), view.parts_for(user, visible_scopes(user))
            if not parts:
                continue
            assert pages(rows, ordering, parts) == pages(rows, ordering, ()), (person, view.slug)
            for row in rows:
                ways = neighbours(rows, ordering, row, parts=parts)
                assert ways == neighbours(rows, ordering, row), (person, view.slug)


@pytest.mark.parametrize("ordering", [NEWEST, WAITING, WAKING])
@pytest.mark.parametrize("reverse", [False, True])
def test_runs_are_ordered_as_the_indexes_are(desk, ordering, reverse):
    """By the time too where it is empty: an order by the key alone leads PostgreSQL to the primary key."""
    sign = "-" if ordering.descending != reverse else ""
    for key in (None, Key(timezone.now(), 3), Key(None, 3)):
        for run in ordering.runs(Ticket.objects.all(), key, reverse=reverse):
            assert run.query.order_by == (f"{sign}{ordering.field}", f"{sign}pk")


def test_counts_are_the_same(desk, busy):
    for person in PEOPLE:
        user = getattr(desk, person)
        expected = {view.slug: view.tickets_for(user).count() for view in VIEWS}
        assert counts.count_views(user) == expected, person


def test_ticket_in_several_parts_counts_once(desk, monkeypatch):
    monkeypatch.setattr(counts, "CAP", 2)
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    AssignTicket(ticket=ticket, assignee=desk.agent, actor=Actor.system())()
    ShareTicket(ticket=ticket, user=desk.agent, actor=Actor.system())()
    assert counts.count_views(desk.agent)["all"] == 1


def test_parts_together_stop_at_the_cap(desk, monkeypatch):
    monkeypatch.setattr(counts, "CAP", 1)
    for category in (Category.NEW, Category.OPEN, Category.PENDING):
        ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        ChangeStatus(ticket=ticket, status=default_status(category), actor=Actor.system())()
    assert counts.count_views(desk.agent)["all"] == 2


def test_many_shares_are_found_too(desk, busy, monkeypatch):
    monkeypatch.setattr(querysets, "MAX_LISTED", 1)
    view = BY_SLUG["all"]
    rows, parts = view.tickets_for(desk.agent), view.parts_for(desk.agent, visible_scopes(desk.agent))
    assert pages(rows, WAITING, parts) == pages(rows, WAITING, ())
    assert counts.count_views(desk.agent)["all"] == rows.count()


def test_many_teams_are_read_as_a_whole(desk, busy):
    for number in range(MAX_PARTS):
        factories.make_team(f"Team {number}").members.add(desk.agent)
    assert BY_SLUG["all"].parts_for(desk.agent, visible_scopes(desk.agent)) == []
    assert counts.count_views(desk.agent)["all"] == BY_SLUG["all"].tickets_for(desk.agent).count()
