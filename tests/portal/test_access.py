"""Who comes in over a tracking link, and what each may read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.utils import timezone

from tests.portal.conftest import link_of
from wagtail_helpdesk.contacts.actions.erase_contact import EraseContact
from wagtail_helpdesk.contacts.actions.merge_contacts import MergeContacts
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.intake.incoming import Evidence, EvidenceKind
from wagtail_helpdesk.intake.receive import receive
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import RestoreTicket, TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets, UnmergeTickets
from wagtail_helpdesk.tickets.actions.participants import RevokeTrackingLink, token_for
from wagtail_helpdesk.tickets.choices import ParticipantState, Role, TokenPurpose
from wagtail_helpdesk.tickets.models import TicketEvent
from wagtail_helpdesk.tickets.tokens import sign

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system()


def text_of(client, link):
    response = client.get(link)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser").get_text(" ")


def read(client, link):
    """Return the words of each message on the page."""
    response = client.get(link)
    assert response.status_code == 200
    page = BeautifulSoup(response.content, "html.parser")
    return [words.get_text(" ", strip=True) for words in page.select(".helpdesk-message > .helpdesk-words")]


def test_requester_reads_the_public_conversation(client, desk, ticket, link):
    factories.add_reply(ticket, desk.agent, "<p>We have <b>corrected</b> it.</p>")
    factories.add_note(ticket, desk.agent, "<p>Secret note</p>")
    factories.add_reply(ticket, desk.agent, "<p>Not sent yet</p>", delay=60)
    assert read(client, link) == ["Hello, the invoice of March is wrong.", "We have corrected it."]


@pytest.mark.parametrize("who", [None, "agent", "other_agent", "superuser"])
def test_the_link_counts_and_nothing_else(login, desk, ticket, link, who):
    client = login(getattr(desk, who) if who else None)
    assert read(client, link) == ["Hello, the invoice of March is wrong."]
    assert client.get(f"/helpdesk/t/{ticket.pk}/").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1] + ("a" if token[-1] != "a" else "b"),
        lambda token: ("a" if token[0] != "a" else "b") + token[1:],
        lambda token: token[:-1],
        lambda token: token + "a",
        lambda token: "a" * 26,
        lambda token: "x",
        lambda token: "é" * 26,
        lambda token: sign("portal", "aaaaaaaaaa"),
        lambda token: sign("reply", token[:10]),
        lambda token: "'; DROP TABLE x; --",
        lambda token: "%00",
    ],
)
def test_any_other_link_is_not_found(client, link, change):
    token = link.split("/")[3]
    bad = client.get(f"/helpdesk/t/{change(token)}/")
    assert bad.status_code == 404
    assert client.post(f"/helpdesk/t/{change(token)}/", {"text": "x"}).status_code == 404
    assert Message.objects.count() == 1


def test_every_bad_link_looks_the_same(client, ticket, requester, link):
    unknown = client.get("/helpdesk/t/aaaaaaaaaaaaaaaaaaaaaaaaaa/")
    RevokeTrackingLink(participant=requester, actor=SYSTEM)()
    revoked = client.get(link)
    assert revoked.status_code == 404
    assert unknown.content == revoked.content
    assert "wrong tax id" not in revoked.content.decode()


def test_mail_programs_that_change_case(client, link):
    assert client.get(link.replace(link.split("/")[3], link.split("/")[3].upper())).status_code == 200


def test_reply_token_is_no_link(client, requester):
    token = token_for(requester, TokenPurpose.REPLY)
    assert client.get(f"/helpdesk/t/{token.signed}/").status_code == 404
    assert client.get(f"/helpdesk/t/{sign(TokenPurpose.PORTAL, token.public_id)}/").status_code == 404


def test_trash_and_erase(client, desk, ticket, link):
    TrashTicket(ticket=ticket, actor=SYSTEM)()
    assert client.get(link).status_code == 404
    assert client.post(link, {"text": "x"}).status_code == 404
    RestoreTicket(ticket=ticket, actor=SYSTEM)()
    assert client.get(link).status_code == 200
    TrashTicket(ticket=ticket, actor=SYSTEM)()
    EraseTicket(ticket=ticket, actor=SYSTEM)()
    assert client.get(link).status_code == 404


def test_erased_contact(client, ticket, link):
    EraseContact(contact=ticket.requester, actor=SYSTEM)()
    assert client.get(link).status_code == 404


@pytest.mark.parametrize("state", [ParticipantState.PENDING, ParticipantState.BLOCKED, ParticipantState.LEFT])
def test_only_active_participants(client, requester, link, state):
    requester.state = state
    requester.save()
    assert client.get(link).status_code == 404


def test_third_parties_have_no_link(client, join):
    supplier = join("supplier@example.net", role=Role.THIRD_PARTY)
    assert client.get(link_of(supplier)).status_code == 404


def test_cc_reads_what_came_since(client, desk, ticket, join):
    now = timezone.now()
    Message.objects.update(created_at=now - timedelta(hours=2))
    factories.add_reply(ticket, desk.agent, "<p>Before</p>")
    Message.objects.filter(direction="outbound").update(created_at=now - timedelta(hours=1))
    ben = join("ben@example.org")
    factories.add_reply(ticket, desk.agent, "<p>After</p>")
    factories.add_note(ticket, desk.agent, "<p>Secret</p>")
    assert read(client, link_of(ben)) == ["After"]


def test_cc_reads_own_words_from_before(client, desk, ticket, join):
    ben = join("ben@example.org")
    client.post(link_of(ben), {"text": "I am Ben"})
    ben.joined_at = timezone.now() + timedelta(hours=1)
    ben.save()
    assert read(client, link_of(ben)) == ["I am Ben"]


def test_merged_ticket_goes_on(client, desk, ticket, link):
    other = factories.make_ticket("Other case", team=desk.team, address="eva@example.org", name="Eva")
    merge = MergeTickets(source=ticket, target=other, actor=SYSTEM)()
    factories.add_reply(other, desk.agent, "<p>Both solved</p>")
    assert "Both solved" in read(client, link)
    assert other.reference in text_of(client, link)
    client.post(link, {"text": "Thanks"})
    assert other.messages.filter(text="Thanks").exists()
    UnmergeTickets(merge=merge, actor=SYSTEM)()
    assert ticket.reference in text_of(client, link)


def test_merged_contact_goes_on(client, ticket, link):
    other = factories.make_contact("ana@work.example")
    MergeContacts(source=ticket.requester, target=other, actor=SYSTEM)()
    assert read(client, link) == ["Hello, the invoice of March is wrong."]
    client.post(link, {"text": "Me again"})
    assert [message.author_contact for message in Message.objects.all()] == [other, other]
    assert not Message.objects.filter(flags__icontains="outside").exists()


def test_outside_senders_are_marked(client, ticket, link):
    evidence = (Evidence(EvidenceKind.TOKEN, ticket.pk),)
    receive(factories.make_incoming("Pay here", address="x@evil.example", name="Support", evidence=evidence))
    assert "not known here" in text_of(client, link)


def test_names_and_no_addresses(client, desk, ticket, link):
    desk.agent.first_name = desk.agent.last_name = ""
    desk.agent.save()
    factories.add_reply(ticket, desk.agent, "<p>One</p>")
    factories.add_reply(ticket, desk.colleague, "<p>Two</p>")
    html = client.get(link).content.decode()
    assert "@" not in html
    assert desk.mailbox.name in html
    assert "Clara" in html


def test_get_changes_nothing(client, desk, ticket, link):
    def facts():
        return [
            list(model.objects.order_by("pk").values())
            for model in (type(ticket), Message, TicketEvent, type(ticket.tokens.get()))
        ]

    before = facts()
    for address in (link, f"{link}?done=closed", f"{link}?action=close", f"{link}?text=hi&action=answer"):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
    assert client.options(link).status_code == 200
    assert facts() == before


def test_headers(client, link):
    response = client.get(link)
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert {"no-store", "private"} <= {part.strip() for part in response["Cache-Control"].split(",")}
    # The site's own policy holds for the site's own design.
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert not response.cookies


def test_queries_do_not_grow(client, desk, ticket, link, django_assert_num_queries):
    with django_assert_num_queries(4):
        client.get(link)
    for number in range(100):
        factories.add_reply(ticket, desk.agent, f"<p>Answer {number}</p>")
        factories.add_customer_message(ticket, f"Question {number}", files=(NewFile("a.txt", b"x"),))
    with django_assert_num_queries(4):
        assert len(read(client, link)) == 201
