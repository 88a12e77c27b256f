"""An agent opens a ticket: who may, what comes of each kind, and what is never overwritten or shown."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse
from wagtail.test.utils.form_data import rich_text

from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.automation.models import TicketTemplate
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.choices import Direction, MessageState
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.inbox.rich_text import FEATURES
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket

FETCHED = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}
ADDRESS = "/admin/helpdesk/tickets/new/"
OPENS = ("agent", "other_agent", "manager", "administrator", "superuser")


def words(html):
    return rich_text(html, features=FEATURES)


@pytest.fixture
def post(desk, login):
    """Return a function that posts the form as a user."""

    def post(user=None, *, fetched=False, **data):
        values = {
            "channel": "phone",
            "address": "olga@example.org",
            "name": "Olga",
            "mailbox": desk.mailbox.pk,
            "subject": "Broken wheel",
            "first": "customer",
            "body": words("<p>My wheel broke.</p>"),
            "once": "click",
            "assignee": "none",
        }
        return login(user or desk.agent).post(ADDRESS, {**values, **data}, **(FETCHED if fetched else {}))

    return post


@pytest.mark.parametrize("persona", [*OPENS, "light", "editor", None])
def test_who_may_as(persona, desk, login, post):
    user = getattr(desk, persona) if persona else None
    client = login(user)
    statuses = {
        client.get(reverse(f"helpdesk_tickets:{name}", args=args)).status_code
        for name, args in (
            ("new", []),
            ("new_people", []),
            ("new_duplicates", []),
            ("new_suggest", ["replies"]),
        )
    }
    assert statuses == ({200} if persona in OPENS else {302})
    if persona is not None:
        post(user)
        assert Ticket.objects.exists() == (persona in OPENS)


def test_the_customers_words(desk, post):
    response = post(team=desk.other_team.pk, assignee=desk.colleague.pk, tags="wheel")
    ticket = Ticket.objects.get()
    assert response["Location"] == reverse("helpdesk_inbox:view", args=["unassigned"])
    message = ticket.messages.get()
    assert (message.direction, message.author_contact, message.channel) == (
        Direction.INBOUND,
        ticket.requester,
        "phone",
    )
    assert (ticket.requester.name, ticket.requester.address) == ("Olga", "olga@example.org")
    assert (ticket.team, ticket.assignee, list(ticket.tags.names())) == (desk.other_team, desk.colleague, ["wheel"])
    assert (ticket.subject, ticket.preview, ticket.category) == ("Broken wheel", "My wheel broke.", Category.NEW)
    assert ticket.customer_waiting_since == ticket.created_at
    opened = ticket.events.get()
    assert (opened.kind, opened.actor_user) == ("opened", desk.agent)
    assert Notice.objects.filter(user=desk.colleague, kind="assigned").exists()
    assert not OutboundMail.objects.exists()


def test_a_confirmation_only_where_it_is_asked_for(desk, post):
    post(acknowledge="on")
    assert OutboundMail.objects.get().subject == "Received: Broken wheel"


def test_a_first_mail_leaves_as_a_reply_does(desk, post, settings):
    settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "UNDO_SECONDS": 0}
    pending = default_status(Category.PENDING)
    post(first="mail", body=words("<p>Your wheel is ready.</p>"), status=pending.pk, acknowledge="on")
    ticket = Ticket.objects.get()
    message = ticket.messages.get()
    assert (message.direction, message.state, message.author_user) == (
        Direction.OUTBOUND,
        MessageState.PUBLISHED,
        desk.agent,
    )
    sent = OutboundMail.objects.get()
    assert (sent.subject, sent.recipients.get().address) == ("Broken wheel", "olga@example.org")
    assert (ticket.status, ticket.assignee, ticket.customer_waiting_since) == (pending, None, None)
    assert mail.outbox == []


def test_a_mail_waits_to_be_undone(desk, post):
    post(first="mail")
    ticket = Ticket.objects.get()
    assert ticket.messages.get().state == MessageState.SCHEDULED
    assert (ticket.message_count, ticket.category) == (0, Category.NEW)


def test_a_note_never_leaves(desk, post):
    post(first="note", acknowledge="on")
    assert Ticket.objects.get().messages.get().is_note
    assert not OutboundMail.objects.exists()


def test_resolved_at_once(desk, post):
    post(status=default_status(Category.RESOLVED).pk)
    ticket = Ticket.objects.get()
    assert ticket.resolved_at is not None and ticket.customer_waiting_since is None


def test_the_same_click_counts_once(desk, post):
    assert post()["Location"] == post()["Location"]
    post(desk.colleague)
    assert Ticket.objects.count() == 2


def test_somebody_without_an_address(desk, post):
    post(address="", name="The man with the dog")
    assert Ticket.objects.get().requester.name == "The man with the dog"
    assert post(address="", name="x", first="mail", once="2").status_code == 422


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"address": "nobody"}, "This is not an e-mail address."),
        ({"address": "support@desk.example"}, "our own addresses"),
        ({"address": "", "name": ""}, "Say who the ticket is for"),
        ({"body": words("")}, "Write something first."),
        ({"body": words("<p>Dear [[customer.name]]</p>")}, "Fill in [[customer.name]] first."),
    ],
)
def test_what_is_refused_keeps_what_was_typed(data, error, desk, post):
    response = post(**data)
    assert response.status_code == 422
    assert error in response.content.decode().replace("&#x27;", "'")
    assert response.context["form"]["subject"].value() == "Broken wheel"
    assert error in post(fetched=True, **data).json()["refusal"]
    assert not Ticket.objects.exists()


class TestPeople:
    @pytest.fixture
    def people(self, desk):
        ours = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="olga@example.org", name="Olga Ost")
        theirs = factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox, name="Olga Other")
        return ours, theirs

    def test_only_those_one_knows_of(self, desk, login, people, django_assert_max_num_queries):
        client, address = login(desk.agent), reverse("helpdesk_tickets:new_people")
        client.get(address, {"q": "olga"})
        with django_assert_max_num_queries(12):
            items = client.get(address, {"q": "olga"}).json()["items"]
        assert [(item["label"], item["detail"]) for item in items] == [("Olga Ost", "olga@example.org")]
        assert len(login(desk.manager).get(address, {"q": "olga"}).json()["items"]) == 2

    def test_a_chosen_contact_is_one_that_is_known(self, desk, post, people):
        ours, theirs = people
        post(address="", name="", contact=ours.requester_id)
        assert Ticket.objects.order_by("-pk").first().requester == ours.requester
        assert post(address="", name="", contact=theirs.requester_id, once="2").status_code == 422
        assert Contact.objects.count() == 2

    def test_duplicates(self, desk, login, people, django_assert_max_num_queries):
        ours, _theirs = people
        for number in range(6):
            factories.make_ticket(team=desk.team, mailbox=desk.mailbox, subject=f"The front wheel broke again {number}")
        factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox, subject="My front wheel broke")
        client, address = login(desk.agent), reverse("helpdesk_tickets:new_duplicates")
        query = {"contact": ours.requester_id, "subject": "front wheel broke"}
        client.get(address, query)
        with django_assert_max_num_queries(14):
            page = client.get(address, query).content.decode()
        assert ours.reference in page
        assert page.count("<li>") == 5
        assert "My front wheel" not in page
        assert "<li>" not in client.get(address, {"subject": "Invoice of the year"}).content.decode()


class TestTemplates:
    @pytest.fixture
    def template(self, desk):
        return TicketTemplate.objects.create(
            name="Call",
            scope=Scope.EVERYONE,
            channel="in_person",
            subject="Call of {{ customer.name }}",
            body="<p>Wheel:</p>",
            status=default_status(Category.PENDING),
            to_team=desk.other_team,
        )

    def test_fills_what_is_empty_only(self, desk, post, template):
        data = {"use_template": "1", "template": template.pk}
        filled = post(fetched=True, subject="", body=words(""), **data).json()["values"]
        assert filled.pop("body")["blocks"][0]["text"] == "Wheel:"
        assert filled == {
            "channel": "in_person",
            "subject": "Call of Olga",
            "status": str(template.status_id),
            "team": str(desk.other_team.pk),
        }
        kept = post(fetched=True, channel="agent", team=desk.team.pk, **data).json()["values"]
        assert kept == {"status": str(template.status_id)}

    def test_without_javascript(self, desk, post, template):
        page = post(use_template="1", template=template.pk, body=words(""))
        form = page.context["form"]
        assert (form["subject"].value(), form["body"].value()) == ("Broken wheel", "<p>Wheel:</p>")
        assert form["address"].value() == "olga@example.org"
        assert not Ticket.objects.exists()

    def test_somebody_elses(self, desk, post, template):
        template.scope, template.owner = Scope.ME, desk.colleague
        template.save()
        assert post(fetched=True, use_template="1", template=template.pk).json()["values"] == {}


def test_queries_of_the_screen(desk, login, django_assert_max_num_queries):
    client = login(desk.agent)
    client.get(ADDRESS)
    with django_assert_max_num_queries(22):
        client.get(ADDRESS)


def test_the_inbox_leads_there(desk, login):
    address = reverse("helpdesk_inbox:view", args=["all"])
    for persona, leads in (("agent", True), ("light", False)):
        assert (ADDRESS in login(getattr(desk, persona)).get(address).content.decode()) is leads
