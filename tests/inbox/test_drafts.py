"""Drafts: nothing that was written is lost, nothing is silently written over, and nobody reads what is not his."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from wagtail.users.models import UserProfile

from tests.inbox.test_writing import FETCHED, newest, written
from wagtail_helpdesk.automation.files import add_files
from wagtail_helpdesk.automation.models import SavedReply
from wagtail_helpdesk.conversations.drafts import clean_drafts
from wagtail_helpdesk.conversations.files import read_file
from wagtail_helpdesk.conversations.models import Draft, DraftFile
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.models import UndoRecord
from wagtail_helpdesk.inbox.part_files import files_to_offer
from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets, UnmergeTickets
from wagtail_helpdesk.tickets.models import Ticket


def png():
    content = BytesIO()
    Image.new("RGB", (2, 2), "red").save(content, "PNG")
    return content.getvalue()


def url(ticket, name="ticket", *args):
    return reverse(f"helpdesk_tickets:{name}", args=[ticket.pk, *args])


@pytest.fixture
def save(ticket, login):
    """Return a function that saves a draft as our script does."""

    def post(user, html="<p>Half a sentence</p>", *, fetched=True, **data):
        data = {"mode": "reply", "body": written(html), "version": 0, **data}
        return login(user).post(url(ticket, "draft"), data, **(FETCHED if fetched else {}))

    return post


@pytest.fixture
def upload(ticket, login):
    def post(user, name="a.txt", content=b"aaa", **data):
        file = SimpleUploadedFile(name, content)
        return login(user).post(url(ticket, "upload"), {"file": file, "mode": "reply", **data})

    return post


class TestSaving:
    def test_is_there_again_wherever_one_opens_the_page(self, desk, ticket, save, login):
        assert save(desk.agent, cc=[], to="eva@example.net", mode="forward").json()["version"] == 1
        page = login(desk.agent).get(url(ticket))
        composer = page.context["composer"]
        assert "Half a sentence" in composer["body"].value()
        assert (composer["mode"].value(), composer["to"].value()) == ("forward", "eva@example.net")
        assert composer["version"].value() == 1

    def test_versions_are_counted_and_an_old_one_is_told(self, desk, save):
        save(desk.agent)
        assert save(desk.agent, "<p>More</p>", version=1).json()["version"] == 2
        answer = save(desk.agent, "<p>Of the other tab</p>", version=1)
        assert answer.status_code == 409
        assert "another tab" in answer.json()["changed"]
        assert Draft.objects.get().preview == "More"
        assert save(desk.agent, "<p>Of the other tab</p>", version=1, force="1").json()["version"] == 3
        assert Draft.objects.get().preview == "Of the other tab"

    def test_a_file_on_its_way_is_no_other_tab(self, desk, save, upload):
        upload(desk.agent)
        assert save(desk.agent, version=0).json()["version"] == 2
        assert save(desk.agent, "<p>Of the other tab</p>", version=0).status_code == 409

    def test_nothing_written_leaves_no_draft(self, desk, save):
        assert save(desk.agent, "<p></p>").json() == {"version": 0, "said": "", "refused": []}
        save(desk.agent)
        assert save(desk.agent, "<p></p>", version=1).json()["version"] == 0
        assert not Draft.objects.exists()

    def test_plain_form_with_a_file(self, desk, ticket, save, login):
        response = save(desk.agent, fetched=False, files=[SimpleUploadedFile("a.txt", b"aaa")])
        assert response["Location"] == f"{url(ticket)}#composer"
        assert [file.display_name for file in Draft.objects.get().files.all()] == ["a.txt"]
        page = login(desk.agent).get(url(ticket)).content.decode()
        assert "a.txt" in page

    def test_plain_form_of_an_old_page_keeps_its_text(self, desk, ticket, save):
        save(desk.agent, "<p>Newer</p>")
        response = save(desk.agent, "<p>Older</p>", fetched=False, last_seen=1, once="x")
        assert response.status_code == 409
        assert "Older" in response.context["composer"]["body"].value()
        assert Draft.objects.get().preview == "Newer"

    @pytest.mark.parametrize(
        ("name", "mode", "status"),
        [
            ("light", "note", 200),
            ("light", "reply", 200),
            ("light", "forward", 403),
            ("manager", "reply", 200),
            ("other_agent", "note", 404),
            ("editor", "note", 404),
        ],
    )
    def test_who_may(self, desk, save, name, mode, status):
        assert save(getattr(desk, name), mode=mode).status_code == status
        assert Draft.objects.exists() is (status == 200)

    def test_stranger(self, desk, save):
        assert save(None).status_code in (302, 403)


class TestSending:
    def send(self, client, ticket, version, once="click-1", html="<p>Whole</p>", **data):
        last = newest(ticket).pk
        data = {"mode": "reply", "body": written(html), "last_seen": last, "once": once, "version": version, **data}
        return client.post(url(ticket, "write"), data, **FETCHED)

    def test_ends_the_draft_and_takes_its_files_along(self, desk, ticket, save, upload, login):
        save(desk.agent)
        upload(desk.agent)
        version = Draft.objects.get().version
        assert self.send(login(desk.agent), ticket, version).status_code == 200
        assert not Draft.objects.exists()
        file = newest(ticket).attachments.get()
        assert read_file(file) == b"aaa"

    def test_from_two_tabs_is_told_not_done_twice(self, desk, ticket, save, login):
        save(desk.agent)
        client = login(desk.agent)
        assert self.send(client, ticket, 1).status_code == 200
        answer = self.send(client, ticket, 1, once="click-2")
        assert answer.status_code == 422
        assert "sent, thrown away or taken over" in answer.json()["refusal"]
        assert answer.json()["version"] == 0
        assert ticket.messages.count() == 2

    def test_the_same_click_again_is_answered_as_before(self, desk, ticket, save, login):
        save(desk.agent)
        client = login(desk.agent)
        first, again = (self.send(client, ticket, 1).json()["sent"] for _ in range(2))
        assert first == again

    def test_the_same_click_with_other_words_is_told(self, desk, ticket, save, login):
        """The answer to the first one was lost on its way, and its author went on writing."""
        version = save(desk.agent).json()["version"]
        client = login(desk.agent)
        self.send(client, ticket, version)
        again = self.send(client, ticket, version, html="<p>Whole, and a word more</p>")
        assert again.status_code == 422 and "was sent before you changed it" in again.json()["refusal"]
        assert ticket.messages.count() == 2
        assert again.json()["version"] == 0
        last = self.send(client, ticket, 0, html="<p>Whole, and a word more</p>", once=again.json()["once"])
        assert last.status_code == 200 and newest(ticket).text == "Whole, and a word more"

    def test_what_is_passed_on_is_no_other_word(self, desk, ticket, login):
        client = login(desk.agent)
        chosen = {"mode": "forward", "to": "eva@example.net", "forwarded": [ticket.messages.get().pk]}
        first, again = (self.send(client, ticket, 0, **chosen).json()["sent"] for _ in range(2))
        assert first == again

    def test_a_plan_comes_back_by_the_clock_of_who_takes_it_up(self, desk, ticket, login):
        profile, _new = UserProfile.objects.get_or_create(user=desk.agent)
        profile.current_time_zone = "America/Sao_Paulo"
        profile.save()
        client = login(desk.agent)
        at = (timezone.now() + timedelta(days=3)).replace(second=0, microsecond=0)
        typed = f"{at.astimezone(ZoneInfo('America/Sao_Paulo')):%Y-%m-%dT%H:%M}"
        self.send(client, ticket, 0, later="1", publish_at=typed)
        assert newest(ticket).publish_at == at
        # Nobody's clock is set where mail is read.
        factories.add_customer_message(ticket)
        shown = lambda user: login(user).get(url(ticket)).content.decode()  # noqa: E731
        assert f'value="{typed}"' in shown(desk.agent)
        login(desk.colleague).post(url(ticket, "take_draft", Draft.objects.get().pk), **FETCHED)
        assert f'value="{timezone.localtime(at):%Y-%m-%dT%H:%M}"' in shown(desk.colleague)

    def test_what_a_saved_reply_brings_comes_back_with_the_text(self, desk, ticket, upload, login):
        reply = SavedReply.objects.create(
            name="Refund", body="<p>x</p>", scope="everyone", status=default_status(Category.RESOLVED)
        )
        reply.tags.add("refund")
        reply.save()
        add_files(reply, [SimpleUploadedFile("terms.txt", b"terms")])
        client = login(desk.agent)
        upload(desk.agent, "mine.txt")
        version = Draft.objects.get().version
        toast = self.send(client, ticket, version, saved_reply=[reply.pk]).json()["toast"]
        assert [*ticket.tags.names()] == ["refund"]
        client.post(toast["undo"], **FETCHED)
        assert [*ticket.tags.names()] == []
        draft, page = Draft.objects.get(), client.get(url(ticket))
        assert f'name="saved_reply" value="{reply.pk}"' in page.content.decode()
        # Its file comes along with it again, and once.
        assert [file.display_name for file in draft.files.all()] == ["mine.txt"]
        assert [file.name for file in files_to_offer(desk.agent, ticket, [reply])] == ["mine.txt", "terms.txt"]
        self.send(client, ticket, draft.version, once="click-2", saved_reply=[reply.pk])
        message = newest(ticket)
        assert [file.display_name for file in message.attachments.all()] == ["mine.txt", "terms.txt"]
        assert ([*ticket.tags.names()], message.on_publish) == (["refund"], reply.status)

    def test_button_does_next_time_what_it_did(self, desk, ticket, login):
        client = login(desk.agent)
        answer = self.send(client, ticket, 0, then="resolve", after="list").json()
        assert answer["redirect"] == reverse("helpdesk_inbox:view", args=["unassigned"])
        page = client.get(url(ticket))
        assert page.context["default_send"].value == "resolve"
        assert page.context["after"] == "list"

    def test_next_of_the_view(self, desk, ticket, login):
        other = factories.make_ticket("later", team=desk.team, mailbox=desk.mailbox)
        client = login(desk.agent)
        data = {"mode": "note", "body": written("<p>x</p>"), "last_seen": 0, "once": "c", "after": "next"}
        answer = client.post(f"{url(ticket, 'write')}?view=all", data, **FETCHED).json()
        assert answer["redirect"] == f"{url(other)}?view=all"

    def test_undo_from_the_toast_brings_the_text_back(self, desk, ticket, login):
        client = login(desk.agent)
        answer = self.send(client, ticket, 0).json()
        assert answer["toast"]["seconds"] == 12
        undone = client.post(answer["toast"]["undo"], **FETCHED).json()
        assert undone["drafts"] is True
        assert Draft.objects.get().preview == "Whole"
        assert newest(ticket).state == "cancelled"

    def test_undone_text_is_as_the_editor_had_it(self, desk, ticket, login):
        client = login(desk.agent)
        html = "<p>One<br/>two</p><ul><li>three</li></ul><blockquote>four</blockquote><blockquote>five</blockquote>"
        chosen = {"mode": "forward", "to": "eva@example.net", "forwarded": [ticket.messages.get().pk]}
        client.post(self.send(client, ticket, 0, html=html, **chosen).json()["toast"]["undo"], **FETCHED)
        page = client.get(url(ticket))
        shown = page.context["composer"]["body"]
        content = json.loads(shown.field.widget.format_value(shown.value()))
        kinds = [(block["type"], block["text"]) for block in content["blocks"]]
        assert kinds[:4] == [
            ("unstyled", "One\ntwo"),
            ("unordered-list-item", "three"),
            ("blockquote", "four"),
            ("blockquote", "five"),
        ]
        assert ("blockquote", "Hello, the invoice of March is wrong.") in kinds

    def test_strip_on_every_page_until_it_leaves(self, desk, ticket, login):
        with time_machine.travel("2026-11-20T09:00:00Z", tick=False) as clock:
            factories.add_reply(ticket, desk.agent, delay=10)
            listing = reverse("helpdesk_inbox:view", args=["all"])
            assert f"What you wrote on {ticket.reference}" in login(desk.agent).get(listing).content.decode()
            assert "What you wrote on" not in login(desk.colleague).get(listing).content.decode()
            assert "What you wrote on" not in login(desk.agent).get(url(ticket)).content.decode()
            factories.add_reply(ticket, desk.colleague, publish_at=timezone.now() + timedelta(hours=1))
            assert "What you wrote on" not in login(desk.colleague).get(listing).content.decode()
            clock.shift(timedelta(hours=1))

    def test_note_first_where_no_customer_wrote(self, desk, ticket, login):
        assert login(desk.agent).get(url(ticket)).context["composer"]["mode"].value() == "reply"
        ticket.messages.update(direction="outbound")
        assert login(desk.agent).get(url(ticket)).context["composer"]["mode"].value() == "note"

    def test_planned(self, desk, ticket, login):
        client = login(desk.agent)
        at = timezone.localtime(timezone.now() + timedelta(days=1)).replace(second=0, microsecond=0)
        self.send(client, ticket, 0, later="1", publish_at=f"{at:%Y-%m-%dT%H:%M}", regardless="on")
        message = newest(ticket)
        assert (message.publish_at, message.mailing) == (at, {"later": True, "regardless": True})
        page = client.get(url(ticket)).content.decode()
        assert "whatever the customer writes" in page
        assert client.post(url(ticket, "send_now", message.pk), **FETCHED).status_code == 200
        message.refresh_from_db()
        assert message.state == "published"

    def test_planned_without_a_time(self, desk, ticket, login):
        answer = self.send(login(desk.agent), ticket, 0, later="1")
        assert answer.json()["refusal"] == "Choose a day and a time."

    def test_new_copy(self, desk, ticket, login):
        self.send(login(desk.agent), ticket, 0, copies="Ben <ben@example.org>, carl@example.org")
        copied = [(entry["name"], entry["address"]) for entry in newest(ticket).recipients["cc"]]
        assert copied == [("Ben", "ben@example.org"), ("", "carl@example.org")]
        answer = self.send(login(desk.agent), ticket, 0, once="2", copies="nonsense").json()
        assert "nonsense is no e-mail address" in answer["refusal"]

    def test_forwarding(self, desk, ticket, login):
        page = login(desk.agent).get(url(ticket), {"forward": ticket.messages.get().pk})
        assert page.context["composer"]["mode"].value() == "forward"
        chosen = {"mode": "forward", "to": "eva@example.net", "forwarded": [ticket.messages.get().pk]}
        assert self.send(login(desk.agent), ticket, 0, **chosen).status_code == 200
        assert newest(ticket).visibility == "internal"
        assert "To a third party, not sent yet" in login(desk.agent).get(url(ticket)).content.decode()


class TestDiscarding:
    def test_has_a_way_back(self, desk, ticket, save, login):
        save(desk.agent)
        client = login(desk.agent)
        answer = client.post(url(ticket, "discard_draft"), **FETCHED).json()
        assert not Draft.objects.of(desk.agent).exists()
        assert "Half a sentence" not in answer["parts"]["composer"]
        client.post(answer["toast"]["undo"], **FETCHED)
        assert Draft.objects.of(desk.agent).get().preview == "Half a sentence"

    def test_not_past_what_was_begun_since(self, desk, ticket, save, login):
        save(desk.agent)
        client = login(desk.agent)
        client.post(url(ticket, "discard_draft"), **FETCHED)
        assert save(desk.agent, "<p>Anew</p>").status_code == 200
        client.post(reverse("helpdesk_inbox:undo", args=[UndoRecord.objects.get().pk]), **FETCHED)
        assert Draft.objects.of(desk.agent).get().preview == "Anew"

    def test_goes_after_a_while_with_its_files(self, desk, ticket, upload, login, django_capture_on_commit_callbacks):
        with time_machine.travel("2026-11-20T09:00:00Z", tick=False) as clock:
            upload(desk.agent)
            key = DraftFile.objects.get().storage_key
            login(desk.agent).post(url(ticket, "discard_draft"))
            assert clean_drafts() == 0
            clock.shift(timedelta(hours=2))
            with django_capture_on_commit_callbacks(execute=True):
                assert clean_drafts() == 1
        assert not Draft.objects.exists()
        assert not private_storage().exists(key)


class TestColleagues:
    def test_see_it_and_go_on_with_it(self, desk, ticket, save, login):
        save(desk.agent)
        client = login(desk.colleague)
        page = client.get(url(ticket)).content.decode()
        assert "Draft by Bruno" in page
        assert "Half a sentence" in page
        draft = Draft.objects.get()
        answer = client.post(url(ticket, "take_draft", draft.pk), **FETCHED).json()
        assert "Half a sentence" in answer["parts"]["composer"]
        draft.refresh_from_db()
        assert draft.user == desk.colleague
        assert Notice.objects.filter(user=desk.agent, kind="draft", what="taken").count() == 1
        assert save(desk.agent, "<p>and more</p>", version=1).status_code == 409

    def test_keep_what_they_wrote_themselves(self, desk, ticket, save, login):
        save(desk.agent, "<p>His</p>")
        save(desk.colleague, "<p>Hers</p>")
        his = Draft.objects.get(user=desk.agent)
        login(desk.colleague).post(url(ticket, "take_draft", his.pk))
        assert Draft.objects.get().body.count("<p") == 2

    @pytest.mark.parametrize(("name", "status"), [("light", 302), ("other_agent", 404), ("editor", 404)])
    def test_who_may_not(self, desk, ticket, save, login, name, status):
        save(desk.agent)
        draft = Draft.objects.get()
        assert login(getattr(desk, name)).post(url(ticket, "take_draft", draft.pk)).status_code == status
        draft.refresh_from_db()
        assert draft.user == desk.agent

    def test_mark_for_lists(self, desk, ticket, save):
        save(desk.agent)
        marked = visible_tickets(desk.agent).annotate(drafted=Draft.objects.on_row(desk.agent))
        assert [one.drafted for one in marked] == [True]
        assert not visible_tickets(desk.colleague).filter(Draft.objects.on_row(desk.colleague)).exists()


class TestFiles:
    def test_image_for_the_text(self, desk, ticket, upload, save, login):
        answer = upload(desk.agent, "shot.png", png(), inline="1").json()
        assert answer["version"] == 1
        image = answer["image"]
        html = f'<p>Look:</p><img src="cid:{image["cid"]}" alt="shot">'
        save(desk.agent, html, version=1)
        assert f"cid:{image['cid']}" in Draft.objects.get().body
        answers = {name: login(getattr(desk, name)).get(image["src"]) for name in (*desk.INSIDERS, *desk.OUTSIDERS)}
        for answer in answers.values():
            answer.close()
        assert {answers[name].status_code for name in desk.INSIDERS} == {200}
        assert answers["agent"]["Content-Type"] == "image/png"
        assert {answers[name].status_code for name in desk.OUTSIDERS} <= {302, 404}

    @pytest.mark.parametrize(
        ("name", "content", "why"),
        [("run.exe", b"MZ", "refuse files that may start a program"), ("e.txt", b"", "is empty")],
    )
    def test_refused(self, desk, upload, name, content, why):
        answer = upload(desk.agent, name, content)
        assert answer.status_code == 422
        assert why in answer.json()["refused"]
        assert not Draft.objects.exists()

    def test_limits(self, desk, upload, settings):
        settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "MAX_UPLOAD_FILES": 2, "MAX_UPLOAD_BYTES": 5}
        upload(desk.agent)
        assert "may not be larger" in upload(desk.agent).json()["refused"]
        upload(desk.agent, content=b"a")
        assert "up to 2 files" in upload(desk.agent, content=b"a").json()["refused"]

    def test_removed(self, desk, upload, save, django_capture_on_commit_callbacks):
        upload(desk.agent)
        file = DraftFile.objects.get()
        with django_capture_on_commit_callbacks(execute=True):
            assert save(desk.agent, version=1, remove=file.public_id).json()["version"] == 2
        assert not private_storage().exists(file.storage_key)
        assert Draft.objects.get().preview == "Half a sentence"

    def test_several_removed(self, desk, upload, save):
        for name in ("a.txt", "b.txt", "c.txt"):
            upload(desk.agent, name=name)
        gone = DraftFile.objects.filter(display_name__in=["a.txt", "c.txt"]).values_list("public_id", flat=True)
        save(desk.agent, version=1, remove=list(gone))
        assert DraftFile.objects.get().display_name == "b.txt"

    def test_of_others_are_not_removed(self, desk, upload, save):
        upload(desk.agent)
        save(desk.colleague, remove=DraftFile.objects.get().public_id)
        assert DraftFile.objects.count() == 1


class TestPreview:
    def test_as_the_customer_gets_it(self, desk, ticket, login, mailoutbox):
        ticket.mailbox.signature = "{agent} of {team}"
        ticket.mailbox.save()
        data = {"mode": "reply", "body": written("<p>All <b>well</b></p>")}
        response = login(desk.agent).post(url(ticket, "preview"), data)
        page = response.content.decode()
        assert "<b>well</b>" in page
        assert "Bruno of Acme Support" in page
        assert "Re: Invoice shows the wrong tax id" in page
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert ticket.messages.count() == 1

    def test_of_what_is_passed_on(self, desk, ticket, login):
        chosen = {"to": "eva@example.net", "forwarded": [ticket.messages.get().pk]}
        data = {"mode": "forward", "body": written("<p>See</p>"), **chosen}
        page = login(desk.agent).post(url(ticket, "preview"), data).content.decode()
        assert "eva@example.net" in page
        assert "the invoice of March is wrong" in page
        assert ticket.participants.count() == 1

    @pytest.mark.parametrize(("name", "status"), [("other_agent", 404), ("editor", 404)])
    def test_who_may_not(self, desk, ticket, login, name, status):
        data = {"mode": "reply", "body": written("<p>x</p>")}
        assert login(getattr(desk, name)).post(url(ticket, "preview"), data).status_code == status

    def test_trainees_see_what_leaves_once_it_is_approved(self, desk, ticket, login):
        ticket.mailbox.signature = "{agent} of {team}"
        ticket.mailbox.save()
        client = login(desk.light)
        assert url(ticket, "preview") in client.get(url(ticket)).content.decode()
        page = client.post(url(ticket, "preview"), {"mode": "reply", "body": written("<p>All <b>well</b></p>")})
        assert page.status_code == 200
        assert "<b>well</b>" in page.content.decode() and "Lea of Acme Support" in page.content.decode()
        passed_on = {"mode": "forward", "to": "eva@example.net", "forwarded": [ticket.messages.get().pk]}
        assert client.post(url(ticket, "preview"), passed_on).status_code == 302

    def test_who_may_only_read_has_none(self, desk, ticket, login):
        permission = Permission.objects.get(codename="note_ticket")
        desk.light.groups.get().permissions.remove(permission)
        page = login(desk.light).post(url(ticket, "preview"), {"mode": "reply", "body": written("<p>x</p>")})
        assert page.status_code == 302


class TestBlindCopies:
    BOSS = "Bea Boss <boss@example.net>"

    def test_are_sent_and_kept_in_the_draft(self, desk, ticket, login):
        data = {"mode": "reply", "body": written("<p>x</p>"), "bcc": self.BOSS, "version": 0}
        assert login(desk.agent).post(url(ticket, "draft"), data, **FETCHED).status_code == 200
        assert Draft.objects.get().choices["bcc"] == self.BOSS
        page = login(desk.agent).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])).content.decode()
        assert 'value="Bea Boss &lt;boss@example.net&gt;"' in page
        data |= {"version": 1, "last_seen": ticket.messages.get().pk, "once": "1"}
        login(desk.agent).post(url(ticket, "write"), data)
        assert ticket.messages.latest("pk").recipients["bcc"][0]["address"] == "boss@example.net"

    @pytest.mark.parametrize("mode", ["reply", "forward"])
    def test_are_in_the_preview(self, desk, ticket, login, mode):
        data = {"mode": mode, "body": written("<p>x</p>"), "bcc": self.BOSS, "to": "eva@example.net, cem@example.net"}
        page = login(desk.agent).post(url(ticket, "preview"), data).content.decode()
        assert "Bea Boss &lt;boss@example.net&gt;" in page
        assert ("cem@example.net" in page) == (mode == "forward")

    def test_one_of_our_own_mailboxes_is_refused_with_its_text_kept(self, desk, ticket, login):
        last = ticket.messages.get().pk
        data = {"mode": "reply", "body": written("<p>My words</p>"), "bcc": ticket.mailbox.address}
        response = login(desk.agent).post(url(ticket, "write"), {**data, "last_seen": last, "once": "1"})
        assert response.status_code == 422
        assert "My words" in response.content.decode()
        assert ticket.messages.count() == 1

    def test_doubtful_addresses_are_told_while_one_types(self, desk, ticket, login):
        typed = f"no-reply@example.net, half@, {ticket.mailbox.address}"
        warnings = login(desk.agent).get(url(ticket, "recipients"), {"check": typed}).json()["warnings"]
        assert warnings == [
            f"{ticket.mailbox.address} is a mailbox of this desk.",
            "no-reply@example.net looks like an address that nobody reads.",
        ]
        assert login(desk.light).get(url(ticket, "recipients"), {"check": typed}).json()["warnings"] == []
        assert login(desk.other_agent).get(url(ticket, "recipients"), {"check": typed}).status_code == 404


class TestRecipients:
    def test_people_of_tickets_that_one_may_see(self, desk, ticket, login):
        factories.make_ticket(
            "x", team=desk.other_team, mailbox=desk.mailbox, address="anton@example.org", name="Anton"
        )
        found = login(desk.agent).get(url(ticket, "recipients"), {"q": "an"}).json()["people"]
        assert found == ["Ana Souza <ana@example.org>"]
        assert len(login(desk.manager).get(url(ticket, "recipients"), {"q": "an"}).json()["people"]) == 2
        assert login(desk.agent).get(url(ticket, "recipients"), {"q": "a"}).json()["people"] == []
        assert login(desk.other_agent).get(url(ticket, "recipients"), {"q": "an"}).status_code == 404


class TestMergeAndErase:
    def test_drafts_go_with_their_ticket_and_back(self, desk, ticket, save):
        save(desk.agent)
        other = factories.make_ticket("x", team=desk.team, mailbox=desk.mailbox)
        merge = MergeTickets(source=ticket, target=other, actor=Actor.of_user(desk.agent))()
        assert Draft.objects.get().ticket == other
        UnmergeTickets(merge=merge, actor=Actor.of_user(desk.agent))()
        assert Draft.objects.get().ticket == ticket

    def test_two_become_one(self, desk, ticket, save):
        save(desk.agent)
        other = factories.make_ticket("x", team=desk.team, mailbox=desk.mailbox)
        Draft.objects.create(ticket=other, user=desk.agent, mode="note", body="<p>Other</p>")
        MergeTickets(source=ticket, target=other, actor=Actor.of_user(desk.agent))()
        draft = Draft.objects.get()
        assert draft.ticket == other
        assert "Half a sentence" in draft.body
        assert "Other" in draft.body

    def test_erased(self, desk, ticket, upload, django_capture_on_commit_callbacks):
        upload(desk.agent)
        key = DraftFile.objects.get().storage_key
        TrashTicket(ticket=ticket, actor=Actor.system())()
        with django_capture_on_commit_callbacks(execute=True):
            EraseTicket(ticket=ticket, actor=Actor.system())()
        assert not Draft.objects.exists()
        assert not private_storage().exists(key)


class TestMergedMeanwhile:
    """What is written on a ticket while a colleague merges it is not lost."""

    @pytest.fixture
    def survivor(self, desk, ticket):
        other = factories.make_ticket("other", team=desk.team, mailbox=desk.mailbox, address="ben@example.org")
        factories.add_note(other, desk.colleague)
        return other

    @pytest.fixture
    def merge(self, desk, ticket, survivor):
        return lambda: MergeTickets(source=ticket, target=survivor, actor=Actor.of_user(desk.colleague))()

    def written_on(self, ticket, version, **data):
        seen = ticket.messages.latest("pk").pk if ticket.messages.exists() else 0
        sent = {"mode": "reply", "body": written("<p>Whole</p>"), "last_seen": seen, "once": "c", "version": version}
        return {**sent, **data}

    @pytest.mark.parametrize("began", [True, False])
    def test_an_answer_waits_on_the_survivor(self, desk, ticket, survivor, merge, save, login, began):
        version = save(desk.agent).json()["version"] if began else 0
        merge()
        file = SimpleUploadedFile("a.txt", b"aaa")
        data = self.written_on(ticket, version, files=[file])
        response = login(desk.agent).post(url(ticket, "write"), data, follow=True)
        assert response.redirect_chain == [(f"{url(survivor)}?merged={ticket.pk}", 302)]
        said = f"{ticket.reference} was merged into {survivor.reference} meanwhile. What you wrote waits there"
        assert said in response.content.decode()
        draft = Draft.objects.of(desk.agent).get()
        assert (draft.ticket, draft.preview[:5]) == (survivor, "Whole")
        assert [one.display_name for one in draft.files.all()] == ["a.txt"]
        assert not survivor.messages.filter(direction="outbound", visibility="public").exists()

    def test_for_our_script(self, desk, ticket, survivor, merge, login):
        merge()
        answer = login(desk.agent).post(url(ticket, "write"), self.written_on(ticket, 0), **FETCHED).json()
        assert answer["redirect"] == f"{url(survivor)}?merged={ticket.pk}"
        assert Draft.objects.get().preview == "Whole"

    def test_above_what_waits_there(self, desk, ticket, survivor, merge, login):
        client = login(desk.agent)
        client.post(url(survivor, "draft"), {"mode": "note", "body": written("<p>Mine there</p>")}, **FETCHED)
        merge()
        client.post(url(ticket, "write"), self.written_on(ticket, 7), **FETCHED)
        body = Draft.objects.get().body
        assert body.index("Whole") < body.index("Mine there")

    def test_what_was_joined_is_not_written_over(self, desk, ticket, survivor, merge, save, login):
        """Both drafts count their versions from one: the page of the one knows nothing of the other."""
        client = login(desk.agent)
        client.post(url(survivor, "draft"), {"mode": "note", "body": written("<p>Mine there</p>")}, **FETCHED)
        version = 0
        for words in ("<p>Half</p>", "<p>Half a</p>"):
            version = save(desk.agent, words, version=version).json()["version"]
        merge()
        refused = save(desk.agent, "<p>Half a sentence</p>", version=version)
        assert refused.status_code == 409
        assert "Mine there" in Draft.objects.get().body
        part = client.get(url(ticket, "composer"), **FETCHED).json()["parts"]["composer"]
        assert "Mine there" in part
        # What was saved before is there already: it does not stand there twice.
        client.post(url(ticket, "write"), self.written_on(ticket, version, body=written("<p>Half a</p>")), **FETCHED)
        assert Draft.objects.get().body.count("Half a") == 1

    def test_what_was_sent_before_is_not_called_unsent(self, desk, ticket, survivor, merge, login):
        """The answer was lost on its way."""
        client = login(desk.agent)
        client.post(url(ticket, "write"), self.written_on(ticket, 0), **FETCHED)
        merge()
        response = client.post(url(ticket, "write"), self.written_on(ticket, 0), follow=True)
        assert "What you wrote was sent before." in response.content.decode()
        assert not Draft.objects.exists()
        changed = self.written_on(ticket, 0, body=written("<p>Whole, and more</p>"))
        response = client.post(url(ticket, "write"), changed, follow=True)
        assert "sent before you changed it. As you changed it, it waits there." in response.content.decode()
        assert Draft.objects.get().preview == "Whole, and more"

    def test_saving_goes_on(self, desk, ticket, survivor, merge, save):
        version = save(desk.agent).json()["version"]
        merge()
        answer = save(desk.agent, "<p>Half a sentence, and more</p>", version=version)
        assert answer.status_code == 200 and answer.json()["version"] > version
        assert Draft.objects.get().ticket == survivor

    def test_what_changes_the_ticket_changes_nothing(self, desk, ticket, survivor, merge, login):
        merge()
        before = Ticket.objects.get(pk=survivor.pk)
        response = login(desk.agent).post(url(ticket, "properties"), {"subject": "New"}, follow=True)
        assert "Nothing was changed." in response.content.decode()
        answer = login(desk.agent).post(url(ticket, "properties"), {"subject": "New"}, **FETCHED).json()
        assert answer["redirect"].startswith(url(survivor))
        assert Ticket.objects.get(pk=survivor.pk).subject == before.subject

    def test_nothing_is_told_to_who_may_see_neither(self, desk, ticket, merge, login):
        merge()
        for name in ("other_agent", "editor"):
            assert login(getattr(desk, name)).post(url(ticket, "write"), self.written_on(ticket, 0)).status_code == 404
        assert not Draft.objects.exists()
