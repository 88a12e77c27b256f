"""What is offered while one writes, what goes along with an answer, and macros on a ticket."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.test.utils.form_data import rich_text

from tests.pages.trees import make_article, make_centre, make_section
from wagtail_helpdesk.automation.choices import Scope
from wagtail_helpdesk.automation.files import add_files
from wagtail_helpdesk.automation.models import Macro, MacroStep, SavedReply, TaggedSavedReply
from wagtail_helpdesk.conversations.files import read_file
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.models import UndoRecord
from wagtail_helpdesk.inbox.rich_text import FEATURES
from wagtail_helpdesk.knowledge_base.models import TicketArticle
from wagtail_helpdesk.search.indexing import index_due
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.tag_ticket import TagTicket
from wagtail_helpdesk.tickets.models import TicketTag

FETCHED = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}
EVERYBODY = ("light", "agent", "other_agent", "manager", "editor", None)
WRITES = ("light", "agent", "manager")


@pytest.fixture
def reply(db):
    reply = SavedReply.objects.create(
        name="Refund",
        body="<p>Hello {{ customer.first_name }}, {{ customer.organisation }}</p>",
        scope=Scope.EVERYONE,
        status=default_status(Category.PENDING),
    )
    add_files(reply, [SimpleUploadedFile("terms.txt", b"terms")])
    TaggedSavedReply.objects.create(content_object=reply, tag=TicketTag.objects.create(name="refund"))
    return reply


def person(desk, name):
    return getattr(desk, name) if name else None


@pytest.mark.parametrize("persona", EVERYBODY)
def test_who_is_offered_anything_as(persona, desk, ticket, login, reply):
    client = login(person(desk, persona))
    statuses = [
        client.get(reverse("helpdesk_tickets:suggest", args=[ticket.pk, kind])).status_code
        for kind in ("replies", "articles", "people", "tickets", "macros", "variables")
    ]
    statuses.append(client.get(reverse("helpdesk_tickets:ready", args=[ticket.pk, "replies", reply.pk])).status_code)
    missing = 302 if persona is None else 404
    assert set(statuses) == ({200} if persona in WRITES else {missing})


def suggest(client, ticket, kind, query=""):
    return client.get(reverse("helpdesk_tickets:suggest", args=[ticket.pk, kind]), {"q": query}).json()["items"]


def test_replies_and_the_text_that_is_put_in(desk, ticket, login, reply):
    client = login(desk.agent)
    (found,) = suggest(client, ticket, "replies", "rfnd")
    assert found["label"] == "Refund"
    ready = client.get(found["preview"]).json()
    assert ready["raw"]["blocks"][0]["text"] == "Hello Ana, [[customer.organisation]]"
    assert ready["missing"] == ["[[customer.organisation]]"]
    assert ready["effects"] == ["adds terms.txt (5\xa0bytes)", "sets Pending", "tags refund"]
    reply.scope, reply.owner = Scope.ME, desk.colleague
    reply.save()
    assert suggest(client, ticket, "replies") == []
    assert client.get(found["preview"]).status_code == 404


def test_colleagues_and_tickets(desk, ticket, login):
    foreign = factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox, subject="Secret invoice")
    own = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, subject="Invoice again")
    index_due()
    client = login(desk.agent)
    assert "@Clara " in [item["text"] for item in suggest(client, ticket, "people", "cla")]
    assert [item["key"] for item in suggest(client, ticket, "tickets", "invoice")] == [str(own.pk)]
    for query in (str(foreign.pk), foreign.reference):
        assert suggest(client, ticket, "tickets", query) == []
    assert suggest(client, ticket, "tickets", own.reference)[0]["text"] == f"{own.reference} "


def test_values_stand_as_they_are_here(desk, ticket, login):
    client = login(desk.agent)
    found = suggest(client, ticket, "variables")
    assert {"key": "customer.name", "label": "the customer's name", "detail": "Ana Souza", "text": "Ana Souza"} in found
    # What nobody knows comes last, and leaves the gap that nobody can send.
    assert found[-1]["text"].startswith("[[") and found[0]["text"][0] != "["
    for query in ("number", "{ number", "ticket.number", ticket.reference):
        assert suggest(client, ticket, "variables", query)[0]["text"] == ticket.reference
    assert suggest(client, ticket, "variables", "password") == []
    fresh = client.get(reverse("helpdesk_tickets:new_suggest", args=["variables"]), {"q": "customer.email"}).json()
    assert fresh["items"][0]["text"] == "[[customer.email]]"


@pytest.mark.parametrize("kind", ["replies", "people", "tickets", "macros", "variables"])
def test_queries_do_not_grow(kind, desk, ticket, login, reply, django_assert_max_num_queries):
    for number in range(8):
        factories.make_ticket(team=desk.team, mailbox=desk.mailbox, subject=f"Invoice {number}")
        SavedReply.objects.create(name=f"Reply {number}", body="<p>x</p>", scope=Scope.EVERYONE)
        MacroStep.objects.create(macro=Macro.objects.create(name=str(number), scope=Scope.EVERYONE), kind="assign")
    client = login(desk.agent)
    suggest(client, ticket, kind)
    with django_assert_max_num_queries(16):
        assert suggest(client, ticket, kind)


class TestSending:
    @pytest.fixture
    def write(self, ticket, login):
        def post(user, html="<p>Hello</p>", **data):
            last = ticket.messages.order_by("-pk").first().pk
            body = rich_text(html, features=FEATURES)
            data = {"mode": "reply", "body": body, "last_seen": last, "once": "click", **data}
            return login(user).post(reverse("helpdesk_tickets:write", args=[ticket.pk]), data)

        return post

    def test_files_tags_status_and_use_go_along(self, desk, ticket, write, reply, settings):
        settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "UNDO_SECONDS": 0}
        write(desk.agent, saved_reply=[reply.pk, reply.pk, "x"])
        message = ticket.messages.order_by("-pk").first()
        assert [read_file(file) for file in message.attachments.all()] == [b"terms"]
        ticket.refresh_from_db()
        reply.refresh_from_db()
        assert (list(ticket.tags.names()), ticket.category, reply.use_count) == (["refund"], Category.PENDING, 1)

    def test_the_agents_own_choice_of_status_counts(self, desk, ticket, write, reply):
        write(desk.agent, saved_reply=[reply.pk], then="resolve")
        assert ticket.messages.order_by("-pk").first().on_publish.category == Category.RESOLVED

    def test_nothing_of_a_reply_that_is_not_ones_own(self, desk, ticket, write, reply):
        reply.scope, reply.owner = Scope.ME, desk.colleague
        reply.save()
        write(desk.agent, saved_reply=[reply.pk])
        assert not ticket.messages.order_by("-pk").first().attachments.exists()
        assert list(ticket.tags.names()) == []

    def test_a_light_agents_note_sets_nothing(self, desk, ticket, write, reply):
        write(desk.light, mode="note", saved_reply=[reply.pk])
        reply.refresh_from_db()
        assert (list(ticket.tags.names()), reply.use_count) == ([], 1)

    def test_without_javascript(self, desk, ticket, login, reply):
        client = login(desk.agent)
        address = reverse("helpdesk_tickets:insert_reply", args=[ticket.pk])
        data = {"mode": "reply", "body": rich_text("<p>Mine</p>", features=FEATURES), "last_seen": 1, "once": "x"}
        page = client.post(address, data)
        assert f'<option value="{reply.pk}">Refund</option>' in page.content.decode()
        page = client.post(address, {**data, "insert_reply": reply.pk})
        blocks = json.loads(page.context["composer"].data["body"])["blocks"]
        assert [block["text"] for block in blocks] == ["Mine", "Hello Ana, [[customer.organisation]]"]
        assert f'name="saved_reply" value="{reply.pk}" checked' in page.content.decode()

    def test_undo_takes_the_tags_back_that_came_along(self, desk, ticket, write, login, reply):
        TagTicket(ticket=ticket, add={"vip"}, actor=Actor.of_user(desk.agent))()
        write(desk.agent, saved_reply=[reply.pk])
        assert set(ticket.tags.names()) == {"vip", "refund"}
        undone = login(desk.agent).post(reverse("helpdesk_inbox:undo", args=[UndoRecord.objects.get().pk]), **FETCHED)
        assert undone.status_code == 200
        assert set(ticket.tags.names()) == {"vip"}
        assert ticket.messages.order_by("-pk").first().state == "cancelled"

    def test_a_draft_keeps_what_comes_along(self, desk, ticket, login, reply):
        client = login(desk.agent)
        data = {"mode": "reply", "body": rich_text("<p>Mine</p>", features=FEATURES), "saved_reply": [reply.pk]}
        client.post(reverse("helpdesk_tickets:draft", args=[ticket.pk]), {**data, "cited_article": [7], "version": 0})
        address = reverse("helpdesk_tickets:ticket", args=[ticket.pk])
        page = client.get(address).content.decode()
        assert f'name="saved_reply" value="{reply.pk}" checked' in page
        assert "Refund: adds terms.txt" in page
        assert 'name="cited_article" value="7" checked' in page
        reply.scope, reply.owner = Scope.ME, desk.colleague
        reply.save()
        assert 'name="saved_reply"' not in client.get(address).content.decode()


class TestArticles:
    @pytest.fixture
    def article(self, db):
        return make_article(make_section(make_centre()), "Returning a bicycle")

    def test_in_three_forms_and_its_use_is_kept(self, desk, ticket, login, article):
        client = login(desk.agent)
        (found,) = suggest(client, ticket, "articles", article.title.split()[0])
        forms = {
            form: client.get(found["preview"], {"as": form}).json()["raw"] for form in ("link", "paragraph", "text")
        }
        assert [block["text"] for block in forms["link"]["blocks"]] == [article.title]
        assert forms["link"]["entityMap"]
        assert len(forms["text"]["blocks"]) >= len(forms["paragraph"]["blocks"]) > 1
        data = {"mode": "reply", "body": rich_text("<p>See</p>", features=FEATURES), "once": "c"}
        data |= {"last_seen": ticket.messages.get().pk, "cited_article": [article.pk]}
        client.post(reverse("helpdesk_tickets:write", args=[ticket.pk]), data)
        line = TicketArticle.objects.get()
        assert (line.kind, line.page_id, line.ticket) == ("cited", article.pk, ticket)
        assert [message.direction for message in line.messages.all()] == ["outbound"]

    def test_a_draft_is_nothing_to_name(self, desk, ticket, login, article):
        article.unpublish()
        client = login(desk.agent)
        assert suggest(client, ticket, "articles", article.title.split()[0]) == []
        ready = reverse("helpdesk_tickets:ready", args=[ticket.pk, "articles", article.pk])
        assert client.get(ready).status_code == 404


class TestMacros:
    @pytest.fixture
    def macro(self, db):
        macro = Macro.objects.create(name="Wait", scope=Scope.EVERYONE)
        MacroStep.objects.create(macro=macro, kind="status", status=default_status(Category.PENDING))
        return macro

    @pytest.mark.parametrize("persona", EVERYBODY)
    def test_run_as(self, persona, desk, ticket, login, macro):
        client, address = login(person(desk, persona)), reverse("helpdesk_tickets:macro", args=[ticket.pk, macro.pk])
        if persona in WRITES:
            assert "is so already" not in client.get(address).content.decode()
        response = client.post(address, **FETCHED)
        ticket.refresh_from_db()
        assert (ticket.category == Category.PENDING) == (persona in ("agent", "manager"))
        if persona == "light":
            assert "You may not do this." in response.json()["toast"]["text"]
        elif persona in ("agent", "manager"):
            assert set(response.json()["parts"]) == {"properties", "ticket-head", "composer-sends"}
            assert response.json()["tickets"] == [ticket.pk]
            assert response.json()["toast"]["undo"] == reverse(
                "helpdesk_inbox:undo", args=[UndoRecord.objects.get().pk]
            )
        else:
            assert response.status_code == (403 if persona is None else 404)

    def test_plain_form_and_a_message(self, desk, ticket, login, macro):
        MacroStep.objects.create(macro=macro, kind="note", body="<p>Hm</p>", sort_order=1)
        response = login(desk.agent).post(reverse("helpdesk_tickets:macro", args=[ticket.pk, macro.pk]))
        assert response["Location"].endswith(f"#message-{ticket.messages.order_by('-pk').first().pk}")

    def test_a_text_goes_into_the_composer(self, desk, ticket, login, macro):
        MacroStep.objects.create(macro=macro, kind="draft", body="<p>Dear {{ customer.name }}</p>", sort_order=1)
        response = login(desk.agent).post(reverse("helpdesk_tickets:macro", args=[ticket.pk, macro.pk]), **FETCHED)
        assert json.loads(response.json()["insert"])["blocks"][0]["text"] == "Dear Ana Souza"

    def test_pages_without_javascript(self, desk, ticket, login, macro):
        client = login(desk.agent)
        page = client.get(reverse("helpdesk_tickets:macros", args=[ticket.pk])).content.decode()
        assert reverse("helpdesk_tickets:macro", args=[ticket.pk, macro.pk]) in page
        assert (
            "<del>New</del>"
            in client.get(reverse("helpdesk_tickets:macro", args=[ticket.pk, macro.pk]), **FETCHED).content.decode()
        )
