"""Who is here: the page of the people, the form of their absences, and the view of who stands in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from wagtail_helpdesk.desk.models import Absence
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox import last_seen
from wagtail_helpdesk.inbox.models import LastSeen
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.snooze_ticket import SnoozeTicket
from wagtail_helpdesk.tickets.models import Ticket

NOW = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)
FETCHED = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


@pytest.fixture(autouse=True)
def frozen(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


def go_away(user, substitute=None, **fields):
    values = {"starts_at": NOW - timedelta(days=1), "ends_at": NOW + timedelta(days=2, hours=15), "time_zone": "UTC"}
    return Absence.objects.create(user=user, substitute=substitute, **{**values, **fields})


def assign(ticket, user):
    AssignTicket(ticket=ticket, assignee=user, actor=Actor.system())()
    return Ticket.objects.get(pk=ticket.pk)


class TestPage:
    def people(self, client):
        context = client.get(reverse("helpdesk_inbox:people")).context
        return {one.name: one for one in context["people"]}

    @pytest.mark.parametrize(
        ("who", "names"),
        [
            ("light", {"Lea", "Bruno", "Clara"}),
            ("agent", {"Lea", "Bruno", "Clara"}),
            ("other_agent", {"Carla"}),
            ("manager", {"Lea", "Bruno", "Clara", "Carla", "Manager", "Administrator", "Root"}),
        ],
    )
    def test_people_of_the_own_teams(self, desk, login, who, names):
        assert set(self.people(login(getattr(desk, who)))) == names

    def test_not_for_others(self, desk, login):
        for who in (desk.editor, None):
            assert login(who).get(reverse("helpdesk_inbox:people")).status_code == 302

    def test_somebody_without_a_team(self, desk, login):
        loner = factories.make_user("loner", group=factories.AGENTS)
        assert "You are in no team yet" in login(loner).get(reverse("helpdesk_inbox:people")).text

    def test_what_each_holds_of_what_the_reader_may_see(self, desk, ticket, login):
        assign(ticket, desk.agent)
        sleeping = assign(factories.make_ticket(team=desk.team, mailbox=desk.mailbox), desk.agent)
        SnoozeTicket(ticket=sleeping, until=NOW + timedelta(days=1), actor=Actor.system())()
        assign(factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox), desk.agent)
        assert self.people(login(desk.colleague))["Bruno"].holds == "2"
        assert self.people(login(desk.manager))["Bruno"].holds == "3"
        assert self.people(login(desk.manager))["Clara"].holds == "0"
        where = self.people(login(desk.colleague))["Bruno"].url
        assert ticket.subject in login(desk.colleague).get(where).text

    def test_counts_end_at_the_cap(self, desk, login, monkeypatch):
        monkeypatch.setattr("wagtail_helpdesk.inbox.team.CAP", 1)
        monkeypatch.setattr("wagtail_helpdesk.inbox.counts.CAP", 1)
        for _number in range(3):
            assign(factories.make_ticket(team=desk.team, mailbox=desk.mailbox), desk.agent)
        assert self.people(login(desk.colleague))["Bruno"].holds == "1+"

    def test_who_is_away_comes_last(self, desk, login):
        go_away(desk.agent, desk.colleague, note="back on <b>Monday</b>")
        client = login(desk.light)
        people = list(self.people(client).values())
        assert people[-1].about == "Bruno is away until June 5. Clara stands in. “back on <b>Monday</b>”"
        assert "back on &lt;b&gt;Monday" in client.get(reverse("helpdesk_inbox:people")).text

    def test_queries_do_not_grow_with_the_people(self, desk, login):
        client = login(desk.manager)
        self.people(client)

        def queries():
            with CaptureQueriesContext(connection) as captured:
                self.people(client)
            return len(captured)

        few = queries()
        for number in range(5):
            user = factories.make_user(f"more{number}", group=factories.AGENTS, teams=[desk.team])
            go_away(user, desk.colleague)
            LastSeen.objects.create(user=user, seen_at=NOW)
        assert queries() == few
        # Session, user, profile, rights (2), teams, shared, the people, their teams, what they hold, views, pinned ...
        assert few <= 22


class TestSeen:
    def test_an_open_page_of_the_inbox_is_a_sign_of_life(self, desk, login, frozen):
        login(desk.agent).get(reverse("helpdesk_inbox:pulse"))
        people = TestPage().people(login(desk.colleague))
        assert (people["Bruno"].is_here, people["Lea"].is_here, people["Lea"].seen) == (True, False, "")
        frozen.shift(last_seen.HERE)
        people = TestPage().people(login(desk.colleague))
        assert (people["Bruno"].is_here, people["Bruno"].seen) == (False, "3 min")

    def test_whoever_looks_is_here(self, desk, login):
        assert TestPage().people(login(desk.agent))["Bruno"].is_here

    def test_an_open_ticket_too(self, desk, ticket, login):
        login(desk.agent).post(reverse("helpdesk_tickets:pulse", args=[ticket.pk]), {"here": "1"})
        assert LastSeen.objects.get().user == desk.agent

    def test_is_written_once_a_minute(self, desk, frozen):
        last_seen.note_seen(desk.agent)
        with CaptureQueriesContext(connection) as captured:
            last_seen.note_seen(desk.agent)
        assert len(captured) == 0
        cache.clear()
        frozen.shift(60)
        with CaptureQueriesContext(connection) as captured:
            last_seen.note_seen(desk.agent)
        assert len(captured) == 1
        assert LastSeen.objects.get().seen_at == timezone.now()


class TestForm:
    """As the agent fills it in on the account page, and as a manager does for an agent."""

    def address(self, user):
        return reverse("helpdesk_inbox:absence", args=[user.pk])

    def post(self, client, user, **data):
        return client.post(self.address(user), data)

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("light", 404),
            ("agent", 200),
            ("colleague", 404),
            ("other_agent", 404),
            ("manager", 200),
            ("administrator", 200),
            ("superuser", 200),
            ("editor", 404),
        ],
    )
    def test_who_may(self, desk, login, who, status):
        client = login(getattr(desk, who))
        assert client.get(self.address(desk.agent)).status_code == status
        self.post(client, desk.agent, from_day="2026-06-03", until_day="2026-06-05")
        assert Absence.objects.exists() == (status == 200)

    def test_a_stranger_signs_in(self, desk, login):
        assert "/login/" in login(None).get(self.address(desk.agent))["Location"]

    @pytest.mark.parametrize("key", ["0", "x", "9" * 40])
    def test_nobody_of_that_key(self, desk, login, key):
        assert login(desk.manager).get(f"/admin/helpdesk/inbox/people/{key}/absence/").status_code == 404

    @pytest.mark.parametrize(
        ("zone", "data", "starts", "ends"),
        [
            ("UTC", {"from_day": "2026-06-03"}, "2026-06-03T00:00Z", "2026-06-06T00:00Z"),
            ("America/Sao_Paulo", {"from_day": "2026-06-04"}, "2026-06-04T03:00Z", "2026-06-06T03:00Z"),
            # From this moment on.
            ("America/Sao_Paulo", {}, "2026-06-03T09:00Z", "2026-06-06T03:00Z"),
            (
                "Europe/Berlin",
                {"from_day": "2026-06-03", "from_time": "14:30", "until_time": "12:00"},
                "2026-06-03T12:30Z",
                "2026-06-05T10:00Z",
            ),
        ],
    )
    def test_days_and_times_are_those_of_the_agent(self, desk, login, zone, data, starts, ends):
        """Whatever the clock of the manager says."""
        profile = UserProfile.get_for_user(desk.agent)
        profile.current_time_zone = zone
        profile.save()
        own = UserProfile.get_for_user(desk.manager)
        own.current_time_zone = "Asia/Tokyo"
        own.save()
        client = login(desk.manager)
        self.post(client, desk.agent, until_day="2026-06-05", note="sea", **data)
        absence = Absence.objects.get()
        assert (absence.starts_at, absence.ends_at) == (datetime.fromisoformat(starts), datetime.fromisoformat(ends))
        assert (absence.time_zone, absence.note) == (zone, "sea")
        shown = client.get(self.address(desk.agent)).context["form"]
        assert str(shown["until_day"].value()) == "2026-06-05"
        assert str(shown["until_time"].value() or "")[:5] == data.get("until_time", "")

    def test_days_when_the_clocks_change(self, desk, login):
        """A week over the night in which an hour is missing is an hour shorter, and reads as the same days again."""
        profile = UserProfile.get_for_user(desk.agent)
        profile.current_time_zone = "Europe/Berlin"
        profile.save()
        client = login(desk.agent)
        self.post(client, desk.agent, from_day="2027-03-27", until_day="2027-03-28")
        absence = Absence.objects.get()
        assert absence.ends_at - absence.starts_at == timedelta(hours=47)
        shown = client.get(self.address(desk.agent)).context["form"]
        assert (str(shown["from_day"].value()), str(shown["until_day"].value())) == ("2027-03-27", "2027-03-28")
        assert (shown["from_time"].value(), shown["until_time"].value()) == (None, None)

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            ({"from_day": "2026-06-04"}, "Say until when."),
            ({"until_time": "12:00"}, "Say until when."),
            ({"from_day": "2026-06-05", "until_day": "2026-06-04"}, "The end comes before the beginning."),
            ({"from_day": "2026-06-01", "until_day": "2026-06-02"}, "This is over already."),
            ({"until_day": "soon"}, "Enter a valid date."),
            ({"until_day": "2026-06-05", "substitute": "0"}, "not one of the available choices"),
        ],
    )
    def test_what_makes_no_sense_is_said(self, desk, login, data, says):
        response = self.post(login(desk.agent), desk.agent, **data)
        assert response.status_code == 422
        assert says in response.text
        assert not Absence.objects.exists()

    def test_only_those_who_can_stand_in_are_offered(self, desk, login):
        form = login(desk.agent).get(self.address(desk.agent)).context["form"]
        names = {name for _key, name in form.fields["substitute"].choices}
        assert {"Nobody", "Lea", "Clara", "Manager"} <= names
        assert not {"Bruno", "Carla", "Editor"} & names
        self.post(login(desk.agent), desk.agent, until_day="2026-06-05", substitute=str(desk.other_agent.pk))
        assert not Absence.objects.exists()

    def test_back_again(self, desk, login):
        go_away(desk.agent)
        assert self.post(login(desk.manager), desk.agent, back="1").status_code == 302
        assert not Absence.objects.exists()

    def test_without_dates_the_agent_is_there(self, desk, login):
        go_away(desk.agent)
        self.post(login(desk.agent), desk.agent, note="still here")
        assert not Absence.objects.exists()

    def test_what_is_over_is_not_shown_any_more(self, desk, login, frozen):
        go_away(desk.agent)
        frozen.shift(timedelta(days=9))
        form = login(desk.agent).get(self.address(desk.agent)).context["form"]
        assert (form["from_day"].value(), form["until_day"].value()) == (None, None)

    def test_on_the_account_page(self, desk, login):
        desk.agent.last_name = "Lima"
        desk.agent.save()
        client = login(desk.agent)
        from tests.inbox.test_notices import TestChoosing

        data = TestChoosing().form(client)
        data |= {"helpdesk_absence-until_day": "2026-06-05", "helpdesk_absence-substitute": str(desk.colleague.pk)}
        assert client.post(reverse("wagtailadmin_account"), data).status_code == 302
        absence = Absence.objects.get(user=desk.agent)
        assert (absence.substitute, absence.starts_at) == (desk.colleague, NOW)
        # Saving the page for another reason leaves it as it is.
        data = TestChoosing().form(client)
        assert client.post(reverse("wagtailadmin_account"), data).status_code == 302
        again = Absence.objects.get(user=desk.agent)
        assert (again.ends_at, again.substitute) == (absence.ends_at, desk.colleague)
        assert "helpdesk_absence" not in login(desk.editor).get("/admin/account/").text

    def test_an_error_on_the_account_page_is_shown_there(self, desk, login):
        client = login(desk.agent)
        response = client.post(reverse("wagtailadmin_account"), {"helpdesk_absence-from_day": "2026-06-05"})
        assert response.status_code == 200
        assert "Say until when." in response.text


class TestStandingIn:
    VIEW = "standing-in"

    @pytest.fixture
    def held(self, desk, ticket):
        desk.other_team.members.add(desk.agent)
        go_away(desk.agent, desk.other_agent)
        return assign(ticket, desk.agent)

    def test_has_a_view_with_its_count(self, desk, held, login, frozen):
        client = login(desk.other_agent)
        address = reverse("helpdesk_inbox:view", args=[self.VIEW])
        response = client.get(address)
        assert held.subject in response.text
        counts = {view.slug: count for view, count, _drop in response.context["views"]}
        assert (counts[self.VIEW], counts["mine"]) == ("1", "0")
        pulse = client.get(reverse("helpdesk_inbox:pulse"), {"counts": "1"}, **FETCHED).json()
        assert pulse["counts"][self.VIEW] == "1"
        assert client.get(reverse("helpdesk_tickets:ticket", args=[held.pk])).status_code == 200
        frozen.shift(timedelta(days=5))
        assert client.get(address).status_code == 404
        views = client.get(reverse("helpdesk_inbox:view", args=["mine"])).context["views"]
        assert self.VIEW not in {view.slug for view, _count, _drop in views}
        assert client.get(reverse("helpdesk_tickets:ticket", args=[held.pk])).status_code == 404

    @pytest.mark.parametrize("who", ["agent", "colleague", "light", "manager"])
    def test_nobody_else_has(self, desk, held, login, who):
        client = login(getattr(desk, who))
        assert client.get(reverse("helpdesk_inbox:view", args=[self.VIEW])).status_code == 404

    def test_shows_no_other_tickets(self, desk, held, login):
        factories.make_ticket(subject="Not theirs", team=desk.team, mailbox=desk.mailbox)
        assert "Not theirs" not in login(desk.other_agent).get(reverse("helpdesk_inbox:view", args=["all"])).text

    @pytest.mark.full_text
    def test_search_finds_them(self, desk, held, login):
        from wagtail_helpdesk.search.indexing import index_due

        index_due()
        address = reverse("helpdesk_inbox:view", args=["all"])
        assert held.reference in login(desk.other_agent).get(address, {"q": "invoice"}).text

    def test_works_on_them(self, desk, held, login):
        client = login(desk.other_agent)
        page = client.get(reverse("helpdesk_tickets:ticket", args=[held.pk]))
        assert page.context["may_reply"]
        assert page.context["may_change"]

    def test_a_manager_who_stands_in_too(self, desk, held, login):
        Absence.objects.update(substitute=desk.manager)
        response = login(desk.manager).get(reverse("helpdesk_inbox:view", args=[self.VIEW]))
        assert held.subject in response.text


class TestMarks:
    """Wherever an assignee is shown or chosen."""

    @pytest.fixture
    def held(self, desk, ticket):
        go_away(desk.agent, desk.colleague, note="back on Monday")
        return assign(ticket, desk.agent)

    def test_in_a_row(self, desk, held, login):
        text = login(desk.colleague).get(reverse("helpdesk_inbox:view", args=["all"])).text
        assert 'class="helpdesk-face helpdesk-face--away" title="Bruno (away until June 5)"' in text

    def test_beside_the_ticket_and_where_one_chooses(self, desk, held, login):
        text = login(desk.colleague).get(reverse("helpdesk_tickets:ticket", args=[held.pk])).text
        assert "Bruno is away until June 5. Clara stands in. “back on Monday”" in text
        assert re.search(rf'<option value="{desk.agent.pk}" selected>Bruno \(away until June 5\)</option>', text)

    def test_for_those_who_only_read(self, desk, held, login):
        text = login(desk.light).get(reverse("helpdesk_tickets:ticket", args=[held.pk])).text
        assert "Bruno is away until June 5." in text

    def test_in_the_bulk_bar_and_the_filters(self, desk, held, login):
        text = login(desk.colleague).get(reverse("helpdesk_inbox:view", args=["all"])).text
        assert text.count("Bruno (away until June 5)") >= 3

    def test_assigning_warns_and_is_done(self, desk, held, login):
        held = assign(held, desk.colleague)
        client = login(desk.colleague)
        page = client.get(reverse("helpdesk_tickets:ticket", args=[held.pk]))
        assert "Bruno is away" not in page.text
        form = page.context["properties"]
        data = {field.html_name: field.value() for field in form} | {"assignee": str(desk.agent.pk)}
        answer = client.post(reverse("helpdesk_tickets:properties", args=[held.pk]), data, **FETCHED)
        assert "Bruno is away until June 5. Clara stands in." in answer.json()["properties"]
        assert Ticket.objects.get(pk=held.pk).assignee == desk.agent

    def test_nothing_is_said_of_those_who_are_here(self, desk, ticket, login):
        assign(ticket, desk.agent)
        text = login(desk.colleague).get(reverse("helpdesk_inbox:view", args=["all"])).text
        assert "away until" not in text
        assert "helpdesk-face--away" not in text

    def test_no_query_for_each_row(self, desk, held, login):
        client = login(desk.colleague)
        address = reverse("helpdesk_inbox:view", args=["all"])
        client.get(address)

        def queries():
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            return len(captured)

        few = queries()
        for number in range(4):
            user = factories.make_user(f"away{number}", group=factories.AGENTS, teams=[desk.team])
            go_away(user, desk.colleague)
            assign(factories.make_ticket(team=desk.team, mailbox=desk.mailbox), user)
        assert queries() == few
