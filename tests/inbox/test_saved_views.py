"""Views that agents make: built on a screen, shared, arranged, and bounded in what they read."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.counts import count_views
from wagtail_helpdesk.inbox.saved import lists
from wagtail_helpdesk.inbox.saved.lists import SavedList, pinned_views
from wagtail_helpdesk.inbox.saved.models import InboxPreference, SavedView, Scope
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.models import Ticket, TicketAccess

FETCHED = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


def data(*rows, **values):
    """What the builder's form posts: rows are (group, field, operator, value)."""
    posted = {"name": "Mine to answer", "scope": "private", "ordering": "waiting", "columns": ["tags"], **values}
    counts = {"all": 0, "any": 0}
    for group, field, operator, value in rows:
        prefix = f"{group}-{counts[group]}"
        counts[group] += 1
        posted |= {f"{prefix}-field": field, f"{prefix}-operator": operator, f"{prefix}-value": value}
    return posted


def make_view(owner, *conditions, scope=Scope.PRIVATE, **fields):
    found = [{"field": field, "operator": operator, "value": value} for field, operator, value in conditions]
    return SavedView.objects.create(
        name="A view", owner=owner, scope=scope, conditions={"all": found, "any": []}, **fields
    )


def listed(client, saved, **query):
    response = client.get(reverse("helpdesk_inbox:view", args=[f"saved-{saved.pk}"]), query)
    return response.status_code if response.status_code != 200 else {row.ticket.pk for row in response.context["rows"]}


@pytest.fixture
def tickets(desk):
    made = [factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox) for n in range(3)]
    AssignTicket(ticket=made[0], assignee=desk.agent, actor=Actor.of_user(desk.agent))()
    made.append(factories.make_ticket("theirs", team=desk.other_team, mailbox=desk.mailbox))
    return made


class TestBuilding:
    def test_saved_view_lists_what_matches_and_is_pinned(self, desk, tickets, login):
        client = login(desk.agent)
        rows = [("all", "assignee", "is", ["me"]), ("any", "category", "is", ["new"]), ("any", "files", "yes", "")]
        response = client.post(reverse("helpdesk_inbox:new_saved_view"), data(*rows))
        saved = SavedView.objects.get()
        assert response["Location"] == reverse("helpdesk_inbox:view", args=[f"saved-{saved.pk}"])
        assert listed(client, saved) == {tickets[0].pk}
        assert [view.slug for view in pinned_views(desk.agent)] == [f"saved-{saved.pk}"]
        assert count_views(desk.agent, pinned_views(desk.agent)) == {f"saved-{saved.pk}": 1}

    def test_rows_are_added_rebuilt_and_removed_without_javascript(self, desk, login):
        client, address = login(desk.agent), reverse("helpdesk_inbox:new_saved_view")
        page = client.post(address, data(("all", "subject", "nonsense", "x"), add="any"))
        rows = page.context["rows"].rows
        assert [(row.prefix, row.operator and row.operator.name) for row in rows] == [
            ("all-0", "contains"),
            ("any-0", None),
        ]
        page = client.post(
            address, data(("all", "subject", "contains", "x"), ("all", "files", "yes", ""), remove="all-0")
        )
        assert [row.field_name for row in page.context["rows"].rows] == ["files"]
        assert not SavedView.objects.exists()

    def test_preview_counts_what_the_builder_may_see(self, desk, tickets, login):
        for user, expected in ((desk.agent, "3 tickets match."), (desk.manager, "4 tickets match.")):
            address = reverse("helpdesk_inbox:new_saved_view")
            answer = login(user).post(address, data(("all", "category", "is", ["new"]), build="1"), **FETCHED).json()
            assert expected in answer["parts"]["view-conditions"]

    @pytest.mark.parametrize(
        "row",
        [
            ("all", "subject", "contains", " "),
            ("all", "messages", "at_least", "many"),
            ("all", "status", "is", []),
            ("all", "nonsense", "is", ["1"]),
        ],
    )
    def test_what_is_not_finished_is_told(self, desk, login, row):
        page = login(desk.agent).post(reverse("helpdesk_inbox:new_saved_view"), data(row))
        assert page.status_code == 200
        assert page.context["rows"].rows[0].error
        assert not SavedView.objects.exists()

    def test_from_a_filtered_list(self, desk, tickets, login):
        status = default_status("new").pk
        place = f"unassigned;status={status};sort=newest"
        client = login(desk.agent)
        page = client.get(reverse("helpdesk_inbox:new_saved_view"), {"from": place})
        rows = [(row.field_name, row.operator_name, row.values) for row in page.context["rows"].rows]
        assert rows == [
            ("category", "is", ("new", "open")),
            ("asleep", "no", ()),
            ("assignee", "is", ("none",)),
            ("status", "is", (str(status),)),
        ]
        assert page.context["form"].initial["ordering"] == "newest"
        assert (
            f"from=unassigned%3Bstatus%3D{status}"
            in client.get(reverse("helpdesk_inbox:view", args=["unassigned"]), {"status": status}).content.decode()
        )


class TestSharing:
    def test_each_sees_what_each_may_see(self, desk, tickets, login):
        saved = make_view(desk.manager, ("category", "is", ["new"]), scope=Scope.EVERYONE)
        assert listed(login(desk.agent), saved) == {ticket.pk for ticket in tickets[:3]}
        assert listed(login(desk.other_agent), saved) == {tickets[3].pk}
        assert listed(login(desk.manager), saved) == {ticket.pk for ticket in tickets}

    @pytest.mark.parametrize(
        ("scope", "insiders", "outsiders"),
        [
            (Scope.PRIVATE, ("agent",), ("light", "colleague", "other_agent", "manager", "superuser")),
            (Scope.TEAM, ("agent", "light", "colleague"), ("other_agent",)),
            (Scope.ROLE, ("agent", "colleague", "other_agent"), ("light", "manager", "administrator", "superuser")),
            (Scope.EVERYONE, ("agent", "light", "other_agent", "manager"), ()),
        ],
    )
    def test_a_view_of_others_does_not_exist(self, desk, login, scope, insiders, outsiders):
        saved = make_view(desk.agent, scope=scope, team=desk.team if scope == Scope.TEAM else None)
        if scope == Scope.ROLE:
            saved.role = Group.objects.get(name=factories.AGENTS)
            saved.save()
        for name in insiders:
            assert listed(login(getattr(desk, name)), saved) == set(), name
        for name in outsiders:
            client = login(getattr(desk, name))
            assert listed(client, saved) == 404, name
            assert client.get(reverse("helpdesk_inbox:saved_view", args=[saved.pk])).status_code == 404
            assert saved.name not in client.get(reverse("helpdesk_inbox:saved_views")).content.decode()
            assert client.post(reverse("helpdesk_inbox:arrange"), {"do": f"pin:{saved.pk}"}).status_code == 404

    def test_others_open_but_do_not_change(self, desk, login):
        saved = make_view(desk.agent, scope=Scope.TEAM, team=desk.team)
        for address in ("saved_view", "delete_saved_view"):
            response = login(desk.colleague).post(reverse(f"helpdesk_inbox:{address}", args=[saved.pk]), data())
            assert response["Location"] == "/admin/"
        assert SavedView.objects.get() == saved

    def test_who_shares_with_whom(self, desk, login):
        address, agents = reverse("helpdesk_inbox:new_saved_view"), Group.objects.get(name=factories.AGENTS)
        for values in (
            {"scope": "everyone"},
            {"scope": "team", "team": desk.other_team.pk},
            {"scope": "team"},
            {"scope": "role", "role": agents.pk},
        ):
            assert login(desk.agent).post(address, data(**values)).status_code == 200
        assert not SavedView.objects.exists()
        login(desk.manager).post(address, data(scope="everyone"))
        assert SavedView.objects.get().scope == Scope.EVERYONE
        assert login(desk.manager).post(address, data(scope="role")).context["form"].errors["role"]
        login(desk.manager).post(address, data(scope="role", role=agents.pk))
        assert SavedView.objects.get(scope=Scope.ROLE).role == agents
        assert "Helpdesk agents" in login(desk.agent).get(reverse("helpdesk_inbox:saved_views")).content.decode()


class TestArranging:
    def test_pin_order_and_opening(self, desk, login):
        client, address = login(desk.agent), reverse("helpdesk_inbox:arrange")
        first, second = make_view(desk.agent), make_view(desk.agent)
        for do in (f"pin:{first.pk}", f"pin:{second.pk}", f"up:{second.pk}"):
            client.post(address, {"do": do})
        assert InboxPreference.objects.get().pinned == [second.pk, first.pk]
        client.post(address, {"do": f"unpin:{second.pk}"})
        client.post(address, {"opens_with": f"saved-{first.pk}"})
        opened = client.get(reverse("helpdesk_inbox:index"))["Location"]
        assert opened == reverse("helpdesk_inbox:view", args=[f"saved-{first.pk}"])

    def test_a_view_that_is_gone_hurts_nobody(self, desk, login):
        client, saved = login(desk.agent), make_view(desk.agent)
        client.post(reverse("helpdesk_inbox:arrange"), {"do": f"pin:{saved.pk}"})
        client.post(reverse("helpdesk_inbox:arrange"), {"opens_with": f"saved-{saved.pk}"})
        client.post(reverse("helpdesk_inbox:delete_saved_view", args=[saved.pk]))
        assert client.get(reverse("helpdesk_inbox:index"))["Location"].endswith("/unassigned/")
        assert client.get(reverse("helpdesk_inbox:view", args=["all"])).status_code == 200


class TestBounds:
    def test_reads_the_first_of_each_part_only(self, desk, tickets, login, monkeypatch):
        monkeypatch.setattr(lists, "MAX_READ", 2)
        # The one that matches is the last of the team's new tickets.
        saved = make_view(desk.agent, ("subject", "contains", "needle"))
        Ticket.objects.filter(pk=tickets[2].pk).update(subject="needle")
        assert listed(login(desk.agent), saved) == set()
        Ticket.objects.filter(pk=tickets[2].pk).update(customer_waiting_since=tickets[0].created_at.replace(year=2020))
        assert listed(login(desk.agent), saved) == {tickets[2].pk}

    @pytest.mark.parametrize("most", [100, 12, 3])
    def test_nothing_is_left_out_for_people_of_many_teams(self, desk, tickets, login, monkeypatch, most):
        """Own tickets in other teams and shared ones are looked for last."""
        monkeypatch.setattr(lists, "MAX_PARTS", most)
        for number in range(9):
            factories.make_team(f"Team {number}").members.add(desk.agent)
        shared = factories.make_ticket("shared", team=desk.other_team, mailbox=desk.mailbox)
        TicketAccess.objects.create(ticket=shared, user=desk.agent)
        Ticket.objects.filter(pk=tickets[3].pk).update(assignee=desk.agent)
        saved = make_view(desk.agent)
        wanted = {*(one.pk for one in tickets), shared.pk}
        assert listed(login(desk.agent), saved) == wanted
        assert count_views(desk.agent, [SavedList(saved)]) == {f"saved-{saved.pk}": len(wanted)}

    def test_queries_do_not_grow(self, desk, tickets, login, django_assert_max_num_queries):
        saved = make_view(desk.agent, ("category", "is", ["new"]))
        InboxPreference.objects.create(user=desk.agent, pinned=[saved.pk])
        client = login(desk.agent)
        client.get(reverse("helpdesk_inbox:view", args=["all"]))
        with django_assert_max_num_queries(36):
            assert len(listed(client, saved)) == 3

    @pytest.mark.parametrize("conditions", [{"all": "x"}, {"nonsense": []}, [], {"all": [{"field": "gone"}]}])
    def test_conditions_that_are_none_match_nothing(self, desk, tickets, login, conditions):
        saved = SavedView.objects.create(name="x", owner=desk.agent, conditions=conditions)
        assert listed(login(desk.agent), saved) == set()
        assert count_views(desk.agent, [SavedList(saved)]) == {f"saved-{saved.pk}": 0}
