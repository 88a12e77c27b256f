"""An administrator says where people may take a ticket from a status; everybody else goes where they always went."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.inbox.test_properties import posted
from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.automation.macros import preview_macro, run_macro
from wagtail_helpdesk.automation.models import Macro, MacroStep
from wagtail_helpdesk.conversations.actions.open_for_customer import OpenForCustomer, TicketFields
from wagtail_helpdesk.conversations.choices import FirstMessage
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.bulk.registry import action_called
from wagtail_helpdesk.inbox.bulk.running import run_now
from wagtail_helpdesk.inbox.composer_page import send_buttons
from wagtail_helpdesk.inbox.forms import PropertiesForm
from wagtail_helpdesk.inbox.undoing import undo
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus, RestoreTicket, TrashTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.transitions import NotNext, is_open_way

NEW, OPEN, PENDING = Category.NEW, Category.OPEN, Category.PENDING
RESOLVED, CLOSED, SPAM, TRASH = Category.RESOLVED, Category.CLOSED, Category.SPAM, Category.TRASH


def status(pk, category):
    return SimpleNamespace(pk=pk, category=category)


@pytest.mark.parametrize(
    ("old", "new", "allowed", "is_open"),
    [
        (status(1, NEW), status(2, OPEN), (), True),
        (status(1, NEW), status(2, OPEN), {2}, True),
        (status(1, NEW), status(2, OPEN), {3}, False),
        (status(1, NEW), status(1, NEW), {3}, True),
        (status(1, NEW), status(6, SPAM), {3}, True),
        (status(1, NEW), status(7, TRASH), {3}, True),
        (status(6, SPAM), status(2, OPEN), {3}, True),
        (status(7, TRASH), status(5, CLOSED), {3}, True),
    ],
)
def test_ways(old, new, allowed, is_open):
    assert is_open_way(old, new, allowed) is is_open


@pytest.fixture
def ways(desk):
    """New goes on to open, open to pending, pending nowhere in particular, resolved to closed."""
    for old, new in ((NEW, OPEN), (OPEN, PENDING), (RESOLVED, CLOSED)):
        default_status(old).next_statuses.add(default_status(new))


def change(ticket, category, actor, **fields):
    return ChangeStatus(ticket=ticket, status=default_status(category), actor=actor, **fields)()


@pytest.mark.parametrize("who", ["agent", "manager", "superuser"])
def test_people_are_bound(ways, desk, ticket, who):
    actor = Actor.of_user(getattr(desk, who))
    with pytest.raises(NotNext, match="From “New” a ticket goes on to “Open”, not to “Resolved”"):
        change(ticket, RESOLVED, actor)
    change(ticket, OPEN, actor)
    change(ticket, PENDING, actor)
    change(ticket, RESOLVED, actor)
    assert Ticket.objects.get().category == RESOLVED


def test_nothing_is_said_of_all(desk, ticket):
    change(ticket, CLOSED, Actor.of_user(desk.agent))
    assert Ticket.objects.get().category == CLOSED


@pytest.mark.parametrize("actor", [Actor.system(), Actor("rule", 1, "A rule")])
def test_the_desk_is_not(ways, desk, ticket, actor):
    change(ticket, RESOLVED, actor)
    assert Ticket.objects.get().category == RESOLVED


def test_customers_reopen_whatever_follows(ways, desk, ticket):
    change(ticket, RESOLVED, Actor.system())
    factories.add_customer_message(ticket)
    assert Ticket.objects.get().category == OPEN


def test_spam_trash_and_back(ways, desk, ticket):
    actor = Actor.of_user(desk.manager)
    change(ticket, SPAM, actor)
    RestoreTicket(ticket=Ticket.objects.get(), actor=actor)()
    TrashTicket(ticket=ticket, actor=actor)()
    RestoreTicket(ticket=Ticket.objects.get(), actor=actor)()
    assert Ticket.objects.get().category == NEW


def test_merging_is_no_step(ways, desk, ticket):
    other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    MergeTickets(source=other, target=ticket, actor=Actor.of_user(desk.agent))()
    other.refresh_from_db()
    assert other.merged_into == ticket


def test_send_and_set(ways, desk, ticket):
    with pytest.raises(NotNext):
        factories.add_reply(ticket, desk.agent, status=default_status(RESOLVED))
    assert ticket.messages.filter(direction="outbound").count() == 0
    factories.add_reply(ticket, desk.agent)
    assert Ticket.objects.get().category == OPEN, "a reply opens what was new"
    factories.add_reply(ticket, desk.agent, status=default_status(PENDING))
    assert Ticket.objects.get().category == PENDING


def test_a_new_ticket_begins_anywhere(ways, desk):
    OpenForCustomer(
        first=FirstMessage.MAIL,
        mailbox=desk.mailbox,
        address="ana@example.org",
        subject="Your order",
        html="<p>It is on its way.</p>",
        fields=TicketFields(team=desk.team, status=default_status(RESOLVED)),
        actor=Actor.of_user(desk.agent),
    )()
    assert Ticket.objects.get().messages.get().on_publish == default_status(RESOLVED)


def test_only_what_follows_is_offered(ways, desk, ticket):
    def offered():
        form = PropertiesForm(ticket=Ticket.objects.get(), user=desk.manager)
        return [label for _value, label in form.fields["status"].choices]

    def buttons():
        return [button.value for button in send_buttons(Ticket.objects.get(), desk.manager)]

    assert (offered(), buttons()) == (["New", "Open", "Spam", "Trash"], [""])
    change(ticket, OPEN, Actor.system())
    assert (offered(), buttons()) == (["Open", "Pending", "Spam", "Trash"], ["", "pending"])
    change(ticket, PENDING, Actor.system())
    assert (len(offered()), buttons()) == (7, ["", "pending", "resolve"])


def test_the_ticket_page_refuses_in_words(ways, desk, ticket, login):
    client = login(desk.agent)
    page = client.get(f"/admin/helpdesk/tickets/{ticket.pk}/").content.decode()
    assert 'value="resolve"' not in page
    data = posted(ticket, status=default_status(RESOLVED).pk)
    response = client.post(f"/admin/helpdesk/tickets/{ticket.pk}/properties/", data)
    assert "not to “Resolved”" in response.content.decode()
    ticket.refresh_from_db()
    assert ticket.category == NEW


def test_many_at_once_are_told_one_by_one(ways, desk, ticket):
    other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    change(other, PENDING, Actor.system())
    data = {"status": default_status(RESOLVED).pk}
    outcome, record = run_now(action_called("status"), [(ticket.pk, ""), (other.pk, "")], data, desk.agent)
    assert outcome.done == [other.pk]
    assert "not to “Resolved”" in outcome.refused[ticket.pk]
    assert undo(record) == {other.pk: ""}, "the way back is open, wherever it leads"


def test_what_one_did_can_be_taken_back(ways, desk, ticket):
    """Nothing leads from open to new; but whoever opened it by mistake may."""
    data = {"status": default_status(OPEN).pk}
    _outcome, record = run_now(action_called("status"), [(ticket.pk, "")], data, desk.agent)
    assert undo(record) == {ticket.pk: ""}
    assert Ticket.objects.get().category == NEW


def test_macros_are_bound(ways, desk, ticket):
    macro = Macro.objects.create(name="Done", scope=Scope.EVERYONE)
    MacroStep.objects.create(macro=macro, kind="status", status=default_status(RESOLVED))
    (result,) = run_macro(macro, [ticket], Actor.of_user(desk.agent))
    assert "not to “Resolved”" in result.why
    assert "not to “Resolved”" in preview_macro(macro, ticket, desk.agent)[0].problem
    assert Ticket.objects.get().category == NEW


def test_choosing_a_day_to_close_on_is_bound_too(ways, desk, ticket, login):
    client = login(desk.agent)
    client.post(f"/admin/helpdesk/tickets/{ticket.pk}/close-on/", {"preset": "3 days"})
    ticket.refresh_from_db()
    assert (ticket.category, ticket.close_on) == (NEW, None)
