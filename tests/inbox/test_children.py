"""One reply to all tickets that are a part of another: to whom, in which words, and how it is taken back."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.inbox.test_work import FETCHED, said
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.bulk import running
from wagtail_helpdesk.inbox.bulk.models import BulkJob
from wagtail_helpdesk.inbox.children import children_of
from wagtail_helpdesk.inbox.models import UndoRecord
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.actions.link_tickets import link_tickets
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.actions.participants import add_participant
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.choices import LinkKind
from wagtail_helpdesk.tickets.models import Ticket


def address(ticket):
    return reverse("helpdesk_tickets:reply_children", args=[ticket.pk])


@pytest.fixture
def make_child(desk, ticket):
    def make(name, *, team=None, **fields):
        child = factories.make_ticket(
            name, subject=f"Case of {name}", name=name, team=team or desk.team, mailbox=desk.mailbox, **fields
        )
        link_tickets(source=child, target=ticket, kind=LinkKind.CHILD, actor=Actor.system())
        return child

    return make


@pytest.fixture
def family(desk, make_child):
    """Two open parts; one that is over, one that is shared only, one that is hidden."""
    family = {name: make_child(name) for name in ("Ben Open", "Cleo Open", "Dora Done")}
    ChangeStatus(ticket=family["Dora Done"], status=default_status(Category.RESOLVED), actor=Actor.system())()
    family["Ed Shared"] = make_child("Ed Shared", team=desk.other_team)
    ShareTicket(ticket=family["Ed Shared"], user=desk.agent, actor=Actor.of_user(desk.manager))()
    family["Hidden Person"] = make_child("Hidden Person", team=desk.other_team)
    return family


def send(client, ticket, text="Hello {{ customer.first_name|there }}, {{ ticket.number }} is solved.", **fields):
    page = client.get(address(ticket)).context["form"].initial
    return client.post(
        address(ticket),
        {"confirm": "1", "text": text, "once": page["once"], "last_seen": page["last_seen"], **fields},
    )


def test_whom_it_goes_to(desk, ticket, family):
    children = children_of(ticket, desk.agent)
    assert [child.subject for child in children.chosen] == ["Case of Ben Open", "Case of Cleo Open"]
    assert {child.subject: str(why) for child, why in children.left_out} == {
        "Case of Dora Done": "is resolved or closed",
        "Case of Ed Shared": "you may not reply to it",
    }
    assert children.has_hidden
    everything = children_of(ticket, desk.manager)
    assert len(everything.chosen) == 4 and not everything.has_hidden


def test_no_name_of_what_is_hidden(desk, ticket, family, login):
    page = login(desk.agent).get(address(ticket)).content.decode()
    assert "Goes to 2 tickets" in page and "further parts that you do not see" in page
    assert "Hidden Person" not in page and family["Hidden Person"].reference not in page


def test_to_each_its_own(desk, ticket, family, login):
    copied = factories.make_contact("copied@example.org")
    add_participant(ticket=family["Ben Open"], contact=copied, address="copied@example.org", role="cc")
    response = send(login(desk.agent), ticket)
    assert response.url == reverse("helpdesk_tickets:ticket", args=[ticket.pk])
    assert said(response)[0].startswith("2 tickets changed.")
    written = {message.ticket.subject: message for message in Message.objects.filter(direction="outbound")}
    assert written.keys() == {"Case of Ben Open", "Case of Cleo Open"}
    ben = written["Case of Ben Open"]
    assert f"Hello Ben, {family['Ben Open'].reference} is solved." in ben.text
    assert [person["name"] for person in ben.recipients["to"]] == ["Ben Open"] and ben.recipients["cc"] == []
    assert (ben.state, ben.author_user, ben.on_publish) == ("scheduled", desk.agent, None)


def test_and_resolve_them(desk, ticket, family, login):
    send(login(desk.agent), ticket, resolve="on")
    assert {message.on_publish for message in Message.objects.filter(direction="outbound")} == {
        default_status(Category.RESOLVED)
    }


def test_one_that_cannot_be_resolved_is_told_and_gets_nothing(desk, ticket, family, login):
    blocker = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    link_tickets(source=family["Ben Open"], target=blocker, kind=LinkKind.BLOCKED, actor=Actor.system())
    response = send(login(desk.agent), ticket, resolve="on")
    assert f"{family['Ben Open'].reference}: This ticket waits for {blocker.reference}" in said(response)[0]
    assert Message.objects.get(direction="outbound").ticket == family["Cleo Open"]


def test_all_is_taken_back_and_each(desk, ticket, family, login):
    client = login(desk.agent)
    send(client, ticket)
    one = Message.objects.filter(direction="outbound").first()
    undo = reverse("helpdesk_tickets:undo", args=[one.ticket_id, one.pk])
    assert client.post(undo).status_code == 302
    assert list(Message.objects.filter(state="cancelled")) == [one]
    record = UndoRecord.objects.get()
    client.post(reverse("helpdesk_inbox:undo", args=[record.pk]), **FETCHED)
    assert not Message.objects.filter(direction="outbound").exclude(state="cancelled").exists()


def test_twice_the_same_click(desk, ticket, family, login):
    client = login(desk.agent)
    page = client.get(address(ticket)).context["form"].initial
    data = {"confirm": "1", "text": "Solved", "once": page["once"], "last_seen": page["last_seen"]}
    client.post(address(ticket), data)
    client.post(address(ticket), data)
    assert Message.objects.filter(direction="outbound").count() == 2


def test_whoever_wrote_meanwhile_is_read_first(desk, ticket, family, login):
    client = login(desk.agent)
    page = client.get(address(ticket)).context["form"].initial
    factories.add_customer_message(family["Ben Open"], "It works again!")
    response = client.post(
        address(ticket), {"confirm": "1", "text": "Solved", "once": "x", "last_seen": page["last_seen"]}
    )
    assert family["Ben Open"].reference in said(response)[0]
    assert Message.objects.get(direction="outbound").ticket == family["Cleo Open"]


def test_a_value_that_nobody_knows_stops_that_one(desk, ticket, make_child, login):
    make_child("")
    known = make_child("Ben Open")
    response = send(login(desk.agent), ticket, "Hello {{ customer.name }}")
    assert "Nobody knows [[customer.name]] of this ticket." in said(response)[0]
    assert Message.objects.get(direction="outbound").ticket == known


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Write something before you send."),
        ("Hi {{ customer.shoe_size }}", "Nobody knows what customer.shoe_size is."),
        ("Hi {{ customer", "cannot be read"),
    ],
)
def test_words_that_cannot_go(desk, ticket, family, login, text, error):
    response = send(login(desk.agent), ticket, text)
    assert response.status_code == 422 and error in response.content.decode()
    assert not Message.objects.filter(direction="outbound").exists()


def contentstate(text):
    block = {
        "key": "a",
        "text": text,
        "type": "unstyled",
        "depth": 0,
        "inlineStyleRanges": [{"offset": 0, "length": 5, "style": "BOLD"}],
        "entityRanges": [],
    }
    return json.dumps({"blocks": [block], "entityMap": {}})


def test_the_composers_words_come_along(desk, ticket, family, login):
    client = login(desk.agent)
    body = contentstate("Hello {{ customer.first_name|there }}")
    page = client.post(address(ticket), {"mode": "reply", "body": body})
    assert page.status_code == 200 and "<b>Hello</b> Ben" in page.content.decode()
    first = page.context["form"].initial
    client.post(address(ticket), {"confirm": "1", **first})
    texts = sorted(message.text.strip() for message in Message.objects.filter(direction="outbound"))
    assert texts == ["Hello Ben", "Hello Cleo"]
    assert "<b>Hello</b>" in Message.objects.filter(direction="outbound").first().html


def test_a_note_is_not_taken_for_an_answer(desk, ticket, family, login):
    page = login(desk.agent).post(address(ticket), {"mode": "note", "body": contentstate("He never pays")})
    assert "He never pays" not in page.content.decode()


def test_a_merged_part_is_the_ticket_it_went_into(desk, ticket, make_child, login):
    child = make_child("Ben Open")
    into = factories.make_ticket(subject="Goes on", team=desk.team, mailbox=desk.mailbox)
    MergeTickets(source=child, target=into, actor=Actor.of_user(desk.agent))()
    send(login(desk.agent), ticket)
    assert Message.objects.get(direction="outbound").ticket == into


def test_many_become_a_job(desk, ticket, family, login, monkeypatch):
    monkeypatch.setattr("wagtail_helpdesk.inbox.views.work.children.AT_ONCE", 1)
    client = login(desk.agent)
    response = send(client, ticket)
    job = BulkJob.objects.get()
    assert response.url == reverse("helpdesk_inbox:bulk_job", args=[job.pk])
    assert running.continue_jobs() == 1
    assert Message.objects.filter(direction="outbound").count() == 2
    assert "Reply to all parts: 2 tickets changed." in client.get(response.url).content.decode()


def test_the_bulk_bar_does_not_begin_it(desk, ticket, family, login):
    data = {"action": "reply_children", "ticket": str(family["Ben Open"].pk)}
    assert login(desk.agent).post(reverse("helpdesk_inbox:bulk"), data).status_code == 404


def test_nobody_to_write_to(desk, ticket, login):
    client = login(desk.agent)
    assert "There is nobody to send a reply to." in client.get(address(ticket)).content.decode()
    response = client.post(address(ticket), {"confirm": "1", "text": "Solved", "once": "x", "last_seen": "0"})
    assert response.status_code == 422


def test_one_click_from_the_parent(desk, ticket, family, login):
    client = login(desk.agent)
    link = f'formaction="{address(ticket)}"'
    assert link in client.get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()
    child = client.get(reverse("helpdesk_tickets:ticket", args=[family["Ben Open"].pk])).content.decode()
    assert "data-helpdesk-parts" not in child, "it has no parts"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("agent", 200),
        ("colleague", 200),
        ("manager", 200),
        ("superuser", 200),
        ("light", 302),
        ("other_agent", 404),
        ("editor", 404),
        (None, 302),
    ],
)
def test_who_may(desk, ticket, family, login, who, status):
    client = login(getattr(desk, who) if who else None)
    assert client.get(address(ticket)).status_code == status
    sent = client.post(address(ticket), {"confirm": "1", "text": "Solved", "once": "x", "last_seen": "999999"})
    assert Message.objects.filter(direction="outbound").exists() is (status == 200), sent


def test_queries_do_not_grow(desk, ticket, make_child, login):
    client = login(desk.agent)

    def count(number):
        for n in range(number):
            make_child(f"Person {n}")
        client.get(address(ticket))
        with CaptureQueriesContext(connection) as captured:
            client.get(address(ticket))
        return len(captured)

    few = count(2)
    assert count(6) == few
    assert Ticket.objects.count() == 9
