"""Statements that are built once are those that would be built each time."""

from __future__ import annotations

import pytest

from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox import counts
from wagtail_helpdesk.inbox.standing_views import VIEWS
from wagtail_helpdesk.notifications.reading import count_unread
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets import prepared
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.permissions import all_who_may, users_who_may


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(prepared, "_kept", {})


def fresh(user):
    """The user as the next request has it."""
    return type(user)._default_manager.get(pk=user.pk)


def test_counts_follow_teams_shares_and_rights(desk):
    theirs = factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox)

    def check(expected):
        for _again in range(2):
            user = fresh(desk.agent)
            counted = counts.count_views(user)
            assert counted == {view.slug: view.tickets_for(user).count() for view in VIEWS}
            assert counted["all"] == expected

    check(0)
    ShareTicket(ticket=theirs, user=desk.agent, actor=Actor.system())()
    check(1)
    factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    check(2)
    desk.team.members.remove(desk.agent)
    check(1)
    desk.other_team.members.add(desk.agent)
    check(1)
    desk.agent.groups.clear()
    check(0)


def test_notices_follow_rights(desk):
    factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    assert [count_unread(fresh(desk.agent)) for _again in range(2)] == [1, 1]
    desk.team.members.remove(desk.agent)
    assert count_unread(fresh(desk.agent)) == 0
    desk.agent.groups.clear()
    assert count_unread(fresh(desk.agent)) == 0


def test_people_follow_groups(desk):
    for _again in range(2):
        for verb in ("view", "reply"):
            assert set(all_who_may(verb)) == set(users_who_may(verb))
    desk.agent.groups.clear()
    assert desk.agent not in all_who_may("reply")


def test_what_is_kept_is_bounded(desk, monkeypatch):
    monkeypatch.setattr(prepared, "MAX_KEPT", 2)
    for name in ("light", "agent", "manager", "superuser"):
        counts.count_views(getattr(desk, name))
    assert len(prepared._kept) <= 2
