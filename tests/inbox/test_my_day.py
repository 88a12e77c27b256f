"""My day: what waits for an agent, and the figures of the last days beside the team's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.users.models import UserProfile

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.my_day.figures import figures_of
from wagtail_helpdesk.inbox.my_day.spans import middle, middle_of_team, spans_at
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.snooze_ticket import SnoozeTicket
from wagtail_helpdesk.tickets.models import Ticket

NOW = datetime(2026, 6, 20, 9, 0, tzinfo=UTC)
ADDRESS = "/admin/helpdesk/inbox/my-day/"


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


class TestSpans:
    @pytest.mark.parametrize(
        ("now", "zone", "yesterday", "tomorrow", "week"),
        [
            ("2026-06-20T09:00Z", "UTC", "2026-06-19T00:00Z", "2026-06-21T00:00Z", "2026-06-14T00:00Z"),
            # It is still the day before there.
            ("2026-06-20T02:00Z", "America/Sao_Paulo", "2026-06-18T03:00Z", "2026-06-20T03:00Z", "2026-06-13T03:00Z"),
            # The clocks went forward the night before, and go back this night.
            ("2026-03-30T09:00Z", "Europe/Berlin", "2026-03-28T23:00Z", "2026-03-30T22:00Z", "2026-03-23T23:00Z"),
            ("2026-10-25T09:00Z", "Europe/Berlin", "2026-10-23T22:00Z", "2026-10-25T23:00Z", "2026-10-18T22:00Z"),
        ],
    )
    def test_days_are_those_of_the_viewer(self, now, zone, yesterday, tomorrow, week):
        spans = spans_at(datetime.fromisoformat(now), ZoneInfo(zone))
        assert (spans.yesterday, spans.tomorrow, spans.week) == tuple(
            map(datetime.fromisoformat, (yesterday, tomorrow, week))
        )
        assert spans.week - spans.month in (timedelta(days=23), timedelta(days=23, hours=1), timedelta(hours=551))

    @pytest.mark.parametrize(
        ("values", "alone", "team"),
        [
            ([], None, None),
            ([4.0], 4, None),
            ([4.0, 6.0], 5, None),
            ([4.0, 6.0, 1.0], 4, 4),
            ([1.0, 2, 3, 9], 2.5, 2.5),
        ],
    )
    def test_medians(self, values, alone, team):
        assert middle(values) == alone
        assert middle_of_team(values) == team

    def test_medians_of_times(self):
        assert middle([timedelta(hours=1), timedelta(hours=4)]) == timedelta(hours=2.5)


def sections(client):
    found = client.get(ADDRESS).context["sections"]
    return {section.name: section for section in found}


def subjects(section):
    return [item.ticket.subject for item in section.items]


def make(desk, subject, assignee=None, **fields):
    ticket = factories.make_ticket(subject=subject, team=desk.team, mailbox=desk.mailbox, **fields)
    if assignee:
        AssignTicket(ticket=ticket, assignee=assignee, actor=Actor.system())()
    return Ticket.objects.get(pk=ticket.pk)


class TestPage:
    def test_for_those_who_may_view_tickets(self, desk, ticket, login):
        for name in (*desk.INSIDERS, "other_agent"):
            response = login(getattr(desk, name)).get(ADDRESS)
            assert response.status_code == 200, name
            assert (ticket.subject in response.text) == (name != "other_agent"), name
        for who in (desk.editor, None):
            assert login(who).get(ADDRESS).status_code == 302

    def test_the_menu_leads_there_first(self, desk, login):
        text = login(desk.agent).get(reverse("helpdesk_inbox:view", args=["mine"])).text
        menu = text[text.index('<nav class="helpdesk-views"') :]
        assert menu.index(f'href="{ADDRESS}"') < menu.index('href="/admin/helpdesk/inbox/unassigned/"')
        assert f'href="{ADDRESS}" aria-current="page"' in login(desk.agent).get(ADDRESS).text

    def test_who_waits_longest_stands_first(self, desk, login, frozen):
        make(desk, "newer", desk.agent)
        Ticket.objects.update(customer_waiting_since=NOW - timedelta(hours=1))
        make(desk, "older", desk.agent, received_at=NOW - timedelta(days=2))
        make(desk, "somebody else's", desk.colleague)
        answered = make(desk, "answered", desk.agent)
        factories.add_reply(answered, desk.agent)
        waiting = sections(login(desk.agent))["waiting"]
        assert subjects(waiting) == ["older", "newer"]
        assert [item.waits for item in waiting.items] == ["2 d", "1 h"]
        assert waiting.url == "/admin/helpdesk/inbox/mine/"

    def test_ten_at_most(self, desk, login):
        for number in range(11):
            make(desk, f"ticket {number}", desk.agent)
        waiting = sections(login(desk.agent))["waiting"]
        assert (len(waiting.items), waiting.has_more) == (10, True)

    def test_what_wakes_today(self, desk, login, frozen):
        profile = UserProfile.get_for_user(desk.agent)
        profile.current_time_zone = "America/Sao_Paulo"
        profile.save()
        for subject, until in (
            ("tonight", "2026-06-21T02:59Z"),
            ("tomorrow", "2026-06-21T03:00Z"),
        ):
            ticket = make(desk, subject, desk.agent)
            SnoozeTicket(ticket=ticket, until=datetime.fromisoformat(until), actor=Actor.of_user(desk.agent))()
        assert subjects(sections(login(desk.agent))["waking"]) == ["tonight"]

    def test_mentions_and_drafts(self, desk, ticket, login):
        factories.add_note(ticket, desk.colleague, "<p>@bruno please</p>")
        assert subjects(sections(login(desk.agent))["mentions"]) == [ticket.subject]
        assert subjects(sections(login(desk.colleague))["mentions"]) == []
        assert subjects(sections(login(desk.agent))["drafts"]) == []

    def test_new_since_yesterday_by_the_own_clock(self, desk, login, frozen):
        make(desk, "yesterday")
        old = make(desk, "the day before")
        Ticket.objects.filter(subject="yesterday").update(created_at=NOW.replace(day=19, hour=0))
        Ticket.objects.filter(pk=old.pk).update(created_at=NOW.replace(day=18, hour=23))
        factories.make_ticket(subject="theirs", team=desk.other_team, mailbox=desk.mailbox)
        assert subjects(sections(login(desk.agent))["new"]) == ["yesterday"]

    def test_empty_lists_name_the_next_thing(self, desk, login):
        text = login(desk.other_agent).get(ADDRESS).text
        for words in (
            "Take a ticket that nobody has",
            "Snooze what can wait",
            "Ask a colleague",
            "promote it to the FAQ",
        ):
            assert words in text
        assert 'href="/admin/helpdesk/inbox/unassigned/">Unassigned</a>' in text

    def test_queries_do_not_grow(self, desk, login):
        client = login(desk.agent)
        client.get(ADDRESS)

        def queries():
            with CaptureQueriesContext(connection) as captured:
                client.get(ADDRESS)
            return len(captured)

        few = queries()
        for number in range(6):
            user = factories.make_user(f"more{number}", group=factories.AGENTS, teams=[desk.team])
            ticket = make(desk, f"ticket {number}", desk.agent)
            factories.add_note(ticket, user, "<p>@bruno</p>")
            factories.add_reply(ticket, user)
        assert queries() == few
        # The admin's own (8), the menu's (6), the five lists, the figures (5), what leaves, statuses of the keys.
        assert few <= 27


class TestFigures:
    @pytest.fixture
    def team(self, desk):
        """Two more who reply to customers: the team has four of them."""
        return [factories.make_user(name, group=factories.AGENTS, teams=[desk.team]) for name in ("dora", "egon")]

    def figures(self, user):
        user = type(user).objects.get(pk=user.pk)
        found = figures_of(user, spans_at(NOW, UTC))
        return {str(line.label): (line.week, line.month) for line in found.lines} | {"waiting": found.waiting}

    def reply(self, desk, frozen, user, days, *, after=timedelta(hours=2)):
        """Open a ticket so many days ago, and answer it."""
        frozen.move_to(NOW - timedelta(days=days), tick=False)
        ticket = make(desk, "x", user)
        frozen.shift(after)
        factories.add_reply(ticket, user)
        frozen.move_to(NOW, tick=False)
        return Ticket.objects.get(pk=ticket.pk)

    def test_replies(self, desk, team, frozen):
        for user, days in ((desk.agent, 1), (desk.agent, 10), (desk.agent, 40), (team[0], 2), (team[1], 3)):
            self.reply(desk, frozen, user, days)
        ticket = self.reply(desk, frozen, team[1], 20)
        factories.add_note(ticket, desk.agent)
        found = self.figures(desk.agent)
        # Bruno 1 and 2, Clara none, Dora 1, Egon 1 and 2.
        assert found["Replies sent"] == (("1", "1"), ("2", "1.5"))

    def test_first_replies(self, desk, team, frozen):
        for user, hours in ((desk.agent, 1), (desk.agent, 3), (desk.colleague, 4), (team[0], 6)):
            self.reply(desk, frozen, user, 2, after=timedelta(hours=hours))
        again = self.reply(desk, frozen, team[1], 3, after=timedelta(hours=1))
        frozen.shift(60)
        # Not the first.
        factories.add_reply(again, desk.agent)
        assert self.figures(desk.agent)["First reply after"][0] == ("2 h", "3 h")

    def test_resolved_and_reopened(self, desk, team, frozen):
        def resolve(user, days, *, reopened=False):
            frozen.move_to(NOW - timedelta(days=days), tick=False)
            ticket = make(desk, "x", user)
            ChangeStatus(ticket=ticket, status=default_status(Category.RESOLVED), actor=Actor.of_user(user))()
            if reopened:
                frozen.shift(timedelta(hours=1))
                factories.add_customer_message(Ticket.objects.get(pk=ticket.pk))
            frozen.move_to(NOW, tick=False)
            return Ticket.objects.get(pk=ticket.pk)

        closed = resolve(desk.agent, 1)
        # From one end to another is not once more.
        ChangeStatus(ticket=closed, status=default_status(Category.CLOSED), actor=Actor.of_user(desk.agent))()
        resolve(desk.agent, 2, reopened=True)
        resolve(desk.agent, 20)
        resolve(desk.colleague, 3)
        resolve(team[0], 3, reopened=True)
        resolve(team[0], 3)
        resolve(team[0], 3)
        found = self.figures(desk.agent)
        assert found["Tickets resolved"] == (("2", "1.5"), ("3", "2"))
        assert found["Reopened of these"] == (("50 %", "33 %"), ("33 %", "33 %"))

    def test_a_reply_that_resolves_counts(self, desk, frozen):
        ticket = make(desk, "x", desk.agent)
        factories.add_reply(ticket, desk.agent, status=default_status(Category.RESOLVED))
        assert self.figures(desk.agent)["Tickets resolved"][0] == ("1", "")

    def test_who_waits_now(self, desk, team, frozen):
        for user, hours in ((desk.agent, 2), (desk.colleague, 5), (team[0], 9)):
            ticket = make(desk, "x", user)
            Ticket.objects.filter(pk=ticket.pk).update(customer_waiting_since=NOW - timedelta(hours=hours))
        # Of another team: no part of what the team is told.
        other = factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox)
        AssignTicket(ticket=other, assignee=team[1], actor=Actor.system())()
        Ticket.objects.filter(pk=other.pk).update(customer_waiting_since=NOW - timedelta(days=30))
        assert self.figures(desk.agent)["waiting"] == ("2 h", "5 h")

    def test_two_are_no_team(self, desk, frozen):
        """The median of two would tell what the other one did. Lea does not reply to customers."""
        self.reply(desk, frozen, desk.colleague, 1)
        assert self.figures(desk.agent)["Replies sent"] == (("0", ""), ("0", ""))

    def test_people_of_other_teams_are_not_compared_with(self, desk, team, frozen):
        for _number in range(3):
            self.reply(desk, frozen, desk.other_agent, 1)
        assert self.figures(desk.agent)["Replies sent"][0] == ("0", "0")
        assert self.figures(desk.manager)["Replies sent"][0] == ("0", "")
