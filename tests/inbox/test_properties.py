"""A ticket's fields: nobody overwrites a colleague unawares."""

from __future__ import annotations

import pytest
from django.urls import reverse

from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Priority
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.forms import initial_properties
from wagtail_helpdesk.inbox.seen import parse_seen, seen_of
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.change_subject import ChangeSubject
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.actions.tag_ticket import TagTicket
from wagtail_helpdesk.tickets.models import Ticket

FETCHED = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


def address_of(ticket):
    return reverse("helpdesk_tickets:properties", args=[ticket.pk])


def posted(ticket, **changes):
    """What the browser posts: the page as it was, with what the person changed."""
    return {**initial_properties(ticket), **changes}


@pytest.fixture
def page(ticket):
    """The page as it was when the person opened it."""
    return posted(ticket)


class TestFields:
    def test_all_at_once(self, desk, ticket, page, login):
        priority = Priority.objects.order_by("-level").first()
        changes = {
            "status": default_status(Category.PENDING).pk,
            "priority": priority.pk,
            "assignee": str(desk.colleague.pk),
            "subject": "  New   subject ",
            "tags": "billing, urgent",
        }
        response = login(desk.agent).post(address_of(ticket), page | changes)
        assert response["Location"] == reverse("helpdesk_tickets:ticket", args=[ticket.pk])
        ticket.refresh_from_db()
        assert (ticket.category, ticket.priority, ticket.assignee) == (Category.PENDING, priority, desk.colleague)
        assert ticket.subject == "New subject"
        assert sorted(ticket.tags.names()) == ["billing", "urgent"]

    def test_nothing_changed_writes_nothing(self, desk, ticket, page, login):
        before = ticket.events.count()
        login(desk.agent).post(address_of(ticket), page)
        assert ticket.events.count() == before

    def test_assign_to_me_and_to_nobody(self, desk, ticket, page, login):
        client = login(desk.agent)
        client.post(address_of(ticket), page | {"assign_to_me": "1"})
        ticket.refresh_from_db()
        assert ticket.assignee == desk.agent
        client.post(address_of(ticket), posted(ticket, assignee="none"))
        ticket.refresh_from_db()
        assert ticket.assignee is None

    def test_given_to_another_team_leads_back_to_the_list(self, desk, ticket, page, login):
        response = login(desk.agent).post(f"{address_of(ticket)}?view=mine", page | {"team": desk.other_team.pk})
        assert response["Location"] == reverse("helpdesk_inbox:view", args=["mine"])
        ticket.refresh_from_db()
        assert ticket.team == desk.other_team

    def test_script_gets_the_panel(self, desk, ticket, page, login):
        changes = {"status": default_status(Category.PENDING).pk}
        answer = login(desk.agent).post(address_of(ticket), page | changes, **FETCHED).json()
        assert "Saved." in answer["properties"]
        assert "Pending" in answer["head"]

    @pytest.mark.parametrize("change", [{"status": "999999"}, {"seen": "nonsense"}, {"assignee": "999999"}])
    def test_nonsense_changes_nothing(self, desk, ticket, page, login, change):
        response = login(desk.agent).post(address_of(ticket), page | change)
        assert response.status_code == 409
        unchanged = Ticket.objects.get(pk=ticket.pk)
        assert seen_of(unchanged) == seen_of(ticket)


class TestWaysToSend:
    def test_follow_the_status(self, desk, ticket, page, login):
        opened, pending = (default_status(one) for one in (Category.OPEN, Category.PENDING))
        opened.next_statuses.set([pending])
        client = login(desk.agent)
        answer = client.post(address_of(ticket), page | {"status": opened.pk}, **FETCHED).json()
        assert 'value="pending"' in answer["composer-sends"] and 'value="resolve"' not in answer["composer-sends"]
        ticket.refresh_from_db()
        answer = client.post(address_of(ticket), posted(ticket, status=pending.pk), **FETCHED).json()
        assert 'value="resolve"' in answer["composer-sends"]

    def test_stay_as_they_are_with_another_field(self, desk, ticket, page, login):
        answer = login(desk.agent).post(address_of(ticket), page | {"assignee": desk.agent.pk}, **FETCHED).json()
        assert "Saved." in answer["properties"] and "composer-sends" not in answer

    def test_are_made_anew_by_a_menu_that_changes_the_status(self, desk, ticket, login):
        address = reverse("helpdesk_tickets:close_on", args=[ticket.pk])
        client = login(desk.agent)
        assert "composer-sends" in client.post(address, {"preset": "3 days"}, **FETCHED).json()["parts"]
        # Pending already.
        assert "composer-sends" not in client.post(address, {"preset": "1 week"}, **FETCHED).json()["parts"]


class TestConflicts:
    def test_told_with_what_one_chose(self, desk, ticket, page, login):
        ChangeStatus(ticket=ticket, status=default_status(Category.PENDING), actor=Actor.of_user(desk.colleague))()
        chosen = default_status(Category.RESOLVED)
        response = login(desk.agent).post(address_of(ticket), page | {"status": chosen.pk})
        assert response.status_code == 409
        assert "Somebody else set the status to “Pending” meanwhile." in response.content.decode()
        form = response.context["properties"]
        assert str(form["status"].value()) == str(chosen.pk)
        ticket.refresh_from_db()
        assert ticket.category == Category.PENDING
        # Now one knows: the same choice again is meant.
        login(desk.agent).post(address_of(ticket), {name: form[name].value() for name in form.fields})
        ticket.refresh_from_db()
        assert ticket.category == Category.RESOLVED

    def test_change_of_another_field_is_kept(self, desk, ticket, page, login):
        ChangeStatus(ticket=ticket, status=default_status(Category.PENDING), actor=Actor.of_user(desk.colleague))()
        login(desk.agent).post(address_of(ticket), page | {"assignee": str(desk.agent.pk)})
        ticket.refresh_from_db()
        assert (ticket.category, ticket.assignee) == (Category.PENDING, desk.agent)

    def test_subject(self, desk, ticket, page, login):
        ChangeSubject(ticket=ticket, subject="Theirs", actor=Actor.of_user(desk.colleague))()
        response = login(desk.agent).post(address_of(ticket), page | {"subject": "Mine"})
        assert response.status_code == 409
        assert response.context["properties"]["subject"].value() == "Mine"
        ticket.refresh_from_db()
        assert ticket.subject == "Theirs"

    def test_tags_of_both_are_kept(self, desk, ticket, page, login):
        TagTicket(ticket=ticket, add=["theirs"], actor=Actor.of_user(desk.colleague))()
        login(desk.agent).post(address_of(ticket), page | {"tags": "mine"})
        assert sorted(ticket.tags.names()) == ["mine", "theirs"]


class TestRights:
    @pytest.mark.parametrize("name", ["light", "editor", "other_agent"])
    def test_not_for_everybody(self, desk, ticket, page, login, name):
        changes = {"status": default_status(Category.RESOLVED).pk, "assignee": str(desk.agent.pk), "assign_to_me": "1"}
        response = login(getattr(desk, name)).post(address_of(ticket), page | changes)
        assert response.status_code == (302 if name == "light" else 404)
        assert seen_of(Ticket.objects.get(pk=ticket.pk)) == page["seen"]

    def test_not_by_a_share(self, desk, ticket, page, login):
        ShareTicket(ticket=ticket, team=desk.other_team, actor=Actor.of_user(desk.agent))()
        login(desk.other_agent).post(address_of(ticket), page | {"status": default_status(Category.RESOLVED).pk})
        assert seen_of(Ticket.objects.get(pk=ticket.pk)) == page["seen"]

    def test_trash_needs_the_right_to_delete(self, desk, ticket, page, login):
        changes = page | {"status": default_status(Category.TRASH).pk}
        assert login(desk.agent).post(address_of(ticket), changes).status_code == 409
        login(desk.manager).post(address_of(ticket), changes)
        ticket.refresh_from_db()
        assert ticket.category == Category.TRASH
        assert (
            "status"
            not in login(desk.agent)
            .get(reverse("helpdesk_tickets:ticket", args=[ticket.pk]))
            .context["properties"]
            .fields
        )


@pytest.mark.parametrize("text", ["", "1", "1:2:3:4", "1:2:3::x", "a:1:1::1", "1:1:1:1:1:1", "²:1:1::1", "1:1:1:x:1"])
def test_seen_of_nonsense(db, text):
    assert parse_seen(text) is None


def test_seen_there_and_back(ticket):
    seen = parse_seen(seen_of(ticket))
    assert seen.ticket == ticket.pk
    assert seen.values == {
        "status": ticket.status_id,
        "priority": ticket.priority_id,
        "assignee": None,
        "team": ticket.team_id,
    }
