"""Answers and notes: what is sent, to whom, once, and never past a message that nobody has read."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from wagtail.models import Page
from wagtail.test.utils.form_data import rich_text

from wagtail_helpdesk.contacts.actions.find_or_create_contact import find_or_create_contact
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.files import read_file
from wagtail_helpdesk.conversations.models import Draft, Message
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.inbox.rich_text import FEATURES
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.participants import add_participant
from wagtail_helpdesk.tickets.choices import ParticipantState, Role

FETCHED = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


def written(html):
    return rich_text(html, features=FEATURES)


@pytest.fixture
def write(ticket, login):
    """Return a function that posts the composer as a user and returns the response."""

    def post(user, html="<p>We have corrected it.</p>", *, fetched=False, **data):
        last = ticket.messages.order_by("-pk").first().pk
        data = {"mode": "reply", "body": written(html), "last_seen": last, "once": "click-1", **data}
        address = reverse("helpdesk_tickets:write", args=[ticket.pk])
        return login(user).post(address, data, **(FETCHED if fetched else {}))

    return post


def newest(ticket):
    return ticket.messages.order_by("-pk").first()


class TestReply:
    def test_is_scheduled_and_its_text_kept(self, desk, ticket, write):
        response = write(desk.agent)
        reply = newest(ticket)
        assert response["Location"] == f"{reverse('helpdesk_tickets:ticket', args=[ticket.pk])}#message-{reply.pk}"
        assert (reply.state, reply.direction, reply.author_user) == (MessageState.SCHEDULED, "outbound", desk.agent)
        assert reply.text.strip() == "We have corrected it."
        assert "data-block-key" not in reply.html

    def test_links_to_pages_are_absolute(self, desk, ticket, write):
        page = Page.objects.get(depth=2)
        write(desk.agent, f'<p>See <a linktype="page" id="{page.pk}">this</a> and <a href="#x">that</a></p>')
        html = newest(ticket).html
        assert f'href="{page.get_site().root_url}{page.url}"' in html
        assert "#x" not in html

    def test_the_same_click_counts_once(self, desk, ticket, write):
        assert write(desk.agent)["Location"] == write(desk.agent)["Location"]
        assert ticket.messages.count() == 2

    @pytest.mark.parametrize(("then", "category"), [("pending", Category.PENDING), ("resolve", Category.RESOLVED)])
    def test_with_a_status(self, desk, ticket, write, settings, then, category):
        settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "UNDO_SECONDS": 0}
        write(desk.agent, then=then)
        ticket.refresh_from_db()
        assert ticket.category == category

    def test_files(self, desk, ticket, write):
        write(desk.agent, files=[SimpleUploadedFile("a.txt", b"aaa"), SimpleUploadedFile("b.txt", b"bbb")])
        assert [read_file(file) for file in newest(ticket).attachments.all()] == [b"aaa", b"bbb"]

    def test_copies_go_to_those_who_are_ticked(self, desk, ticket, write, login):
        people = {}
        for name, state in (("one", "active"), ("two", "active"), ("three", "pending"), ("four", "blocked")):
            contact, _new = find_or_create_contact(address=f"{name}@example.org", name=name)
            people[name] = add_participant(
                ticket=ticket,
                contact=contact,
                address=f"{name}@example.org",
                role=Role.CC,
                state=ParticipantState(state),
            )
        response = login(desk.agent).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk]))
        composer = response.context["composer"]
        assert [pk for pk, _label in composer.fields["cc"].choices] == [people[n].pk for n in ("one", "two", "three")]
        assert composer["cc"].value() == [people["one"].pk, people["two"].pk]
        write(desk.agent, cc=[people["one"].pk, people["three"].pk])
        copied = [entry["address"] for entry in newest(ticket).recipients["cc"]]
        assert copied == ["one@example.org", "three@example.org"]

    @pytest.mark.parametrize("name", ["light", "other_agent", "editor"])
    def test_not_for_everybody(self, desk, ticket, write, name):
        assert write(getattr(desk, name)).status_code in (302, 404)
        assert ticket.messages.count() == 1


class TestNote:
    def test_is_internal_whatever_button_was_pressed(self, desk, ticket, write, mailoutbox):
        write(desk.light, "<p>Ask accounting.</p>", mode="note", then="resolve")
        note = newest(ticket)
        assert (note.direction, note.visibility, note.text.strip()) == ("internal", "internal", "Ask accounting.")
        assert not note.outbound_mails.exists()

    @pytest.mark.parametrize("mode", ["", "nonsense"])
    def test_without_a_mode_nothing_is_written(self, desk, ticket, write, mode):
        assert write(desk.agent, mode=mode).status_code == 422
        assert ticket.messages.count() == 1


class TestRefused:
    def test_newer_message_is_shown_and_the_text_kept(self, desk, ticket, write):
        seen = newest(ticket).pk
        newer = factories.add_customer_message(ticket, "I found it meanwhile")
        response = write(desk.agent, last_seen=seen)
        assert response.status_code == 422
        content = response.content.decode()
        assert "1 message arrived while you were writing" in content
        assert "I found it meanwhile" in content
        assert "We have corrected it." in content
        assert response.context["composer"]["last_seen"].value() == newer.pk
        assert Message.objects.filter(ticket=ticket, direction="outbound").count() == 0

    def test_the_same_for_our_script(self, desk, ticket, write):
        seen = newest(ticket).pk
        newer = factories.add_customer_message(ticket, "I found it meanwhile")
        answer = write(desk.agent, last_seen=seen, fetched=True)
        assert answer.status_code == 422
        parts = answer.json()
        assert parts["last_seen"] == newer.pk
        assert "I found it meanwhile" in parts["messages"]
        assert "arrived" in parts["refusal"]
        again = write(desk.agent, last_seen=newer.pk, fetched=True).json()
        assert again["sent"] == newest(ticket).pk
        assert (again["sent"], again["tickets"]) == (newest(ticket).pk, [ticket.pk])
        assert "We have corrected it." not in again["parts"]["composer"]

    @pytest.mark.parametrize("html", ["", "<p></p>", "<p> \n</p>"])
    def test_empty(self, desk, ticket, write, html):
        response = write(desk.agent, html)
        assert response.status_code == 422
        assert "Write something before you send." in response.content.decode()

    def test_too_many_bytes(self, desk, ticket, write, settings):
        settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "MAX_UPLOAD_BYTES": 10}
        response = write(desk.agent, files=[SimpleUploadedFile("a.txt", b"a" * 11)])
        assert response.status_code == 422
        assert "We have corrected it." in response.content.decode()
        assert ticket.messages.count() == 1

    def test_forward_keeps_what_was_chosen(self, desk, ticket, write):
        chosen = factories.add_customer_message(ticket, "Take this along", files=(NewFile("bill.txt", b"12"),))
        other = factories.add_customer_message(ticket, "Not this", files=(NewFile("other.txt", b"34"),))
        file, left = chosen.attachments.get(), other.attachments.get()
        response = write(desk.agent, mode="forward", to="nobody", forwarded=[chosen.pk], attached=[file.pk])
        assert response.status_code == 422
        page = response.content.decode()
        for name, key, is_chosen in [
            ("forwarded", chosen.pk, True),
            ("forwarded", other.pk, False),
            ("attached", file.pk, True),
            ("attached", left.pk, False),
        ]:
            assert (f'name="{name}" value="{key}" checked' in page) is is_chosen
            assert f'name="{name}" value="{key}"' in page


class TestUndo:
    @pytest.fixture
    def reply(self, desk, ticket):
        return factories.add_reply(
            ticket, desk.agent, "<p>Too <b>early</b></p>", delay=60, files=[NewFile("a", b"aaa")]
        )

    def undo(self, client, reply, **kwargs):
        return client.post(reverse("helpdesk_tickets:undo", args=[reply.ticket_id, reply.pk]), **kwargs)

    def test_brings_text_and_files_back(self, desk, ticket, reply, login, write):
        client = login(desk.agent)
        response = self.undo(client, reply)
        reply.refresh_from_db()
        assert reply.state == MessageState.CANCELLED
        assert response["Location"] == f"{reverse('helpdesk_tickets:ticket', args=[ticket.pk])}#composer"
        page = client.get(response["Location"].partition("#")[0])
        assert "early" in page.context["composer"]["body"].value()
        assert "a" in [file.display_name for file in page.context["draft_files"]]
        write(desk.agent, once="click-2", version=page.context["draft"].version)
        assert [read_file(file) for file in newest(ticket).attachments.all()] == [b"aaa"]
        assert not Draft.objects.exists()

    def test_of_somebody_else(self, desk, reply, login):
        self.undo(login(desk.colleague), reply)
        reply.refresh_from_db()
        assert reply.state == MessageState.SCHEDULED
        assert self.undo(login(desk.other_agent), reply).status_code == 404
        self.undo(login(desk.manager), reply)
        reply.refresh_from_db()
        assert reply.state == MessageState.CANCELLED
        draft = Draft.objects.get()
        assert (draft.user, draft.preview) == (desk.agent, "Too early")
        assert Notice.objects.filter(user=desk.agent, kind="draft", what="cancelled").exists()

    def test_too_late(self, desk, ticket, login):
        reply = factories.add_reply(ticket, desk.agent)
        response = self.undo(login(desk.agent), reply)
        assert response["Location"].endswith(f"#message-{reply.pk}")
        reply.refresh_from_db()
        assert reply.state == MessageState.PUBLISHED

    def test_script_stays_on_the_page(self, desk, reply, login):
        answer = self.undo(login(desk.agent), reply, **FETCHED).json()
        assert "taken back" in answer["parts"][f"message-{reply.pk}"]
        assert answer["tickets"] == [reply.ticket_id]

    def test_what_became_of_it(self, desk, ticket, reply, login):
        address = reverse("helpdesk_tickets:message", args=[ticket.pk, reply.pk])
        assert "helpdesk-message--scheduled" in login(desk.agent).get(address).content.decode()
        assert login(desk.other_agent).get(address).status_code == 404
