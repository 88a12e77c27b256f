"""What is found, by whom, and in how many queries."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from wagtail_helpdesk.conversations.models import Draft
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.search import engine, finding
from wagtail_helpdesk.search.engine import Search
from wagtail_helpdesk.search.hits import find
from wagtail_helpdesk.search.operators import Narrowing
from wagtail_helpdesk.search.people import find_people
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.actions.tag_ticket import TagTicket
from wagtail_helpdesk.tickets.models import Ticket, TicketReader

from .conftest import work

HITS = [
    "invoice",
    "INVOICE Márch",
    "inv",
    "invoice -april",
    '"the invoice of"',
    "ana@example.org",
    "ana@ex",
    "souza",
    "from:ana@example.org",
    "from:souza invoice",
    "subject:tax",
    "to:support@desk",
    "tax id",
    "of the",
    "a b",
    "receipt-2024.pdf",
    '"0049 171 555"',
    "0049171555123",
    "урок",
    "東京",
    "都",
    "tag:urgent",
    "urgent",
]
MISSES = [
    "voice",
    "invoice april",
    '"invoice the"',
    "-invoice souza",
    "bob",
    "from:bruno invoice",
    "subject:march",
    '"inv"',
    "京東",
    "_t1",
]


@pytest.fixture
def telling(desk):
    ticket = factories.make_ticket(
        "Hello, the invoice of March is wrong. A b. Call 0049 171 555-123. Урок, 東京都に行く",
        subject="Wrong tax id",
        address="ana@example.org",
        name="Ana Souza",
        team=desk.team,
        mailbox=desk.mailbox,
        files=(NewFile("Receipt-2024.pdf", b"%PDF-1.4"),),
        recipients={"to": [{"name": "Support", "address": "support@desk.example"}]},
    )
    TagTicket(ticket=ticket, add=["urgent"], actor=Actor.of_user(desk.agent))()
    factories.make_ticket("Nothing of it", subject="Else", team=desk.team, mailbox=desk.mailbox, name="Zoe")
    return ticket


@pytest.mark.parametrize("text", HITS)
def test_found(telling, found, text):
    assert found(text) == [telling.pk]


@pytest.mark.parametrize("text", MISSES)
def test_not_found(telling, found, text):
    assert telling.pk not in found(text)


def test_the_full_text_finds_the_same(telling, found, full_text_only, desk):
    for user in (desk.agent, desk.manager):
        assert {text: found(text, user) for text in HITS} == {text: [telling.pk] for text in HITS}
        assert [text for text in MISSES if telling.pk in found(text, user)] == []


def test_a_word_that_stands_everywhere_does_not_hide_a_rare_beginning(telling, found, full_text_only, monkeypatch):
    monkeypatch.setattr(engine, "COMMON", -1)
    assert found("invoice mar") == [telling.pk]


class TestWho:
    @pytest.mark.parametrize("text", ["invoice", "HD-{0.pk}", "ana@example.org", "is:open", "from:ana"])
    def test_only_who_may_see_the_ticket(self, desk, ticket, found, text):
        text = text.format(ticket)
        for name in desk.INSIDERS:
            assert found(text, getattr(desk, name)) == [ticket.pk], name
        for name in desk.OUTSIDERS:
            assert found(text, getattr(desk, name)) == [], name

    def test_shared_tickets_of_other_teams(self, desk, ticket, found):
        assert found("invoice", desk.other_agent) == []
        ShareTicket(ticket=ticket, user=desk.other_agent, actor=Actor.of_user(desk.manager))()
        assert found("invoice", desk.other_agent) == [ticket.pk]

    def test_assigned_tickets_of_other_teams_by_full_text(self, desk, ticket, found, full_text_only):
        assert found("invoice", desk.other_agent) == []
        AssignTicket(ticket=ticket, assignee=desk.other_agent, actor=Actor.of_user(desk.manager))()
        assert found("invoice", desk.other_agent) == [ticket.pk]

    def test_notes_are_found_by_agents(self, desk, ticket, found):
        factories.add_note(ticket, desk.agent, "<p>Ask the bookkeepers</p>")
        assert found("bookkeepers", desk.light) == [ticket.pk]

    def test_what_is_not_published_is_not_found(self, desk, ticket, found):
        factories.add_reply(ticket, desk.agent, "<p>Premature</p>", delay=60)
        assert found("premature") == []

    def test_people_of_visible_tickets_only(self, desk, ticket):
        work()
        query = finding.understand("souz")
        assert [person.contact for person in find_people(desk.agent, query)] == [ticket.requester]
        assert find_people(desk.other_agent, query) == []
        assert find_people(desk.agent, finding.understand("souz is:open")) == []

    def test_spam_and_trash_only_when_asked_for(self, desk, ticket, found):
        ChangeStatus(ticket=ticket, status=default_status(Category.SPAM), actor=Actor.of_user(desk.agent))()
        assert found("invoice") == []
        assert found("invoice is:spam") == found("invoice status:spam") == [ticket.pk]
        assert found("invoice is:spa") == found("invoice status:sp") == [ticket.pk]
        Status.objects.filter(category=Category.SPAM).update(name="Werbung")
        assert found("invoice status:werbung") == found("invoice status:spam") == [ticket.pk]
        assert found("invoice is:trash") == found("invoice -is:spam") == []
        assert found("invoice", inside=Category.SPAM) == found(f"HD-{ticket.pk}") == [ticket.pk]


class TestOperators:
    @pytest.fixture
    def other(self, desk, ticket):
        """A ticket unlike ``ticket`` in everything."""
        other = factories.make_ticket(
            "Another invoice", team=desk.other_team, mailbox=factories.make_mailbox(name="Shop"), channel="form"
        )
        actor = Actor.of_user(desk.manager)
        AssignTicket(ticket=other, assignee=desk.manager, actor=actor)()
        ChangeStatus(ticket=other, status=default_status(Category.CLOSED), actor=actor)()
        factories.add_note(other, desk.manager)
        Draft.objects.create(ticket=other, user=desk.manager, mode="reply")
        TicketReader.objects.create(
            ticket=other, user=desk.manager, starred=True, seen_at=timezone.now() + timedelta(minutes=1)
        )
        return other

    @pytest.mark.parametrize(
        "text",
        [
            "is:closed",
            "is:starred",
            "is:mine",
            "-is:open",
            "-is:unread",
            "-is:unassigned",
            "-is:waiting",
            "has:note",
            "has:draft",
            "status:closed",
            "status:Clos",
            "assignee:me",
            "assignee:manager",
            "-assignee:none",
            "team:repairs",
            "mailbox:shop",
            "channel:form",
            "-channel:email",
            "-team:Billing",
        ],
    )
    def test_tell_tickets_apart(self, desk, ticket, other, found, text):
        assert found(text, desk.manager) == [other.pk]
        assert found(f"{text} invoice", desk.manager) == [other.pk]

    @pytest.mark.parametrize(
        "text", ["is:snoozed", "has:attachment", "tag:none", "is:trash", "priority:urgent is:closed -invoice"]
    )
    def test_leave_nothing(self, desk, ticket, other, found, text):
        assert found(text, desk.manager) == []

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("is:nonsense", "unassigned"),
            ("status:nonsense", "nonsense"),
            ("team:nonsense", "nonsense"),
            ("assignee:nonsense", "nonsense"),
            ("before:soon", "soon"),
            ("before:0001", "0001"),
            ("after:9999-12-31", "9999"),
        ],
    )
    def test_what_is_not_understood_is_said(self, desk, text, word):
        hints = finding.search(desk.agent, finding.understand(text), limit=1).hints
        assert len(hints) == 1 and word in hints[0]

    def test_no_hint_tells_of_tags_that_are_not_the_users(self, desk):
        assert finding.search(desk.agent, finding.understand("tag:secret"), limit=1).hints == []

    def test_time(self, desk, found):
        days = {
            days: factories.make_ticket(
                team=desk.team, mailbox=desk.mailbox, received_at=timezone.now() - timedelta(days=days)
            ).pk
            for days in (40, 5, 1)
        }
        for words in ("", "invoice "):
            assert found(f"{words}after:7d") == [days[1], days[5]]
            assert found(f"{words}before:7d") == [days[40]]
            assert found(f"{words}before:2d after:7d") == [days[5]]
        assert found("is:open") == [days[1], days[5], days[40]]

    @pytest.mark.parametrize("zone", ["Pacific/Auckland", "UTC", "America/Los_Angeles"])
    def test_the_first_months_looked_at_are_those_of_the_marks(self, desk, zone):
        with timezone.override(ZoneInfo(zone)):
            narrowing = Narrowing(before=datetime(2026, 6, 15, tzinfo=ZoneInfo(zone)))
            search = Search(desk.manager, finding.understand("invoice"), narrowing, Ticket.objects.all(), 5)
            assert search._windows()[0] == ["_m202606", "_m202605", "_m202604", "_m202603"]

    def test_common_word_among_few_tickets(self, desk, ticket, other, found, monkeypatch):
        monkeypatch.setattr(engine, "COMMON", 1)
        assert found("invoice is:closed", desk.manager) == [other.pk]


def test_newest_first_each_ticket_once(desk, found):
    start = timezone.now() - timedelta(days=9)
    tickets = [
        factories.make_ticket(team=desk.team, mailbox=desk.mailbox, received_at=start + timedelta(hours=n))
        for n in range(4)
    ]
    factories.add_customer_message(tickets[0], "The invoice, again", at=start + timedelta(days=2))
    assert found("invoice march") == [tickets[n].pk for n in (3, 2, 1, 0)]
    assert found("invoice") == [tickets[n].pk for n in (0, 3, 2, 1)]
    work()
    few = finding.search(desk.agent, finding.understand("invoice"), limit=2)
    assert [place.ticket_id for place in few.places] == [tickets[0].pk, tickets[3].pk] and few.more


def test_find_shows_where(desk, telling):
    work()
    (hit,) = find(desk.agent, "invo", limit=5)
    assert hit.ticket == telling and hit.author == "Ana Souza"
    assert "".join(f"[{piece.text}]" if piece.is_found else piece.text for piece in hit.snippet).startswith(
        "Hello, the [invoice] of March"
    )
    (hit,) = find(desk.agent, "receipt", limit=5)
    assert [[piece.text for piece in file.name if piece.is_found] for file in hit.files] == [["Receipt"]]
    assert find(desk.other_agent, "invo") == []


@pytest.mark.parametrize("who", ["agent", "manager"])
@pytest.mark.parametrize(
    "text", ["invoice", "nothing", '"the invoice" of', "is:open tag:x assignee:me", "HD-1", "99999912"]
)
def test_queries(desk, who, text):
    def count(number):
        for n in range(number):
            factories.make_ticket(f"The invoice of {n}", team=desk.team, mailbox=desk.mailbox)
        work()
        user = type(desk.agent).objects.get(pk=getattr(desk, who).pk)
        with CaptureQueriesContext(connection) as captured:
            finding.search(user, finding.understand(text), limit=20)
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    few = count(2)
    assert count(9) == few
    assert few <= 20
