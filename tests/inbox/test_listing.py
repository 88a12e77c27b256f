"""The lists: who sees what, in which order, page by page, narrowed and searched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from wagtail_helpdesk.conversations.models import Draft
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox import counts
from wagtail_helpdesk.inbox.models import Mention
from wagtail_helpdesk.inbox.paging import PAGE_SIZE
from wagtail_helpdesk.inbox.standing_views import VIEWS
from wagtail_helpdesk.search.indexing import index_due
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.actions.tag_ticket import TagTicket
from wagtail_helpdesk.tickets.models import Ticket, TicketReader


def listed(client, view="all", **query):
    response = client.get(reverse("helpdesk_inbox:view", args=[view]), query)
    assert response.status_code == 200
    return [row.ticket for row in response.context["rows"]]


def set_status(ticket, category, user):
    ChangeStatus(ticket=ticket, status=default_status(category), actor=Actor.of_user(user))()


@pytest.fixture
def spread(desk):
    """One ticket for each view."""
    actor = Actor.of_user(desk.agent)
    tickets = {
        name: factories.make_ticket(
            name, team=desk.team, mailbox=desk.mailbox, subject=name, address=f"{name}@example.org"
        )
        for name in ("unassigned", "mine", "pending", "closed", "spam", "trash", "snoozed", "starred")
    }
    AssignTicket(ticket=tickets["mine"], assignee=desk.agent, actor=actor)()
    for name in ("pending", "closed", "spam", "trash"):
        set_status(tickets[name], name, desk.manager)
    set_status(tickets["starred"], "closed", desk.manager)
    Ticket.objects.filter(pk=tickets["snoozed"].pk).update(asleep=True)
    TicketReader.objects.create(ticket=tickets["starred"], user=desk.agent, starred=True)
    TicketReader.objects.create(ticket=tickets["mine"], user=desk.colleague, starred=True)
    Mention.objects.create(ticket=tickets["pending"], user=desk.agent)
    Mention.objects.create(ticket=tickets["trash"], user=desk.agent)
    Draft.objects.create(ticket=tickets["unassigned"], user=desk.agent, mode="reply")
    tickets["theirs"] = factories.make_ticket(
        "theirs", team=desk.other_team, mailbox=desk.mailbox, subject="theirs", address="theirs@example.org"
    )
    return tickets


EXPECTED = {
    "unassigned": {"unassigned"},
    "mine": {"mine"},
    "team": {"unassigned", "mine"},
    "pending": {"pending"},
    "snoozed": {"snoozed"},
    "mentions": {"pending"},
    "drafts": {"unassigned"},
    "starred": {"starred"},
    "all": {"unassigned", "mine", "pending"},
    "closed": {"closed", "starred"},
    "spam": {"spam"},
    "trash": {"trash"},
}


class TestViews:
    @pytest.mark.parametrize("view", [view.slug for view in VIEWS])
    def test_holds_what_its_name_says_and_nothing_of_others(self, desk, spread, login, view):
        assert {ticket.subject for ticket in listed(login(desk.agent), view)} == EXPECTED[view]

    def test_counts_are_those_of_the_lists(self, desk, spread):
        assert counts.count_views(desk.agent) == {view: len(names) for view, names in EXPECTED.items()}

    def test_manager_sees_all_teams(self, desk, spread, login):
        assert "theirs" in {ticket.subject for ticket in listed(login(desk.manager), "all")}

    @pytest.mark.parametrize("view", ["mentions", "drafts", "starred"])
    def test_what_is_another_teams_by_now_is_in_no_view_of_mine(self, desk, spread, login, view):
        Ticket.objects.update(team=desk.other_team, assignee=None)
        assert listed(login(desk.agent), view) == []
        assert counts.count_views(desk.agent)[view] == 0

    def test_each_team_by_itself(self, desk, spread, login):
        desk.other_team.members.add(desk.agent)
        client, address = login(desk.agent), f"team-{desk.other_team.pk}"
        assert [ticket.subject for ticket in listed(client, address)] == ["theirs"]
        response = client.get(reverse("helpdesk_inbox:view", args=["all"]))
        shown = {view.slug: count for view, count, _drop in response.context["views"]}
        assert (shown[address], shown[f"team-{desk.team.pk}"], shown["team"]) == ("1", "2", "3")

    def test_a_team_of_others_is_no_view(self, desk, login):
        address = reverse("helpdesk_inbox:view", args=[f"team-{desk.other_team.pk}"])
        assert login(desk.agent).get(address).status_code == 404
        assert login(desk.manager).get(address).status_code == 200

    def test_one_mailbox_at_a_time(self, desk, spread, login):
        other = factories.make_mailbox(team=desk.team)
        Ticket.objects.filter(pk=spread["mine"].pk).update(mailbox=other)
        client = login(desk.agent)
        assert [ticket.subject for ticket in listed(client, "all", mailbox=other.pk)] == ["mine"]
        response = client.get(reverse("helpdesk_inbox:view", args=["team"]), {"mailbox": other.pk})
        assert {view.slug: count for view, count, _drop in response.context["views"]}["all"] == "1"
        assert f"?mailbox={other.pk}" in response.content.decode()

    def test_counts_stop_at_the_cap(self, desk, spread, monkeypatch, django_assert_num_queries):
        monkeypatch.setattr(counts, "CAP", 2)
        assert counts.count_views(desk.agent)["all"] == 3
        assert counts.count_text(3) == "2+"
        desk.agent.has_perm("wagtail_helpdesk.view_ticket")
        # What is shared with the agent, then all counts.
        with django_assert_num_queries(2):
            counts.count_views(desk.agent)

    def test_merged_ticket_is_in_no_list(self, desk, spread, login):
        MergeTickets(source=spread["mine"], target=spread["unassigned"], actor=Actor.of_user(desk.agent))()
        assert "mine" not in {ticket.subject for ticket in listed(login(desk.agent), "all")}

    @pytest.mark.parametrize("name", ["editor"])
    def test_without_the_right_to_view_wagtail_answers(self, desk, login, name):
        for address in ("view", "results"):
            response = login(getattr(desk, name)).get(reverse(f"helpdesk_inbox:{address}", args=["all"]))
            assert response.status_code == 302 and response["Location"] == "/admin/"

    def test_menu_item_for_those_who_may_view(self, desk, login):
        address = reverse("helpdesk_inbox:index")
        assert address in login(desk.light).get("/admin/").content.decode()
        assert address not in login(desk.editor).get("/admin/").content.decode()

    def test_unknown_view(self, desk, login):
        assert login(desk.agent).get("/admin/helpdesk/inbox/nonsense/").status_code == 404

    def test_index_leads_to_the_first_view(self, desk, login):
        response = login(desk.agent).get(reverse("helpdesk_inbox:index"))
        assert response["Location"] == reverse("helpdesk_inbox:view", args=["unassigned"])


@pytest.fixture
def many(desk):
    """Sixty waiting tickets, the first of them waiting longest; every fourth one waits no more."""
    start = timezone.now() - timedelta(days=9)
    waiting = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    answered = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    factories.add_reply(answered, desk.agent)
    tickets = []
    for n in range(60):
        ticket = Ticket.objects.get(pk=(answered if n % 4 == 3 else waiting).pk)
        # Some at the same moment: the key alone tells them apart.
        at = start + timedelta(minutes=n // 3)
        ticket.pk, ticket.subject, ticket.created_at, ticket.last_activity_at = None, f"q {n}", at, at
        ticket.customer_waiting_since = ticket.customer_waiting_since and at
        tickets.append(ticket)
    for one in (waiting, answered):
        Ticket.objects.filter(pk=one.pk).update(category=Category.TRASH, status=default_status(Category.TRASH))
    Ticket.objects.bulk_create(tickets)
    return list(Ticket.objects.filter(created_at__lt=start + timedelta(hours=1)).order_by("pk"))


class TestPaging:
    @pytest.mark.parametrize("sort", ["waiting", "newest"])
    def test_forth_and_back_shows_each_once(self, desk, many, login, sort):
        client, address = login(desk.agent), reverse("helpdesk_inbox:view", args=["all"])
        response = client.get(address, {"sort": sort})
        first, seen = response.context["page"], []
        page = first
        while True:
            seen.append([ticket.pk for ticket in page.rows])
            if page.after is None:
                break
            page = client.get(address, {"sort": sort, "after": str(page.after)}).context["page"]
        assert [len(rows) for rows in seen] == [PAGE_SIZE, PAGE_SIZE, 10]
        assert len({pk for rows in seen for pk in rows}) == 60
        back = []
        while page.before is not None:
            page = client.get(address, {"sort": sort, "before": str(page.before)}).context["page"]
            back.append([ticket.pk for ticket in page.rows])
        assert back == seen[1::-1]

    def test_longest_waiting_first_then_those_who_do_not_wait(self, desk, many, login):
        rows = listed(login(desk.agent))
        assert rows[0].pk == many[0].pk
        assert all(ticket.customer_waiting_since for ticket in rows)

    def test_stays_where_it_is_while_tickets_arrive(self, desk, many, login):
        client, address = login(desk.agent), reverse("helpdesk_inbox:view", args=["all"])
        page = client.get(address, {"sort": "newest"}).context["page"]
        second = client.get(address, {"sort": "newest", "after": str(page.after)}).context["page"]
        for n in range(5):
            factories.make_ticket(f"new {n}", team=desk.team, mailbox=desk.mailbox)
        again = client.get(address, {"sort": "newest", "after": str(page.after)}).context["page"]
        assert again.rows == second.rows

    def test_nonsense_keys_show_the_first_page(self, desk, many, login):
        client = login(desk.agent)
        first = listed(client)
        for key in ("", "x", "~", "-~", "2026-01-01~1", "2026-13-45T00:00:00Z~1", "-~99999999999999999999"):
            assert listed(client, after=key) == first, key


class TestFilters:
    @pytest.fixture
    def client(self, desk, login):
        return login(desk.agent)

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            (lambda desk: {"status": default_status(Category.PENDING).pk}, {"pending"}),
            (lambda desk: {"assignee": desk.agent.pk}, {"mine"}),
            (lambda desk: {"assignee": "me"}, {"mine"}),
            (lambda desk: {"team": "mine"}, {"unassigned", "mine", "pending"}),
            (lambda desk: {"status": "nonsense", "priority": "99"}, set()),
            (lambda desk: {"assignee": "none"}, {"unassigned", "pending"}),
            (lambda desk: {"team": desk.team.pk}, {"unassigned", "mine", "pending"}),
            (lambda desk: {"team": desk.other_team.pk}, set()),
            (lambda desk: {"channel": "form"}, set()),
            (lambda desk: {"channel": "email"}, {"unassigned", "mine", "pending"}),
            (lambda desk: {"status": "nonsense"}, {"unassigned", "mine", "pending"}),
        ],
    )
    def test_narrow(self, desk, spread, client, query, names):
        assert {ticket.subject for ticket in listed(client, **query(desk))} == names

    def test_by_tag_and_only_tags_of_own_tickets_are_offered(self, desk, spread, client):
        TagTicket(ticket=spread["mine"], add=["ours", "both"], actor=Actor.of_user(desk.agent))()
        TagTicket(ticket=spread["theirs"], add=["theirs", "both"], actor=Actor.of_user(desk.manager))()
        response = client.get(reverse("helpdesk_inbox:view", args=["all"]))
        choices = dict(response.context["filters"].form.fields["tag"].choices)
        assert sorted(choices.values()) == ["both", "ours"]
        chosen = [key for key, name in choices.items() if name == "ours"]
        assert [ticket.subject for ticket in listed(client, tag=chosen)] == ["mine"]
        assert client.get(reverse("helpdesk_inbox:tags"), {"term": "t"}).json() == []
        assert client.get(reverse("helpdesk_inbox:tags"), {"term": "O"}).json() == ["ours"]

    def test_swapped_results_are_a_part_of_the_page(self, spread, client):
        response = client.get(reverse("helpdesk_inbox:results", args=["all"]), {"_w_filter_fragment": 1})
        assert "<html" not in response.content.decode()
        assert len(response.context["rows"]) == 3


class TestSearch:
    @pytest.fixture
    def found(self, desk, login):
        client = login(desk.agent)

        def found(query, view="all"):
            index_due()
            return [ticket.subject for ticket in listed(client, view, q=query)]

        return found

    @pytest.mark.parametrize("form", ["HD-{}", "hd-{}", "#{}", "{}", " {} "])
    def test_by_number_wherever_it_is(self, spread, found, form):
        assert found(form.format(spread["closed"].pk)) == ["closed"]

    @pytest.mark.parametrize("form", ["HD-{}", "{}"])
    def test_number_of_others_finds_nothing(self, spread, found, form):
        assert found(form.format(spread["theirs"].pk)) == []

    def test_number_of_a_merged_ticket_finds_its_survivor(self, desk, spread, found):
        MergeTickets(source=spread["mine"], target=spread["unassigned"], actor=Actor.of_user(desk.agent))()
        assert found(f"HD-{spread['mine'].pk}") == ["unassigned"]

    @pytest.mark.parametrize(
        "query", ["invoice", "TAX id", "id invoice", "Ana Souza", "souza", "ana@example.org", "ana@ex"]
    )
    def test_by_subject_and_requester(self, ticket, found, query):
        assert found(query) == [ticket.subject]

    @pytest.mark.parametrize("query", ["invoice nothing", "bob", "99999999999999999999999", "HD-0", "%", "x" * 5000])
    def test_finds_nothing_else(self, ticket, found, query):
        assert found(query) == []

    def test_spam_and_trash_only_from_inside(self, spread, found):
        assert found("spam") == []
        assert found("spam", view="spam") == ["spam"]


class TestQueries:
    @pytest.mark.parametrize("query", [{}, {"q": "invoice"}, {"q": "HD-1"}, {"sort": "newest"}])
    def test_constant(self, desk, login, query, django_assert_max_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        def count(number):
            for n in range(number):
                ticket = factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox, subject="invoice")
                AssignTicket(
                    ticket=ticket, assignee=[desk.agent, desk.colleague][n % 2], actor=Actor.of_user(desk.agent)
                )()
                TagTicket(ticket=ticket, add=[f"tag {n}"], actor=Actor.of_user(desk.agent))()
            index_due()
            client = login(desk.agent)
            # What is known of sites and content types stays known.
            client.get(reverse("helpdesk_inbox:view", args=["all"]), query)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert len(listed(client, **query)) or query
            return len(captured)

        few = count(2)
        assert count(12) == few
        # A search by words looks for people too, and for where it found what.
        assert few <= (64 if query.get("q") == "invoice" else 32 if query.get("q") else 31)


class TestNextThings:
    """An empty list says where there is work, and what could be read by others."""

    @pytest.fixture
    def offered(self, login):
        def offers(user, view="starred", **query):
            response = login(user).get(reverse("helpdesk_inbox:view", args=[view]), query)
            return [(thing.label, thing.count) for thing in response.context.get("next_things", [])]

        return offers

    def test_the_views_that_are_not_empty(self, desk, ticket, offered):
        assert offered(desk.agent) == [("Unassigned", "1"), ("Team", "1")]
        assert offered(desk.other_agent) == []
        assert offered(desk.agent, view="unassigned") == []
        assert offered(desk.agent, tag=["1"]) == []

    def test_counted_and_found_in_the_same_mailbox(self, desk, ticket, login):
        other = factories.make_mailbox(team=desk.team)
        factories.make_ticket("elsewhere", team=desk.team, mailbox=other, address="else@example.org")
        client = login(desk.agent)
        address = reverse("helpdesk_inbox:view", args=["starred"])
        thing = client.get(address, {"mailbox": other.pk}).context["next_things"][0]
        assert (thing.label, thing.count) == ("Unassigned", "1")
        assert len(client.get(thing.url).context["rows"]) == 1
        assert client.get(address).context["next_things"][0].count == "2"

    def test_answers_that_others_could_read(self, desk, ticket, offered, login):
        AssignTicket(ticket=ticket, assignee=desk.agent, actor=Actor.of_user(desk.agent))()
        set_status(ticket, Category.RESOLVED, desk.agent)
        assert offered(desk.agent) == [("Answer of yours that could be promoted to the FAQ", "1")]
        assert offered(desk.colleague) == []
        page = login(desk.agent).get(reverse("helpdesk_inbox:view", args=["starred"]))
        [thing] = page.context["next_things"]
        assert thing.url in page.content.decode()
        assert [row.ticket for row in login(desk.agent).get(thing.url).context["rows"]] == [ticket]
        Ticket.objects.update(assignee=desk.light)
        assert offered(desk.light) == [], "who may not promote is not told to"
        Ticket.objects.update(assignee=desk.agent, resolved_at=timezone.now() - timedelta(days=31))
        assert offered(desk.agent) == []
