"""What is done to a ticket beyond its fields, through the screens: as plain forms and through our JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse
from wagtail.users.models import UserProfile

from tests.inbox.test_properties import posted
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.models import UndoRecord
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.checklist import AddItems
from wagtail_helpdesk.tickets.actions.follow_ticket import WatchTicket
from wagtail_helpdesk.tickets.actions.link_tickets import LinkTickets
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.choices import LinkKind
from wagtail_helpdesk.tickets.models import (
    ChecklistTemplate,
    Ticket,
    TicketLink,
    TicketMerge,
    TicketReader,
)

FETCHED = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def url(name, ticket, *args):
    return reverse(f"helpdesk_tickets:{name}", args=[ticket.pk, *args])


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def take_back(client):
    """Press the newest "Undo"."""
    record = UndoRecord.objects.latest("pk")
    return client.post(reverse("helpdesk_inbox:undo", args=[record.pk]), **FETCHED).json()


@pytest.fixture
def client(desk, login):
    return login(desk.agent)


@pytest.fixture
def other(desk):
    return factories.make_ticket(
        "Second", subject="Second question", team=desk.team, mailbox=desk.mailbox, address="ana@example.org"
    )


@pytest.fixture
def hidden(desk):
    return factories.make_ticket(subject="Of the others", team=desk.other_team, mailbox=desk.mailbox)


#: Every POST, with what it takes; "{other}" is the key of another ticket, and so on.
POSTS = [
    ("subject", {"subject": "New"}),
    ("snooze", {"preset": "tomorrow morning"}),
    ("close_on", {"preset": "3 days"}),
    ("close_on", {"remove": "1"}),
    ("wake", {}),
    ("star", {"star": "1"}),
    ("watch", {"watch": "watching"}),
    ("links", {"relation": "related", "other": "{other}"}),
    ("merge", {"with": "{other}"}),
    ("split", {"message": "{message}", "subject": "Apart"}),
    ("add_item", {"text": "Call"}),
    ("put_away", {"do": "spam"}),
    ("put_away", {"do": "trash"}),
    ("erase", {}),
]
PAGES = ["snooze", "close_on", "merge", "split"]
#: What each may do; to everybody else of the team it is denied, and to whoever does not see the ticket it is not there.
FOR_ALL = {"star", "watch"}


@pytest.mark.parametrize(("name", "data"), POSTS)
def test_who_may(desk, ticket, other, login, name, data):
    message = factories.add_customer_message(ticket)
    data = {key: value.format(other=other.pk, message=message.pk) for key, value in data.items()}
    before = list(Ticket.objects.order_by("pk").values())
    for outsider in desk.OUTSIDERS:
        assert login(getattr(desk, outsider)).post(url(name, ticket), data).status_code == 404
    assert "/login/" in login(None).post(url(name, ticket), data)["Location"]
    denied = login(desk.light).post(url(name, ticket), data)
    assert denied.status_code == 302
    assert list(Ticket.objects.order_by("pk").values()) == before
    assert TicketReader.objects.exists() is (name in FOR_ALL)
    ShareTicket(ticket=ticket, team=desk.other_team, actor=Actor.of_user(desk.agent))()
    login(desk.other_agent).post(url(name, ticket), data)
    assert list(Ticket.objects.order_by("pk").values()) == before, "a share is for reading and notes"
    assert login(desk.manager).post(url(name, ticket), data).status_code == 302


@pytest.mark.parametrize("name", PAGES)
def test_pages(desk, ticket, other, login, name):
    assert login(desk.agent).get(url(name, ticket)).status_code == 200
    for outsider in desk.OUTSIDERS:
        assert login(getattr(desk, outsider)).get(url(name, ticket)).status_code == 404
    assert login(desk.light).get(url(name, ticket)).status_code == 302


class TestSnooze:
    @pytest.fixture(autouse=True)
    def clock(self):
        with time_machine.travel(NOW, tick=False) as traveller:
            yield traveller

    def test_preset_again_and_back(self, desk, ticket, client):
        response = client.post(url("snooze", ticket), {"preset": "3 days", "reason": "They are on holiday"})
        assert response["Location"] == url("ticket", ticket)
        ticket.refresh_from_db()
        assert (ticket.asleep, ticket.snooze_words, ticket.snooze_reason) == (True, "3 days", "They are on holiday")
        page = client.get(url("ticket", ticket)).content.decode()
        assert "They are on holiday" in page and "Like last time: In three days" in page
        assert take_back(client)["toast"]["level"] == "success"
        ticket.refresh_from_db()
        assert not ticket.asleep

    def test_in_the_agents_own_time(self, desk, ticket, client):
        UserProfile.objects.create(user=desk.agent, current_time_zone="America/Sao_Paulo")
        client.post(url("snooze", ticket), {"when": "amanhã 9h"})
        ticket.refresh_from_db()
        assert ticket.snoozed_until == datetime(2026, 11, 28, 12, tzinfo=UTC)

    def test_what_cannot_be_read_is_said_at_the_field(self, ticket, client):
        data = {"when": "when pigs fly", "reason": "Kept"}
        answer = client.post(url("snooze", ticket), data, **FETCHED)
        part = answer.json()["parts"]["snooze-menu"]
        assert answer.status_code == 422 and "snooze-when-error" in part and "when pigs fly" in part and "Kept" in part
        page = client.post(url("snooze", ticket), data)
        assert page.status_code == 422 and "This is no time to come" in page.content.decode()

    def test_closes_on_a_chosen_day_and_back(self, desk, ticket, client):
        answer = client.post(url("close_on", ticket), {"preset": "1 week"}, **FETCHED).json()
        assert answer["toast"]["text"] == "Closes by itself on Dec. 4, 2026, 9 a.m. unless the customer answers."
        head = answer["parts"]["ticket-head"]
        assert "Closes by itself on Dec. 4, 2026, 9 a.m. unless the customer answers" in head and "stay-open" in head
        assert take_back(client)["toast"]["level"] == "success"
        ticket.refresh_from_db()
        assert (ticket.category, ticket.close_on) == (Category.NEW, None)

    def test_the_chosen_day_is_taken_away_and_back(self, desk, ticket, client):
        client.post(url("close_on", ticket), {"when": "tue 9"})
        assert "stay-open" in client.get(url("ticket", ticket)).content.decode()
        client.post(url("close_on", ticket), {"remove": "1"})
        ticket.refresh_from_db()
        assert (ticket.category, ticket.close_on) == (Category.PENDING, None)
        take_back(client)
        ticket.refresh_from_db()
        assert ticket.close_on == datetime(2026, 12, 1, 9, tzinfo=UTC)

    @pytest.mark.parametrize("data", [{"when": "when pigs fly"}, {"when": "when they reply"}, {}])
    def test_no_day_to_close_on_is_said_at_the_field(self, ticket, client, data):
        answer = client.post(url("close_on", ticket), data, **FETCHED)
        assert answer.status_code == 422 and "close-on-when-error" in answer.json()["parts"]["close-on-menu"]
        assert client.post(url("close_on", ticket), data).status_code == 422
        ticket.refresh_from_db()
        assert (ticket.category, ticket.close_on) == (Category.NEW, None)

    def test_the_page_says_when_the_silence_ends(self, desk, ticket, client):
        desk.mailbox.close_after_days = 14
        desk.mailbox.save()
        assert "Closes by itself" not in client.get(url("ticket", ticket)).content.decode()
        ChangeStatus(ticket=ticket, status=default_status(Category.PENDING), actor=Actor.of_user(desk.agent))()
        page = client.get(url("ticket", ticket)).content.decode()
        assert "Closes by itself on Dec. 11, 2026, noon unless the customer answers" in page
        assert "stay-open" not in page, "there is no day to take away"

    def test_another_time_taken_back_has_its_reason_again(self, ticket, client):
        client.post(url("snooze", ticket), {"preset": "3 days", "reason": "They are on holiday"})
        client.post(url("snooze", ticket), {"preset": "when they reply", "reason": "Something else"})
        take_back(client)
        ticket.refresh_from_db()
        assert (ticket.snooze_words, ticket.snooze_reason) == ("3 days", "They are on holiday")

    def test_from_a_calendar(self, ticket, client):
        client.post(url("snooze", ticket), {"at": "2026-12-24T10:30", "through_replies": "on"})
        ticket.refresh_from_db()
        assert (f"{ticket.snoozed_until:%m-%d}", ticket.sleeps_through) == ("12-24", True)

    def test_fetched_it_shows_what_changed(self, ticket, client):
        answer = client.post(url("snooze", ticket), {"preset": "when they reply"}, **FETCHED).json()
        assert "Snoozed until somebody answers" in answer["parts"]["ticket-head"]
        assert answer["toast"]["undo"] and answer["tickets"] == [ticket.pk]

    def test_back_with_its_reason(self, desk, ticket, client, clock):
        client.post(url("snooze", ticket), {"preset": "when they reply", "reason": "Ask for the number"})
        factories.add_customer_message(ticket)
        page = client.get(url("ticket", ticket)).content.decode()
        assert "Back from snooze" in page and "Ask for the number" in page
        assert "Snooze again: When they reply" in page


class TestFollow:
    def test_star_and_watch(self, desk, ticket, client):
        answer = client.post(url("star", ticket), {"star": "1"}, **FETCHED).json()
        assert 'aria-pressed="true"' in answer["parts"]["ticket-head"]
        answer = client.post(url("watch", ticket), {"watch": "watching"}, **FETCHED).json()
        assert "Bruno" in answer["parts"]["ticket-work"] and "Stop watching" in answer["parts"]["ticket-head"]
        client.post(url("star", ticket), {"star": ""})
        assert not TicketReader.objects.get().starred
        assert client.post(url("watch", ticket), {"watch": "nonsense"}).status_code == 404


class TestLinks:
    def test_by_number_and_back(self, ticket, other, client):
        response = client.post(url("links", ticket), {"relation": "blocks", "other": other.reference})
        link = TicketLink.objects.get()
        assert (link.source, link.target, link.kind) == (other, ticket, "blocked")
        assert said(response)[0].startswith(f"Linked to {other.reference}.")
        for one, words in ((ticket, "Keeps waiting"), (other, "Waits for")):
            assert words in client.get(url("ticket", one)).content.decode()
        client.post(url("links", ticket), {"remove": link.pk})
        assert not TicketLink.objects.exists()
        take_back(client)
        again = TicketLink.objects.get()
        assert (again.source, again.target, again.kind) == (other, ticket, "blocked")

    def test_by_words(self, ticket, other, hidden, client):
        client.post(url("links", ticket), {"relation": "related", "other": "second question"})
        assert TicketLink.objects.get().target == other

    @pytest.mark.parametrize("words", ["", "{hidden}", "Of the others", "nobody wrote this", "ana@example.org"])
    def test_what_names_no_ticket(self, ticket, other, hidden, client, words):
        response = client.post(url("links", ticket), {"relation": "related", "other": words.format(hidden=hidden.pk)})
        assert not TicketLink.objects.exists() and len(said(response)) == 1

    def test_what_one_does_not_see_is_not_there(self, desk, ticket, hidden, client):
        actor = Actor.of_user(desk.manager)
        link = LinkTickets(ticket=ticket, other=hidden, kind=LinkKind.RELATED, actor=actor)()
        page = client.get(url("ticket", ticket)).content.decode()
        assert hidden.reference not in page
        assert client.post(url("links", ticket), {"remove": link.pk}).status_code == 404

    def test_completion(self, ticket, other, hidden, client):
        answer = client.get(url("others", ticket), {"q": "question"}).json()
        assert answer["found"] == [{"value": other.reference, "label": "Second question"}]
        assert client.get(url("others", ticket), {"q": "others"}).json()["found"] == []


class TestChecklist:
    def test_add_tick_remove_and_back(self, desk, ticket, client):
        client.post(url("add_item", ticket), {"text": "Call <b>Ana</b>"})
        item = ticket.checklist.get()
        answer = client.post(url("item", ticket, item.pk), {"do": "tick"}, **FETCHED).json()
        assert (
            "Call &lt;b&gt;Ana&lt;/b&gt;" in answer["parts"]["ticket-work"]
            and "1 / 1" in answer["parts"]["ticket-work"]
        )
        client.post(url("item", ticket, item.pk), {"do": "remove"})
        take_back(client)
        again = ticket.checklist.get()
        assert again.text == "Call <b>Ana</b>" and again.done_at

    def test_a_list_of_the_team(self, desk, ticket, client):
        ours = ChecklistTemplate.objects.create(name="Refund", team=desk.team, items="Check\n\n Pay ")
        theirs = ChecklistTemplate.objects.create(name="Theirs", team=desk.other_team, items="Nothing")
        assert "Refund" in (page := client.get(url("ticket", ticket)).content.decode()) and "Theirs" not in page
        client.post(url("add_item", ticket), {"template": ours.pk})
        assert list(ticket.checklist.values_list("text", flat=True)) == ["Check", "Pay"]
        assert client.post(url("add_item", ticket), {"template": theirs.pk}).status_code == 404

    def test_about_a_ticket_that_one_does_not_see(self, desk, ticket, hidden, client):
        AddItems(ticket=ticket, about=hidden, actor=Actor.of_user(desk.manager))()
        page = client.get(url("ticket", ticket)).content.decode()
        assert "A ticket that you do not see" in page and hidden.reference not in page

    def test_resolving_asks_once(self, desk, ticket, client):
        AddItems(ticket=ticket, texts=["One"], actor=Actor.of_user(desk.agent))()
        ticket.refresh_from_db()
        changes = posted(ticket, status=default_status(Category.RESOLVED).pk)
        page = client.post(url("properties", ticket), changes)
        assert page.status_code == 409 and "Resolve anyway" in page.content.decode()
        client.post(url("properties", ticket), {**changes, "anyway": "1"})
        ticket.refresh_from_db()
        assert ticket.category == Category.RESOLVED


class TestMerge:
    def test_shows_what_will_happen(self, desk, ticket, other, hidden, client):
        page = client.get(url("merge", ticket), {"with": [other.pk, hidden.pk], "into": other.pk})
        assert page.context["plan"].target == other and page.context["plan"].sources == [ticket]
        assert page.context["plan"].messages == 2 and hidden.reference not in page.content.decode()
        suggested = client.get(url("merge", ticket)).context["suggestions"]
        assert suggested == [other], "the same requester's"

    def test_merge_swap_and_undo(self, desk, ticket, other, client):
        response = client.post(url("merge", ticket), {"with": other.pk, "into": other.pk})
        assert response["Location"] == url("ticket", other)
        ticket.refresh_from_db()
        assert ticket.merged_into == other
        assert client.get(url("ticket", ticket))["Location"] == f"{url('ticket', other)}?merged={ticket.pk}"
        take_back(client)
        ticket.refresh_from_db()
        assert ticket.merged_into is None

    def test_several_and_unmerge_later(self, desk, ticket, other, client):
        third = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        client.post(url("merge", ticket), {"with": [other.pk], "number": third.reference})
        assert set(Ticket.objects.filter(merged_into=ticket)) == {other, third}
        merge = TicketMerge.objects.get(source=third)
        assert url("unmerge", ticket, merge.pk) in client.get(url("ticket", ticket)).content.decode()
        client.post(url("unmerge", ticket, merge.pk))
        assert set(Ticket.objects.filter(merged_into=ticket)) == {other}

    def test_a_wrong_number(self, ticket, hidden, client):
        page = client.post(url("merge", ticket), {"number": str(hidden.pk)})
        assert page.status_code == 422 and "that you may see" in page.content.decode()


def test_split_from_here_and_undo(desk, ticket, client):
    first = factories.add_customer_message(ticket)
    factories.add_note(ticket, desk.agent)
    page = client.get(url("split", ticket), {"from": first.pk})
    assert [row.is_chosen for row in page.context["rows"]] == [False, True, True]
    chosen = [row.message.pk for row in page.context["rows"] if row.is_chosen]
    response = client.post(url("split", ticket), {"message": chosen, "subject": "Apart"})
    new = Ticket.objects.get(subject="Apart")
    assert response["Location"] == url("ticket", new) and new.message_count == 2
    take_back(client)
    assert ticket.messages.count() == 3


class TestPutAway:
    def test_spam_and_back(self, ticket, client):
        response = client.post(f"{url('put_away', ticket)}?view=mine", {"do": "spam"})
        assert response["Location"] == reverse("helpdesk_inbox:view", args=["mine"])
        ticket.refresh_from_db()
        assert ticket.category == Category.SPAM
        client.post(url("put_away", ticket), {"do": "restore"})
        ticket.refresh_from_db()
        assert ticket.category == Category.NEW

    def test_trash_undo_and_erase(self, desk, ticket, login):
        client = login(desk.manager)
        client.post(url("put_away", ticket), {"do": "trash"})
        take_back(client)
        ticket.refresh_from_db()
        assert ticket.category == Category.NEW
        assert client.get(url("erase", ticket)).status_code == 404, "it is not in the trash"
        client.post(url("put_away", ticket), {"do": "trash"})
        assert "30 days" in client.get(url("erase", ticket)).content.decode()
        assert login(desk.agent).get(url("erase", ticket)).status_code == 302
        client.post(url("erase", ticket))
        ticket.refresh_from_db()
        assert ticket.erased_at and client.get(url("ticket", ticket)).status_code == 404


class TestRedact:
    def test_words_and_files(self, desk, ticket, login):
        client, message = login(desk.manager), ticket.messages.get()
        address = url("redact", ticket, message.pk)
        assert address in client.get(url("ticket", ticket)).content.decode()
        assert client.get(address).status_code == 200
        assert client.post(address, {}).status_code == 422
        client.post(address, {"words": "on"})
        page = client.get(url("ticket", ticket)).content.decode()
        assert "removed the words of this message for good" in page and "invoice of March" not in page

    def test_who_may(self, desk, ticket, login):
        message = ticket.messages.get()
        address = url("redact", ticket, message.pk)
        assert address not in login(desk.agent).get(url("ticket", ticket)).content.decode()
        for name, status in (("agent", 302), ("light", 302), ("other_agent", 404), ("editor", 404)):
            assert login(getattr(desk, name)).post(address, {"words": "on"}).status_code == status
        message.refresh_from_db()
        assert message.text


def test_subject_and_undo(desk, ticket, client):
    answer = client.post(url("subject", ticket), {"subject": "Better", "seen": ticket.subject}, **FETCHED).json()
    assert "Better" in answer["parts"]["ticket-head"]
    refused = client.post(url("subject", ticket), {"subject": "Mine", "seen": "Old"}, **FETCHED).json()
    assert refused["toast"]["level"] == "warning"
    old = ticket.subject
    take_back(client)
    ticket.refresh_from_db()
    assert ticket.subject == old


def test_number_of_queries_stays_the_same(desk, ticket, other, client, django_assert_max_num_queries):
    """Whatever hangs on a ticket."""

    def count():
        with django_assert_max_num_queries(56) as counted:
            client.get(url("ticket", ticket))
        return len(counted)

    actor = Actor.of_user(desk.agent)
    WatchTicket(ticket=ticket, watch="watching", actor=actor)()
    LinkTickets(ticket=ticket, other=other, kind=LinkKind.RELATED, actor=actor)()
    AddItems(ticket=ticket, about=other, actor=actor)()
    merged = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")
    client.post(url("merge", ticket), {"with": merged.pk})
    count()
    before = count()
    for n in range(4):
        more = factories.make_ticket(f"q {n}", team=desk.team, mailbox=desk.mailbox, address="ana@example.org")
        LinkTickets(ticket=ticket, other=more, kind=LinkKind.BLOCKED, actor=actor)()
        AddItems(ticket=ticket, about=more, actor=actor)()
    AddItems(ticket=ticket, texts=[f"thing {n}" for n in range(5)], actor=actor)()
    for user in (desk.colleague, desk.manager):
        WatchTicket(ticket=ticket, watch="watching", actor=Actor.of_user(user))()
    assert count() == before
