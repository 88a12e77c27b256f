"""The command palette and the table of keys."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import PageViewRestriction

from tests.pages.trees import make_article, make_centre, make_section
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.palette import MAX_FOUND
from wagtail_helpdesk.inbox.shortcuts import BOTH, EVERYWHERE, LIST, TICKET, shortcuts
from wagtail_helpdesk.search.indexing import index_due
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus

ADDRESS = "helpdesk_inbox:palette"


@pytest.fixture
def find(login):
    """Return a function that gives what a user finds: {label of the group: [labels]}."""

    def ask(user, query):
        index_due()
        response = login(user).get(reverse(ADDRESS), {"q": query}, headers={"X-Requested-With": "XMLHttpRequest"})
        groups = response.json()["groups"]
        return {group["label"]: [entry["label"] for entry in group["entries"]] for group in groups}

    return ask


class TestFinding:
    def test_tickets_customers_colleagues_and_screens(self, desk, ticket, find):
        assert find(desk.agent, "tax id")["Tickets"] == [f"{ticket.reference} {ticket.subject}"]
        assert find(desk.agent, ticket.reference)["Tickets"] == [f"{ticket.reference} {ticket.subject}"]
        assert find(desk.agent, "ana@ex")["Customers"] == ["Ana Souza"]
        assert find(desk.agent, "clar")["Colleagues"] == ["Clara"]
        assert "Notices" in find(desk.agent, "notic")["Screens"]

    def test_articles_that_every_visitor_may_read(self, desk, login, find):
        article = make_article(make_section(make_centre()), "Returning a bicycle")
        assert find(desk.agent, "return bicycle")["Help articles"] == ["Returning a bicycle"]
        asked = {"q": "returning"}
        groups = login(desk.agent).get(reverse(ADDRESS), asked, headers={"X-Requested-With": "XMLHttpRequest"}).json()
        (entry,) = [one for group in groups["groups"] for one in group["entries"] if one["article"]]
        assert (entry["article"], entry["url"]) == (article.pk, article.get_url())
        assert "Help articles" not in find(desk.agent, "returning cars"), "all words have to be there"
        restriction = PageViewRestriction.objects.create(page=article.get_parent(), restriction_type="login")
        assert "Help articles" not in find(desk.agent, "returning")
        restriction.delete()
        article.unpublish()
        assert "Help articles" not in find(desk.agent, "returning")

    @pytest.mark.parametrize("query", ["tax id", "Ana Souza", "ana@example.org", "HD-{}", "{}"])
    def test_nothing_of_others(self, desk, ticket, find, query):
        found = find(desk.other_agent, query.format(ticket.pk))
        assert not found.get("Tickets") and not found.get("Customers")

    def test_screens_are_those_of_ones_own_menu(self, desk, find):
        assert "Screens" not in find(desk.agent, "mailbox")
        assert find(desk.administrator, "mailbox")["Screens"]

    def test_spam_only_by_its_number(self, desk, ticket, find):
        ChangeStatus(ticket=ticket, status=default_status(Category.SPAM), actor=Actor.of_user(desk.agent))()
        assert "Tickets" not in find(desk.agent, "tax id")
        assert find(desk.agent, ticket.reference)["Tickets"]

    @pytest.mark.parametrize("query", ["", " ", "x", "%", "x" * 5000, "²"])
    def test_too_little_or_nonsense_finds_nothing(self, desk, ticket, find, query):
        assert find(desk.agent, query) == {}

    def test_page_for_those_without_our_script(self, desk, ticket, login):
        index_due()
        content = login(desk.light).get(reverse(ADDRESS), {"q": "tax id"}).content.decode()
        assert f'href="{reverse("helpdesk_tickets:ticket", args=[ticket.pk])}"' in content
        assert "Assign to me" in content
        assert "Mine" in login(desk.light).get(reverse(ADDRESS)).content.decode()

    def test_only_for_those_who_may_view(self, desk, login):
        assert login(desk.editor).get(reverse(ADDRESS)).status_code == 302

    def test_queries_are_constant(self, desk, login):
        client = login(desk.agent)

        def count(number):
            for n in range(number):
                factories.make_ticket(
                    f"q {n}", team=desk.team, mailbox=desk.mailbox, subject="invoice", name="Invo Ice"
                )
            client.get(reverse(ADDRESS), {"q": "invo"})
            with CaptureQueriesContext(connection) as captured:
                response = client.get(reverse(ADDRESS), {"q": "invo"}, headers={"X-Requested-With": "XMLHttpRequest"})
            assert all(len(group["entries"]) <= MAX_FOUND for group in response.json()["groups"])
            return len(captured)

        few = count(2)
        assert count(8) == few
        # Four of them look for articles on PostgreSQL.
        assert few <= 26


class TestKeys:
    def test_at_least_35_and_none_twice_in_one_place(self):
        assert len(shortcuts()) >= 35
        assert len({shortcut.name for shortcut in shortcuts()}) == len(shortcuts())
        for where in (LIST, TICKET, EVERYWHERE):
            keys = [shortcut.keys for shortcut in shortcuts(where)]
            assert len(set(keys)) == len(keys), where
            pairs = [key.split() for key in keys if " " in key]
            firsts = {first for first, second in pairs if first != second}
            # From a field back to the page: that is no move of the page itself.
            alone = {shortcut.keys for shortcut in shortcuts(where) if shortcut.name != "leave"}
            assert not firsts & alone, "a key that begins a pair does nothing by itself"

    def test_wagtails_own_keys_are_left_alone(self):
        # "/" is the search on our pages too: ours, where Wagtail's own is that of pages.
        assert not {"?", "[", "]", "mod+s", "mod+p"} & {shortcut.keys for shortcut in shortcuts()}

    def test_pages_carry_the_table_and_the_dialog_its_rows(self, desk, ticket, login):
        client = login(desk.agent)
        addresses = {
            LIST: reverse("helpdesk_inbox:view", args=["all"]),
            TICKET: reverse("helpdesk_tickets:ticket", args=[ticket.pk]),
        }
        for where, address in addresses.items():
            content = client.get(address).content.decode()
            assert 'data-w-teleport-target-value="#keyboard-shortcuts-dialog table"' in content
            for shortcut in shortcuts(where):
                assert f'data-shortcut="{shortcut.name}"' in content
            assert ('data-shortcut="reply"' in content) == (where == TICKET)
        assert {shortcut.where for shortcut in shortcuts()} == {EVERYWHERE, BOTH, LIST, TICKET}

    def test_a_new_ticket_is_for_those_who_may_open_one(self, desk, login):
        address = reverse("helpdesk_inbox:view", args=["all"])
        for name, offered in (("agent", True), ("light", False)):
            content = login(getattr(desk, name)).get(address).content.decode()
            assert ('data-shortcut="new"' in content) == offered, name
