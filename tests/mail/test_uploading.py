"""A mail that an agent has as a file becomes a message of the ticket."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as outbox
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from tests.mail.helpers import make_mail, take_in
from tests.mail.parsing.outlook_files import BINARY, TIME, UNICODE, compound, file, message, person
from wagtail_helpdesk.conversations.choices import Flag
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.arriving.uploading import is_mail
from wagtail_helpdesk.mail.choices import MailOutcome
from wagtail_helpdesk.mail.models import InboundMail
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus, TrashTicket

PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


@pytest.fixture
def upload(login, ticket):
    """Return a function that posts a file as somebody."""

    def post(user, content, to=ticket, **fields):
        raw = content if isinstance(content, bytes) else content.as_bytes()
        file = SimpleUploadedFile("mail.eml", raw, "message/rfc822")
        return login(user).post(
            reverse("helpdesk_tickets:upload_mail", args=[to.pk]), {"mail": file, **fields}, follow=True
        )

    return post


def page_of(response) -> str:
    return response.content.decode()


def test_is_a_message_of_its_author(desk, ticket, upload):
    sent = timezone.now() - timedelta(days=9)
    upload(desk.agent, make_mail("From the supplier", sender="Sue <sue@supplier.example>", cc="x@y.example", date=sent))
    message = ticket.messages.order_by("-pk").first()
    assert message.text.strip() == "From the supplier"
    assert (message.author_name, message.from_address) == ("Sue", "sue@supplier.example")
    assert (message.direction, message.visibility) == ("inbound", "internal")
    assert Flag.UPLOADED in message.flags
    assert message.sender_auth == "unknown"
    assert abs(message.sent_at - sent) < timedelta(seconds=2)
    event = ticket.events.get(kind="uploaded")
    assert (event.actor_user, event.data["message"]) == (desk.agent, message.pk)
    mail = InboundMail.objects.get(message=message)
    assert (mail.outcome, mail.origin, mail.reason) == (MailOutcome.APPENDED, "upload", "added from a file")
    assert ticket.participants.count() == 1


def test_page_says_so(desk, ticket, upload):
    response = upload(desk.agent, make_mail("Old words", date=timezone.now() - timedelta(days=9)))
    page = page_of(response)
    assert "Added from a file by an agent" in page
    assert "Bruno added a mail from a file" in page
    assert ">sent " in page
    assert response.redirect_chain[-1][0].endswith(f"#message-{ticket.messages.latest('pk').pk}")


def test_nothing_follows_from_it(desk, ticket, upload):
    ChangeStatus(ticket=ticket, status=default_status(Category.CLOSED), actor=Actor.of_user(desk.agent))()
    call_command("helpdesk_work", "--once")
    outbox.outbox.clear()
    upload(desk.agent, make_mail("More"), public="on")
    call_command("helpdesk_work", "--once")
    ticket.refresh_from_db()
    assert ticket.category == Category.CLOSED
    assert ticket.customer_waiting_since is None
    assert ticket.messages.count() == 2
    assert outbox.outbox == []


def test_customers_read_it_only_where_that_was_chosen(desk, ticket, upload):
    upload(desk.agent, make_mail("For us"))
    upload(desk.agent, make_mail("For everybody"), public="on")
    assert [message.text.strip() for message in ticket.messages.public()][1:] == ["For everybody"]


class TestWho:
    def test_light_agent_for_agents_only(self, desk, ticket, upload):
        upload(desk.light, make_mail("Internal"))
        assert ticket.messages.filter(visibility="internal").count() == 1
        upload(desk.light, make_mail("Public"), public="on")
        assert ticket.messages.count() == 2

    def test_outsiders_find_nothing(self, desk, ticket, upload):
        assert {upload(getattr(desk, name), make_mail("x")).status_code for name in desk.OUTSIDERS} == {404}
        assert ticket.messages.count() == 1

    def test_form_is_shown_to_whom_it_works_for(self, desk, ticket, login):
        address = reverse("helpdesk_tickets:upload_mail", args=[ticket.pk])
        page = lambda user: page_of(login(user).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk])))  # noqa: E731
        assert address in page(desk.agent) and 'name="public"' in page(desk.agent)
        assert address in page(desk.light) and 'name="public"' not in page(desk.light)


class TestOnce:
    def test_same_file_again(self, desk, ticket, upload):
        mail = make_mail("Twice")
        upload(desk.agent, mail)
        assert f"This mail is on {ticket.reference} already." in page_of(upload(desk.agent, mail))
        assert ticket.messages.count() == 2

    def test_mail_that_arrived_by_itself(self, desk, ticket, upload):
        mail = make_mail("Known")
        other = take_in(mail, desk.mailbox).ticket
        assert f"This mail is on {other.reference} already." in page_of(upload(desk.agent, mail))
        assert ticket.messages.count() == 1

    def test_ticket_of_another_team_is_not_named(self, desk, ticket, upload):
        mail = make_mail("Known", to="repairs@desk.example")
        other = take_in(mail, factories.make_mailbox("repairs@desk.example", team=desk.other_team)).ticket
        page = page_of(upload(desk.agent, mail))
        assert "is known already, or could not be added" in page and other.reference not in page

    def test_arriving_after_the_upload(self, desk, ticket, upload):
        mail = make_mail("First by hand")
        upload(desk.agent, mail)
        arrived = take_in(mail, desk.mailbox)
        assert arrived.ticket == ticket and ticket.messages.count() == 2


def test_answers_to_it_find_the_ticket(desk, ticket, upload):
    mail = make_mail("By hand", sender="ana@example.org")
    upload(desk.agent, mail)
    arrived = take_in(make_mail("Later", sender="ana@example.org", in_reply_to=mail["Message-ID"]), desk.mailbox)
    assert (arrived.ticket, arrived.reason) == (ticket, "T5")


def test_ticket_that_takes_nothing_more(desk, ticket, upload):
    TrashTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
    response = upload(desk.manager, make_mail("Too late"))
    assert "could not be added" in page_of(response) or response.status_code == 404
    assert ticket.messages.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rest", "This file is not a mail."),
        (compound({"WordDocument": b"x"}), "This file is not a mail."),
        (b"\x89PNG\r\n\x1a\n", "This file is not a mail."),
        (b"", "This file is not a mail."),
        (b"Just some words\n", "This file is not a mail."),
    ],
)
def test_no_mail(desk, ticket, upload, content, words):
    assert words in page_of(upload(desk.agent, content))
    assert not InboundMail.objects.exists()


def test_too_large(desk, ticket, upload, settings):
    settings.WAGTAIL_HELPDESK = {"MAX_MAIL_BYTES": 100}
    assert "may not be larger than 100" in page_of(upload(desk.agent, make_mail("x" * 200)))
    assert not InboundMail.objects.exists()


def test_what_is_a_mail():
    assert is_mail(make_mail().as_bytes())
    assert is_mail(b"Sender: a@b.example\n\n")
    assert not is_mail(b"Subject: x\n\n")


class TestOutlook:
    MAIL = {
        (0x0042, UNICODE): "Sue",
        (0x0065, UNICODE): "sue@supplier.example",
        (0x0037, UNICODE): "Offer",
        (0x1035, UNICODE): "<offer@supplier.example>",
        (0x0039, TIME): datetime(2026, 3, 9, 8, 0, tzinfo=UTC),
        (0x1013, BINARY): b'<p>See <img src="cid:logo@x"></p>',
    }

    def file(self, **more) -> bytes:
        files = [file("logo.png", PIXEL, cid="logo@x", kind="image/png"), file("offer.pdf", b"%PDF-1.4 offer")]
        return compound(message(self.MAIL, people=[person("support@desk.example")], files=files, **more))

    def test_is_a_message_like_any_other(self, desk, ticket, upload):
        upload(desk.agent, self.file())
        added = ticket.messages.order_by("-pk").first()
        assert (added.author_name, added.from_address, added.subject) == ("Sue", "sue@supplier.example", "Offer")
        assert added.text.strip() == "See"
        files = {one.display_name: one for one in added.attachments.all()}
        assert set(files) == {"logo.png", "offer.pdf"} and files["logo.png"].hidden and not files["offer.pdf"].hidden

    def test_source_is_the_file_itself(self, desk, ticket, upload, login):
        upload(desk.agent, self.file())
        message = ticket.messages.latest("pk")
        client = login(desk.agent)
        source = client.get(reverse("helpdesk_tickets:original_source", args=[ticket.pk, message.pk]))
        assert b"".join(source.streaming_content) == self.file()
        assert f"{ticket.reference}-{message.pk}.msg" in source["Content-Disposition"]
        page = page_of(client.get(reverse("helpdesk_tickets:original", args=[ticket.pk, message.pk])))
        assert "Subject: Offer" in page and "an Outlook file" in page and "<select" not in page
        keep = reverse("helpdesk_tickets:keep_charset", args=[ticket.pk, message.pk])
        assert client.post(keep, {"charset": "koi8-r"}).status_code == 404

    def test_mail_that_arrived_by_itself(self, desk, ticket, upload):
        sent = self.MAIL[0x0039, TIME]
        arrived = make_mail("See", sender="sue@supplier.example", date=sent, message_id="<offer@supplier.example>")
        other = take_in(arrived, desk.mailbox).ticket
        assert f"This mail is on {other.reference} already." in page_of(upload(desk.agent, self.file()))
        assert ticket.messages.count() == 1

    def test_attached_to_a_mail_it_can_be_looked_at(self, desk, login):
        mail = make_mail("See the file")
        mail.add_attachment(self.file(), maintype="application", subtype="octet-stream", filename="offer.msg")
        ticket = take_in(mail, desk.mailbox).ticket
        attached = ticket.messages.get().attachments.get()
        address = reverse("helpdesk_tickets:attached_mail", args=[ticket.pk, attached.public_id])
        page = page_of(login(desk.agent).get(address))
        assert "Sue &lt;sue@supplier.example&gt;" in page and "offer.pdf" in page
