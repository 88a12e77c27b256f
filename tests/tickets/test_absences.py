"""Who is away: whole days by the agent's clock, who may say so, and what whoever stands in sees meanwhile."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.choices import Flag
from wagtail_helpdesk.conversations.returning import return_to_team
from wagtail_helpdesk.desk.absences import away_words, last_whole_day, start_of_day, until_words, zone_called
from wagtail_helpdesk.desk.models import Absence
from wagtail_helpdesk.desk.querysets import stands_in_for, team_ids_of
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.timeline import describe
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.notifications.words import sentence
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.set_absence import Away, SetAbsence
from wagtail_helpdesk.tickets.actions.snooze_ticket import SnoozeTicket, wake_due
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may

NOW = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class TestDays:
    @pytest.mark.parametrize(
        ("day", "zone", "begins"),
        [
            (date(2026, 6, 3), "UTC", "2026-06-03T00:00Z"),
            (date(2026, 6, 3), "America/Sao_Paulo", "2026-06-03T03:00Z"),
            (date(2026, 6, 3), "Pacific/Auckland", "2026-06-02T12:00Z"),
            # The days on which the clocks change are longer or shorter.
            (date(2026, 3, 29), "Europe/Berlin", "2026-03-28T23:00Z"),
            (date(2026, 3, 30), "Europe/Berlin", "2026-03-29T22:00Z"),
            (date(2026, 10, 26), "Europe/Berlin", "2026-10-25T23:00Z"),
            # There is no midnight: the clocks go forward at 0:00.
            (date(2026, 4, 24), "Africa/Cairo", "2026-04-23T22:00Z"),
            # There are two midnights.
            (date(2018, 2, 18), "America/Sao_Paulo", "2018-02-18T03:00Z"),
        ],
    )
    def test_a_day_begins_and_the_one_before_ends(self, day, zone, begins):
        zone = ZoneInfo(zone)
        assert start_of_day(day, zone) == moment(begins)
        assert (last_whole_day(start_of_day(day, zone), zone) - day).days == -1

    def test_an_end_within_a_day_is_no_whole_day(self):
        assert last_whole_day(moment("2026-06-03T12:00Z"), ZoneInfo("Europe/Berlin")) is None

    def test_a_zone_that_this_machine_does_not_know(self):
        assert zone_called("Mars/Olympus") is UTC

    @pytest.mark.parametrize(
        ("ends", "words"),
        [
            ("2026-06-05T22:00Z", "June 5"),
            ("2027-01-03T23:00Z", "Jan. 3, 2027"),
            ("2026-06-05T14:30Z", "06/05/2026 11:30 a.m."),
        ],
    )
    def test_words(self, ends, words, time_machine):
        """A whole day is that of who is away, a time that of who reads."""
        time_machine.move_to(NOW, tick=False)
        absence = Absence(starts_at=NOW, ends_at=moment(ends), time_zone="Europe/Berlin")
        with timezone.override("America/Sao_Paulo"), translation.override("en"):
            assert until_words(absence) == words


def go_away(user, substitute=None, *, starts="2026-06-01T00:00Z", ends="2026-06-06T00:00Z", note=""):
    return Absence.objects.create(
        user=user,
        starts_at=moment(starts),
        ends_at=moment(ends),
        time_zone="UTC",
        substitute=substitute,
        note=note,
    )


def again(user):
    """Return the user as the next request finds one."""
    return get_user_model().objects.get(pk=user.pk)


@pytest.fixture
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


class TestSaying:
    def say(self, desk, person, by, **values):
        values = {"starts_at": NOW, "ends_at": moment("2026-06-10T00:00Z"), "time_zone": "UTC", **values}
        return SetAbsence(person=person, away=Away(**values), actor=Actor.of_user(by))()

    @pytest.mark.parametrize(
        ("by", "allowed"),
        [
            ("agent", True),
            ("light", False),
            ("colleague", False),
            ("other_agent", False),
            ("manager", True),
            ("administrator", True),
            ("superuser", True),
            ("editor", False),
        ],
    )
    def test_oneself_and_who_sees_all(self, desk, frozen, by, allowed):
        if allowed:
            assert self.say(desk, desk.agent, getattr(desk, by)).user == desk.agent
        else:
            with pytest.raises(PermissionDenied):
                self.say(desk, desk.agent, getattr(desk, by))
        assert Absence.objects.exists() == allowed

    def test_a_light_agent_too_but_nobody_without_the_help_desk(self, desk, frozen):
        assert self.say(desk, desk.light, desk.light)
        for by in (desk.editor, desk.manager):
            with pytest.raises(PermissionDenied):
                self.say(desk, desk.editor, by)

    @pytest.mark.parametrize("substitute", ["colleague", "light", "manager"])
    def test_who_can_stand_in(self, desk, frozen, substitute):
        assert self.say(desk, desk.agent, desk.agent, substitute=getattr(desk, substitute)).substitute_id

    @pytest.mark.parametrize("substitute", ["agent", "other_agent", "editor"])
    def test_who_cannot(self, desk, frozen, substitute):
        with pytest.raises(ActionRefused, match="cannot stand in"):
            self.say(desk, desk.agent, desk.agent, substitute=getattr(desk, substitute))

    def test_who_left_cannot(self, desk, frozen):
        get_user_model().objects.filter(pk=desk.colleague.pk).update(is_active=False)
        with pytest.raises(ActionRefused):
            self.say(desk, desk.agent, desk.agent, substitute=desk.colleague)

    @pytest.mark.parametrize(("starts", "ends"), [(5, 5), (5, 4), (1, 2)])
    def test_times_that_make_no_sense(self, desk, frozen, starts, ends):
        with pytest.raises(ActionRefused):
            self.say(desk, desk.agent, desk.agent, starts_at=NOW.replace(day=starts), ends_at=NOW.replace(day=ends))

    def test_once_more_and_not_at_all(self, desk, frozen):
        self.say(desk, desk.agent, desk.agent)
        self.say(desk, desk.agent, desk.agent, note="back on Monday")
        assert Absence.objects.get().note == "back on Monday"
        SetAbsence(person=desk.agent, away=None, actor=Actor.of_user(desk.agent))()
        assert not Absence.objects.exists()


class TestSeeing:
    """Carla, who shares another of his teams with Bruno, stands in for him."""

    @pytest.fixture
    def held(self, desk, ticket, frozen):
        desk.other_team.members.add(desk.agent)
        AssignTicket(ticket=ticket, assignee=desk.agent, actor=Actor.system())()
        go_away(desk.agent, desk.other_agent)
        return Ticket.objects.get(pk=ticket.pk)

    def ways(self, user, ticket):
        """Return what each of the three ways of asking says."""
        tickets = Ticket.objects.filter(pk=ticket.pk)
        return {
            tickets.visible_to(user).exists(),
            any(part.filter(pk=ticket.pk).exists() for part in Ticket.objects.visible_parts(user)),
            tickets.in_scope_of(user).exists(),
            may(user, "view", ticket),
            may(user, "reply", ticket),
        }

    @pytest.mark.parametrize(
        ("at", "seen"),
        [
            ("2026-05-31T23:59:59Z", False),
            ("2026-06-01T00:00Z", True),
            ("2026-06-05T23:59:59Z", True),
            ("2026-06-06T00:00Z", False),
        ],
    )
    def test_for_the_dates_only(self, desk, held, frozen, at, seen):
        frozen.move_to(at, tick=False)
        assert self.ways(again(desk.other_agent), held) == {seen}

    def test_what_is_not_assigned_to_the_absent_stays_out_of_sight(self, desk, held):
        AssignTicket(ticket=held, assignee=desk.colleague, actor=Actor.system())()
        assert self.ways(again(desk.other_agent), Ticket.objects.get()) == {False}

    def test_others_see_no_more(self, desk, held):
        stranger = factories.make_user("eve", group=factories.AGENTS, teams=[desk.other_team])
        assert self.ways(stranger, held) == {False}
        assert not Ticket.objects.visible_to(again(desk.editor)).exists()

    def test_who_lost_the_right_to_view_sees_nothing(self, desk, held):
        desk.other_agent.groups.clear()
        assert self.ways(again(desk.other_agent), held) == {False}

    def test_who_shares_no_team_any_more_sees_nothing(self, desk, held):
        desk.other_team.members.remove(desk.agent)
        assert self.ways(again(desk.other_agent), held) == {False}

    def test_who_sees_all_stands_in_for_anybody(self, desk, held):
        desk.other_team.members.remove(desk.agent)
        Absence.objects.update(substitute=desk.manager)
        assert stands_in_for(again(desk.manager)) == [desk.agent.pk]

    def test_it_does_not_go_on_and_on(self, desk, held):
        """Who stands in for somebody who stands in sees that one's own tickets only."""
        eve = factories.make_user("eve", group=factories.AGENTS, teams=[desk.other_team])
        go_away(desk.other_agent, eve)
        assert self.ways(again(eve), held) == {False}

    def test_the_same_query_says_teams_and_whom_one_stands_in_for(self, desk, held):
        go_away(desk.colleague, desk.other_agent)
        desk.team.members.add(desk.other_agent)
        user = again(desk.other_agent)
        with CaptureQueriesContext(connection) as captured:
            assert sorted(stands_in_for(user)) == sorted([desk.agent.pk, desk.colleague.pk])
            assert team_ids_of(user) == [desk.team.pk, desk.other_team.pk]
        assert len(captured) == 1

    def test_nobody_is_asked_for_somebody_without_teams(self, desk):
        assert (team_ids_of(desk.editor), stands_in_for(desk.editor)) == ([], [])

    def test_parts_of_a_statement_that_is_kept_are_told_apart(self, desk, held, frozen):
        """The key of a kept statement changes with whom one stands in for."""
        user = again(desk.other_agent)
        with_ben = Ticket.objects.visible_parts(user).key
        frozen.move_to("2026-07-01T00:00Z", tick=False)
        assert Ticket.objects.visible_parts(again(user)).key != with_ben
        before = Ticket.objects.visible_parts(again(desk.manager)).key
        go_away(desk.colleague, desk.manager, ends="2026-08-01T00:00Z")
        assert Ticket.objects.visible_parts(again(desk.manager)).key != before


class TestNotices:
    @pytest.fixture
    def held(self, desk, ticket, frozen):
        AssignTicket(ticket=ticket, assignee=desk.agent, actor=Actor.of_user(desk.agent))()
        go_away(desk.agent, desk.colleague)
        Notice.objects.all().delete()
        return Ticket.objects.get(pk=ticket.pk)

    def told(self):
        rows = Notice.objects.select_related("user").order_by("user__first_name")
        return [(row.user.first_name, row.for_name, sentence(row)) for row in rows]

    def test_an_answer(self, desk, held):
        factories.add_customer_message(held)
        assert self.told() == [
            ("Bruno", "", "Ana Souza answered on your ticket"),
            ("Clara", "Bruno", "For Bruno: Ana Souza answered on a ticket"),
        ]

    def test_an_assignment(self, desk, held):
        AssignTicket(ticket=held, assignee=None, actor=Actor.system())()
        AssignTicket(ticket=held, assignee=desk.agent, actor=Actor.of_user(desk.manager))()
        assert ("Clara", "Bruno", "For Bruno: Manager assigned a ticket") in self.told()

    def test_a_mention(self, desk, held):
        factories.add_note(held, desk.light, "<p>@bruno look at this</p>")
        assert ("Clara", "Bruno", "For Bruno: Lea mentioned Bruno in a note") in self.told()

    def test_a_snoozed_ticket_that_is_back(self, desk, held, frozen):
        SnoozeTicket(ticket=held, until=NOW.replace(hour=10), actor=Actor.of_user(desk.agent))()
        frozen.move_to(NOW.replace(hour=11), tick=False)
        wake_due()
        assert ("Clara", "Bruno", "For Bruno: A snoozed ticket is back") in self.told()

    def test_own_changes_tell_not_even_who_stands_in(self, desk, held):
        factories.add_note(held, desk.colleague, "<p>@bruno for when you are back</p>")
        assert [who for who, _for, _words in self.told()] == ["Bruno"]

    def test_nobody_who_may_not_see_the_ticket(self, desk, held):
        """A mention on a ticket that is not the absent agent's."""
        other = factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox)
        Notice.objects.all().delete()
        factories.add_note(other, desk.manager, "<p>@bruno what do you think?</p>")
        assert [who for who, _for, _words in self.told()] == ["Bruno"]

    def test_before_and_after(self, desk, held, frozen):
        frozen.move_to("2026-06-06T00:00Z", tick=False)
        factories.add_customer_message(held)
        assert [who for who, _for, _words in self.told()] == ["Bruno"]

    def test_news_of_the_team_are_told_once(self, desk, held):
        factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        assert [(who, told_for) for who, told_for, _words in self.told()] == [("Bruno", ""), ("Clara", ""), ("Lea", "")]


class TestReturning:
    @pytest.fixture
    def held(self, desk, ticket, frozen):
        AssignTicket(ticket=ticket, assignee=desk.agent, actor=Actor.system())()
        Notice.objects.all().delete()
        return Ticket.objects.get(pk=ticket.pk)

    def after_answer(self, ticket, **fields):
        factories.add_customer_message(ticket, **fields)
        return Ticket.objects.get(pk=ticket.pk).assignee

    def test_to_the_team_which_is_told(self, desk, held):
        go_away(desk.agent)
        assert self.after_answer(held) is None
        line = held.events.get(kind="assignee", data__has_key="away_until")
        assert (line.actor_kind, line.data["old"], line.data["new"]) == ("system", "Bruno", "")
        assert describe(line, {}) == "Bruno is away until June 5: the ticket is the team's again"
        told = set(Notice.objects.values_list("user__first_name", "kind", "what"))
        assert told == {(name, "team", "answered") for name in ("Lea", "Bruno", "Clara")}

    def test_not_while_somebody_stands_in(self, desk, held):
        go_away(desk.agent, desk.colleague)
        assert self.after_answer(held) == desk.agent

    def test_where_the_substitute_is_away_too(self, desk, held):
        go_away(desk.agent, desk.colleague)
        go_away(desk.colleague)
        assert self.after_answer(held) is None

    def test_where_the_substitute_left_the_team(self, desk, held):
        go_away(desk.agent, desk.colleague)
        desk.team.members.remove(desk.colleague)
        assert self.after_answer(held) is None

    def test_where_the_substitute_left(self, desk, held):
        go_away(desk.agent, desk.colleague)
        get_user_model().objects.filter(pk=desk.colleague.pk).update(is_active=False)
        assert self.after_answer(held) is None

    @pytest.mark.parametrize("at", ["2026-05-31T23:59Z", "2026-06-06T00:00Z"])
    def test_not_before_and_after(self, desk, held, frozen, at):
        go_away(desk.agent)
        frozen.move_to(at, tick=False)
        assert self.after_answer(held) == desk.agent

    def test_not_where_the_team_does_not_want_it(self, desk, held):
        go_away(desk.agent)
        type(desk.team).objects.filter(pk=desk.team.pk).update(takes_back=False)
        assert self.after_answer(held) == desk.agent

    def test_not_for_a_machine(self, desk, held):
        go_away(desk.agent)
        assert self.after_answer(held, flags=(Flag.AUTO_REPLY,)) == desk.agent

    def test_not_for_what_colleagues_write(self, desk, held):
        go_away(desk.agent)
        factories.add_note(held, desk.colleague)
        factories.add_reply(held, desk.colleague)
        assert Ticket.objects.get(pk=held.pk).assignee == desk.agent

    def test_it_is_one_of_the_reactors(self):
        from wagtail_helpdesk.pipeline import REACTORS

        assert return_to_team in [reactor.handle for reactor in REACTORS]


def test_words_without_a_query_for_users_of_a_list(desk, frozen):
    go_away(desk.agent)
    from wagtail_helpdesk.inbox.people import name_with_absence, people_who_may

    with CaptureQueriesContext(connection) as captured:
        named = {name_with_absence(user) for user in people_who_may("reply")}
    assert len(captured) == 1
    assert {"Bruno (away until June 5)", "Clara"} <= named
    assert away_words(again(desk.colleague)) == ""
