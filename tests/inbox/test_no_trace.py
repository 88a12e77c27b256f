"""An agent who looks for a trace of what is not theirs finds none, in the places where one is easily forgotten."""

from __future__ import annotations

import pytest
from django.urls import reverse

from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.automation.models import Macro, SavedReply, TicketTemplate
from wagtail_helpdesk.contacts.models import Organisation
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.ticket_snippet.viewset import TicketViewSet
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.actions.move_ticket import MoveTicket
from wagtail_helpdesk.tickets.models import Ticket, TicketAccess, TicketMerge

SECRET = "Quagga"


@pytest.fixture
def ticket(desk):
    return factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")


@pytest.fixture
def hidden(desk):
    """A ticket of the other team, whose customer wrote to nobody else."""
    return factories.make_ticket(
        team=desk.other_team, subject=f"{SECRET} of the others", address="quagga@example.net", name=SECRET
    )


@pytest.fixture
def manager(desk):
    return Actor.of_user(desk.manager)


class TestMerged:
    @pytest.fixture
    def moved_away(self, desk, ticket, manager):
        """``ticket`` went into one that is the other team's now."""
        survivor = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, subject=SECRET)
        MergeTickets(source=ticket, target=survivor, actor=manager)()
        MoveTicket(ticket=Ticket.objects.get(pk=survivor.pk), team=desk.other_team, actor=manager)()
        return survivor

    def test_its_number_leads_to_no_survivor(self, desk, ticket, moved_away, login):
        address = reverse("helpdesk_tickets:ticket", args=[ticket.pk])
        assert login(desk.agent).get(address).status_code == 404
        # Who sees the survivor does not see what went into it.
        assert login(desk.other_agent).get(address).status_code == 404
        assert f"/{moved_away.pk}/" in login(desk.manager).get(address)["Location"]

    @pytest.fixture
    def taken_in(self, desk, ticket, hidden, manager):
        """One of the other team's went into ``ticket``."""
        MergeTickets(source=hidden, target=ticket, actor=manager)()
        TicketAccess.objects.all().delete()
        return TicketMerge.objects.get()

    def test_it_is_not_taken_apart(self, desk, ticket, hidden, taken_in, login):
        address = reverse("helpdesk_tickets:unmerge", args=[ticket.pk, taken_in.pk])
        assert login(desk.agent).post(address).status_code == 404
        taken_in.refresh_from_db()
        assert taken_in.undone_at is None
        assert hidden.reference in login(desk.manager).post(address, follow=True).content.decode()

    def test_its_number_finds_nothing(self, desk, ticket, hidden, taken_in, login):
        address = reverse("helpdesk_inbox:view", args=["all"])
        found = lambda user: list(login(user).get(address, {"q": f"#{hidden.pk}"}).context["page"].rows)  # noqa: E731
        assert found(desk.agent) == []
        assert [row.pk for row in found(desk.manager)] == [ticket.pk]


@pytest.mark.parametrize("model", [SavedReply, Macro, TicketTemplate])
@pytest.mark.parametrize("persona", ["agent", "light", "editor"])
def test_deleting_many_names_no_row_of_others(desk, login, model, persona):
    fields = {"subject": "x"} if model is TicketTemplate else {}
    theirs = model.objects.create(name=SECRET, scope=Scope.ME, owner=desk.other_agent, **fields)
    client = login(getattr(desk, persona))
    address = reverse("wagtail_bulk_action", args=["wagtail_helpdesk", model._meta.model_name, "delete"])
    for wanted in (str(theirs.pk), "all", "0", "x", "9" * 30):
        for response in (client.get(address, {"id": wanted}), client.post(f"{address}?id={wanted}", follow=True)):
            assert SECRET not in response.content.decode()
    assert model.objects.filter(pk=theirs.pk).exists()


def test_deleting_many_deletes_ones_own(desk, login):
    mine = SavedReply.objects.create(name="Mine", scope=Scope.ME, owner=desk.agent)
    theirs = SavedReply.objects.create(name=SECRET, scope=Scope.ME, owner=desk.other_agent)
    address = reverse("wagtail_bulk_action", args=["wagtail_helpdesk", "savedreply", "delete"])
    client = login(desk.agent)
    page = client.get(address, {"id": "all"}).content.decode()
    assert "Mine" in page and SECRET not in page
    client.post(f"{address}?id=all&next=/admin/")
    assert [reply.pk for reply in SavedReply.objects.all()] == [theirs.pk] != [mine.pk]


def test_a_place_within_groups_tells_no_name(desk, ticket, hidden, login):
    """A forged page would begin behind the name of a customer who is nobody's business."""
    factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="zoe@example.org", name="Zoe")
    client, address = login(desk.agent), reverse("helpdesk_inbox:view", args=["all"])
    first = client.get(address, {"group": "requester"}).context["page"]
    for name in ("after", "before"):
        page = client.get(address, {"group": "requester", name: f"-~0~{hidden.requester_id}"}).context["page"]
        assert (page.rows, page.before) == (first.rows, None)


def test_a_chooser_shows_the_number_alone(desk, hidden):
    """A site's own form is drawn for whoever edits it."""
    made = TicketViewSet().chooser_viewset.widget_class
    # In Wagtail 7.4 it is one already.
    widget = made() if isinstance(made, type) else made
    drawn = widget.render("ticket", hidden.pk, {"id": "id_ticket"})
    assert hidden.reference in drawn and SECRET not in drawn


def test_organisations_are_those_of_customers_one_knows(desk, ticket, hidden, login):
    for one, name in ((ticket, "Zebra works"), (hidden, "Quagga works")):
        one.requester.organisation = Organisation.objects.create(name=name)
        one.requester.save()
    address = reverse("helpdesk_inbox:organisations")
    names = lambda user, words: [row["value"] for row in login(user).get(address, {"q": words}).json()["found"]]  # noqa: E731
    assert names(desk.agent, "WORKS") == ["Zebra works"]
    assert names(desk.manager, "works") == ["Quagga works", "Zebra works"]
    assert names(desk.agent, "") == names(desk.agent, " ") == names(desk.agent, "%") == []
    assert login(desk.editor).get(address).status_code == 302
    assert "Quagga" not in login(desk.agent).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()
