"""Lists under headings: which groups, in which order, page by page, and bounded in what they read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from wagtail_helpdesk.contacts.models import Organisation
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Priority, TicketType
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.paging import PAGE_SIZE
from wagtail_helpdesk.inbox.saved.models import SavedView, Scope
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_field import ChangeField
from wagtail_helpdesk.tickets.custom_fields.kinds import FieldKind
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.models import Ticket

PULSE = "/admin/helpdesk/inbox/pulse/"
FETCHED = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


def shown(client, view="all", **query):
    """Return [(label, count, subjects)] of the list's headings."""
    response = client.get(reverse("helpdesk_inbox:view", args=[view]), query)
    assert response.status_code == 200
    return [
        (str(heading.group.label), heading.count, [row.ticket.subject for row in heading.rows])
        for heading in response.context.get("headings", [])
    ]


def saved_view(owner, **fields):
    conditions = {"all": [{"field": "category", "operator": "is", "value": ["new", "open"]}], "any": []}
    return SavedView.objects.create(name="Grouped", owner=owner, conditions=conditions, **fields)


@pytest.fixture
def tickets(desk):
    made = [
        factories.make_ticket(
            f"q {n}", team=desk.team, mailbox=desk.mailbox, subject=f"q {n}", address=f"p{n % 3}@example.org"
        )
        for n in range(5)
    ]
    for n in (0, 3):
        AssignTicket(ticket=made[n], assignee=desk.agent, actor=Actor.of_user(desk.agent))()
    AssignTicket(ticket=made[4], assignee=desk.colleague, actor=Actor.of_user(desk.agent))()
    return made


@pytest.fixture
def many(desk):
    """Seventy waiting tickets of four types and none, several of them at the same moment."""
    types = [TicketType.objects.create(name=f"Type {n}", sort_order=9 - n) for n in range(4)]
    TicketType.objects.create(name="Nobody's", sort_order=0)
    one, start = factories.make_ticket(team=desk.team, mailbox=desk.mailbox), timezone.now() - timedelta(days=9)
    made = []
    for n in range(70):
        ticket = Ticket.objects.get(pk=one.pk)
        at = start + timedelta(minutes=n // 3)
        ticket.pk, ticket.subject, ticket.created_at, ticket.last_activity_at = None, f"q {n}", at, at
        ticket.customer_waiting_since = at if n % 4 else None
        ticket.ticket_type = types[n % 7] if n % 7 < 4 else None
        made.append(ticket)
    Ticket.objects.filter(pk=one.pk).update(category="trash", status=default_status("trash"))
    Ticket.objects.bulk_create(made)
    return types


class TestGroups:
    def test_in_order_each_with_its_number_those_without_last(self, desk, tickets, login):
        Ticket.objects.filter(pk=tickets[1].pk).update(priority=Priority.objects.order_by("-level")[0])
        client = login(desk.agent)
        names = sorted(
            [(Actor.of_user(desk.agent).name, ["q 0", "q 3"]), (Actor.of_user(desk.colleague).name, ["q 4"])]
        )
        expected = [(name, str(len(rows)), rows) for name, rows in names]
        assert shown(client, group="assignee") == [*expected, ("Nobody", "2", ["q 1", "q 2"])]
        urgent, usual = shown(client, group="priority")
        assert (urgent[1:], usual[1:]) == (("1", ["q 1"]), ("4", ["q 0", "q 2", "q 3", "q 4"]))

    def test_by_what_the_requester_belongs_to_and_by_requester(self, desk, tickets, login):
        tickets[0].requester.organisation = Organisation.objects.create(name="ACME")
        tickets[0].requester.save()
        client = login(desk.agent)
        acme, nobody = shown(client, group="organisation")
        assert (acme, nobody[:2]) == (("ACME", "2", ["q 0", "q 3"]), ("No organisation", "3"))
        assert [rows for _label, _count, rows in shown(client, group="requester")] == [
            ["q 0", "q 3"],
            ["q 1", "q 4"],
            ["q 2"],
        ]

    def test_by_a_field_that_an_administrator_added(self, desk, tickets, login):
        field = TicketField.objects.create(
            name="Region", key="region", kind=FieldKind.CHOICE, options_text="South\nNorth"
        )
        for ticket, value in ((tickets[2], "North"), (tickets[4], "South")):
            ChangeField(ticket=ticket, field=field, value=value, actor=Actor.of_user(desk.agent))()
        client = login(desk.agent)
        expected = [("South", "1", ["q 4"]), ("North", "1", ["q 2"]), ("Nothing chosen", "3", ["q 0", "q 1", "q 3"])]
        assert shown(client, group=f"field-{field.pk}") == expected
        # What is no option any more stands behind those that are.
        TicketField.objects.update(options_text="North")
        assert [label for label, *_rest in shown(client, group=f"field-{field.pk}")] == [
            "North",
            "South",
            "Nothing chosen",
        ]

    @pytest.mark.parametrize("group", ["", "none", "nonsense", "field-99", "field-x", "field-1;x"])
    def test_what_is_no_grouping_groups_nothing(self, desk, tickets, login, group):
        response = login(desk.agent).get(reverse("helpdesk_inbox:view", args=["all"]), {"group": group})
        assert "headings" not in response.context
        assert len(response.context["rows"]) == 5

    def test_a_search_has_an_order_of_its_own(self, desk, tickets, login):
        assert shown(login(desk.agent), q="q", group="assignee") == []

    @pytest.mark.parametrize(
        ("name", "count"),
        [("agent", 3), ("light", 3), ("other_agent", 0), ("manager", 3), ("editor", None), ("stranger", None)],
    )
    def test_each_sees_what_each_may_see(self, desk, tickets, login, name, count):
        user = getattr(desk, name, None) or factories.make_user(name)
        response = login(user).get(reverse("helpdesk_inbox:view", args=["all"]), {"group": "assignee"})
        if count is None:
            assert response.status_code in (302, 403)
        else:
            assert len(response.context.get("headings", [])) == count

    def test_headings_in_the_page(self, desk, tickets, login):
        page = (
            login(desk.agent).get(reverse("helpdesk_inbox:view", args=["all"]), {"group": "assignee"}).content.decode()
        )
        assert page.count('<h2 class="helpdesk-group__heading"') == 3
        assert 'data-group=""' in page
        assert 'data-helpdesk-groups-name-value="all/assignee"' in page
        for ticket in tickets:
            assert f'id="ticket-{ticket.pk}"' in page and ticket.reference in page


class TestPages:
    @pytest.mark.parametrize("sort", ["waiting", "newest", "oldest"])
    def test_forth_and_back_shows_each_once(self, desk, many, login, sort):
        client, address = login(desk.agent), reverse("helpdesk_inbox:view", args=["all"])
        query = {"sort": sort, "group": "ticket_type"}

        def fetch(**where):
            return client.get(address, {**query, **{name: str(key) for name, key in where.items()}}).context["page"]

        pages = [fetch()]
        while pages[-1].after is not None:
            pages.append(fetch(after=pages[-1].after))
        assert [len(page.rows) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 20]
        rows = [ticket for page in pages for ticket in page.rows]

        def place(ticket):
            type_place = many[::-1].index(ticket.ticket_type) if ticket.ticket_type else 9
            since, last = ticket.customer_waiting_since, ticket.last_activity_at.timestamp()
            if sort == "waiting":
                return type_place, since is None, since.timestamp() if since else 0, ticket.pk
            return (type_place, -last, -ticket.pk) if sort == "newest" else (type_place, last, ticket.pk)

        assert rows == sorted(rows, key=place)
        assert len({ticket.pk for ticket in rows}) == 70
        notes = [(section.continues, section.goes_on) for page in pages for section in page.sections]
        assert sum(continues for continues, _on in notes) == sum(on for _continues, on in notes) == 2
        back, page = [], pages[-1]
        while page.before is not None:
            page = fetch(before=page.before)
            back.append(page)
        assert [page.rows for page in back] == [page.rows for page in pages[1::-1]]
        assert [[s.goes_on for s in page.sections] for page in back] == [
            [s.goes_on for s in page.sections] for page in pages[1::-1]
        ]

    def test_a_group_that_goes_on_says_so(self, desk, many, login):
        client, address = login(desk.agent), reverse("helpdesk_inbox:view", args=["all"])
        first = client.get(address, {"group": "ticket_type"})
        assert (
            "“Type 1” goes on on the next page." in first.content.decode() or first.context["page"].sections[-1].goes_on
        )
        second = client.get(address, {"group": "ticket_type", "after": str(first.context["page"].after)})
        assert "continued" in second.content.decode()

    def test_a_group_that_became_empty_has_its_place_all_the_same(self, desk, many, login):
        client, address = login(desk.agent), reverse("helpdesk_inbox:view", args=["all"])
        first = client.get(address, {"group": "ticket_type"}).context["page"]
        last = first.rows[-1].ticket_type
        Ticket.objects.filter(ticket_type=last).update(category="trash", status=default_status("trash"))
        page = client.get(address, {"group": "ticket_type", "after": str(first.after)}).context["page"]
        assert page.rows[0].ticket_type == many[many.index(last) - 1]
        Ticket.objects.filter(ticket_type=last).update(ticket_type=None)
        last.delete()
        # What names no group at all shows the first page.
        assert client.get(address, {"group": "ticket_type", "after": str(first.after)}).context["page"].before is None

    def test_keys_of_another_list_show_the_first_page(self, desk, many, login):
        client, address = login(desk.agent), reverse("helpdesk_inbox:view", args=["all"])
        first = client.get(address, {"group": "ticket_type"}).context["page"]
        for key in ("-~1", "-~1~x", "~~", "2026-01-01T00:00:00Z~1~99999"):
            for name in ("after", "before"):
                rows = client.get(address, {"group": "ticket_type", name: key}).context["page"].rows
                assert rows == first.rows, key


class TestWayThrough:
    def test_next_and_previous_cross_the_groups(self, desk, tickets, login):
        place = "all;group=assignee"
        client = login(desk.agent)
        listing = client.get(reverse("helpdesk_inbox:view", args=["all"]), {"group": "assignee"})
        rows = [row.ticket.pk for row in listing.context["rows"]]
        for number, pk in enumerate(rows):
            context = client.get(reverse("helpdesk_tickets:ticket", args=[pk]), {"view": place}).context
            before = rows[number - 1] if number else None
            after = rows[number + 1] if number + 1 < len(rows) else None
            for key, address in ((before, context["previous_url"]), (after, context["next_url"])):
                assert address == (f"/admin/helpdesk/tickets/{key}/?view={place}" if key else "")
            assert [row.ticket.pk for row in context["slim_rows"]] == rows

    def test_everything_that_matches_is_everything(self, desk, tickets, login):
        answer = login(desk.agent).get(reverse("helpdesk_inbox:bulk_count"), {"place": "all;group=assignee"}).json()
        assert "5" in answer["text"]


class TestLive:
    def ask(self, client, place, rows, **more):
        shown = ",".join(f"{row.ticket.pk}.{row.version}" for row in rows)
        return client.get(PULSE, {"view": place, "rows": shown, "counts": "1", **more}).json()

    def test_a_row_that_goes_to_another_group_is_told_with_the_order(self, desk, tickets, login):
        client = login(desk.agent)
        rows = client.get(reverse("helpdesk_inbox:view", args=["all"]), {"group": "assignee"}).context["rows"]
        AssignTicket(ticket=tickets[1], assignee=desk.agent, actor=Actor.system())()
        answer = self.ask(client, "all;group=assignee", rows)
        assert f'data-group="{desk.agent.pk}"' in answer["rows"][str(tickets[1].pk)]
        assert (answer["gone"], answer["fresh"]) == ([], "")
        assert answer["groups"][str(desk.agent.pk)]["count"] == "3"
        assert answer["groups"][""]["count"] == "1"
        assert answer["order"].index(tickets[1].pk) == answer["order"].index(tickets[0].pk) + 1

    def test_new_ones_are_announced_wherever_they_stand(self, desk, tickets, login):
        client = login(desk.agent)
        rows = client.get(reverse("helpdesk_inbox:view", args=["all"]), {"group": "assignee"}).context["rows"]
        new = factories.make_ticket("new", team=desk.team, mailbox=desk.mailbox)
        AssignTicket(ticket=new, assignee=desk.agent, actor=Actor.system())()
        assert self.ask(client, "all;group=assignee", rows)["fresh"] == "1 new ticket"

    def test_a_list_without_groups_is_told_of_none(self, desk, tickets, login):
        assert {"groups", "order"}.isdisjoint(self.ask(login(desk.agent), "all", []))


class TestSavedViews:
    def post(self, **values):
        return {
            "name": "By agent",
            "scope": "private",
            "ordering": "waiting",
            "columns": ["tags"],
            "all-0-field": "category",
            "all-0-operator": "is",
            "all-0-value": ["new", "open"],
            **values,
        }

    def test_is_made_shown_and_ungrouped_for_once(self, desk, tickets, login):
        client = login(desk.agent)
        client.post(reverse("helpdesk_inbox:new_saved_view"), self.post(grouping="assignee"))
        saved = SavedView.objects.get()
        assert saved.grouping == "assignee"
        view = f"saved-{saved.pk}"
        assert [count for _label, count, _rows in shown(client, view)] in (["2", "1", "2"], ["1", "2", "2"])
        assert shown(client, view, group="none") == []
        assert len(shown(client, view, group="team")) == 1

    def test_preview_shows_the_groups(self, desk, tickets, login):
        client, address = login(desk.agent), reverse("helpdesk_inbox:new_saved_view")
        html = client.post(address, self.post(grouping="assignee", build="1"), **FETCHED).json()["parts"][
            "view-conditions"
        ]
        assert "5 tickets match." in html
        assert "Nobody" in html
        assert html.count("helpdesk-group__count") == 3
        page = client.post(address, self.post(grouping="assignee", build="1"))
        assert "Nobody" in page.content.decode()
        without = client.post(address, self.post(grouping="", build="1"), **FETCHED).json()["parts"]["view-conditions"]
        assert "helpdesk-group__count" not in without

    def test_nonsense_is_refused(self, desk, login):
        response = login(desk.agent).post(reverse("helpdesk_inbox:new_saved_view"), self.post(grouping="nonsense"))
        assert response.context["form"].errors["grouping"]
        assert not SavedView.objects.exists()

    def test_from_a_grouped_list(self, desk, tickets, login):
        client = login(desk.agent)
        page = client.get(reverse("helpdesk_inbox:new_saved_view"), {"from": "all;group=team"})
        assert page.context["form"].initial["grouping"] == "team"
        listing = client.get(reverse("helpdesk_inbox:view", args=["all"]), {"group": "team"})
        assert "from=all%3Bgroup%3Dteam" in listing.content.decode()

    def test_a_field_that_is_gone_groups_no_more(self, desk, tickets, login):
        saved = saved_view(desk.agent, grouping="field-77", scope=Scope.PRIVATE)
        response = login(desk.agent).get(reverse("helpdesk_inbox:view", args=[f"saved-{saved.pk}"]))
        assert "headings" not in response.context
        assert len(response.context["rows"]) == 5


class TestBounds:
    def test_reads_the_first_of_each_part_only_and_says_so(self, desk, tickets, login, monkeypatch):
        monkeypatch.setattr("wagtail_helpdesk.inbox.listing.MAX_READ", 2)
        monkeypatch.setattr("wagtail_helpdesk.inbox.views.listing.MAX_READ", 2)
        response = login(desk.manager).get(reverse("helpdesk_inbox:view", args=["all"]), {"group": "team"})
        rows = [row.ticket for row in response.context["rows"]]
        assert 0 < len(rows) < 5
        assert "Groups are made of the first 2 tickets" in response.content.decode()

    def test_queries(self, desk, login):
        client, address = login(desk.agent), reverse("helpdesk_inbox:view", args=["all"])

        def count(**query):
            client.get(address, query)
            with CaptureQueriesContext(connection) as captured:
                client.get(address, query)
            return len(captured)

        def fill(number):
            for n in range(number):
                ticket = factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox)
                AssignTicket(ticket=ticket, assignee=[desk.agent, desk.colleague][n % 2], actor=Actor.system())()

        fill(2)
        plain, few = count(), count(group="assignee")
        fill(10)
        assert (count(), count(group="assignee")) == (plain, few)
        # How many are in each, and what they are called.
        assert few == plain + 2
        assert plain <= 31
