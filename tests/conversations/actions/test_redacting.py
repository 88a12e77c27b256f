"""Words and files that are taken out for good are nowhere any more."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests.architecture.full_ticket import places_of
from tests.mail.helpers import make_mail, take_in
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.addressing import Addressed
from wagtail_helpdesk.conversations.actions.redact import RedactFile, RedactMessage
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.models import InboundMail, MailboxOptions, OutboundMail
from wagtail_helpdesk.notifications.mailing import mail_notices
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket

SECRET = "quaggasecret"


@pytest.fixture
def arrived(desk):
    """A mail that says too much, with a file that does too."""
    mail = make_mail(f"My password is {SECRET}", subject=f"Re: {SECRET}")
    mail.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename=f"{SECRET}.pdf")
    return take_in(mail, desk.mailbox)


def test_words_and_file(desk, arrived, django_capture_on_commit_callbacks):
    message = Message.objects.get()
    file = message.attachments.get()
    assert private_storage().exists(file.storage_key) and private_storage().exists(arrived.raw_ref)
    manager = Actor.of_user(desk.manager)
    with django_capture_on_commit_callbacks(execute=True):
        RedactMessage(message=message, actor=manager)()
    assert places_of(SECRET) <= {"Ticket.subject"}, "the subject is the ticket's: it can be reworded"
    assert not private_storage().exists(file.storage_key) and not private_storage().exists(arrived.raw_ref)
    message.refresh_from_db()
    assert (message.redacted_by, message.removed_files, message.attachments.count()) == ("Manager", 1, 0)
    ticket = Ticket.objects.get()
    assert (ticket.attachment_count, ticket.message_count, ticket.preview) == (0, 1, "")
    assert ticket.events.get(kind="redacted").actor_user == desk.manager
    arrived.refresh_from_db()
    assert InboundMail.objects.get().dedupe_key == arrived.dedupe_key, "the same mail is not read again"


def test_one_file(desk, arrived, django_capture_on_commit_callbacks):
    message = Message.objects.get()
    file = message.attachments.get()
    with django_capture_on_commit_callbacks(execute=True):
        RedactFile(attachment=file, actor=Actor.of_user(desk.manager))()
    message.refresh_from_db()
    assert SECRET in message.text and message.removed_files == 1
    assert not private_storage().exists(file.storage_key)
    arrived.refresh_from_db()
    assert arrived.raw_ref == "", "the source held the file"


def test_our_mails_do_not_keep_it(desk, ticket):
    reply = factories.add_reply(ticket, desk.agent, f"<p>It is {SECRET}</p>", delay=0)
    mail = OutboundMail.objects.get(message=reply)
    assert SECRET in mail.text
    RedactMessage(message=reply, actor=Actor.of_user(desk.agent))()
    mail.refresh_from_db()
    assert (mail.state, mail.text, mail.html) == ("cancelled", "", "")


@pytest.mark.parametrize("state", ["queued", "claimed", "retry", "failed", "uncertain"])
def test_what_has_not_left_quotes_it_no_more(desk, ticket, state):
    MailboxOptions.objects.update_or_create(mailbox=ticket.mailbox, defaults={"quote_history": "all"})
    factories.add_customer_message(ticket, "What would I do without you?")
    said = factories.add_customer_message(ticket, f"It is {SECRET}")
    boss = Addressed("boss@example.net", "Bea Boss")
    reply = factories.add_reply(ticket, desk.agent, "<p>Thank you.</p>", delay=0, bcc=[boss])
    OutboundMail.objects.filter(message=reply).update(state=state, lease_owner="somebody")
    before = {mail.pk: mail for mail in OutboundMail.objects.filter(message=reply)}
    assert len(before) == 2
    RedactMessage(message=said, actor=Actor.of_user(desk.manager))()
    for mail in OutboundMail.objects.filter(message=reply):
        old = before[mail.pk]
        assert SECRET in old.text and SECRET in old.html
        assert SECRET not in mail.text and SECRET not in mail.html
        assert "Thank you." in mail.text and "without you?" in mail.text and "without you?" in mail.html
        assert links(mail.text) == links(old.text) and links(mail.html) == links(old.html)
        assert mail.headers == old.headers
        # A process that has it holds the old words: it is taken from it.
        assert (mail.state, mail.lease_owner) == (("queued", "") if state == "claimed" else (state, "somebody"))


def links(body: str) -> list[str]:
    return re.findall(r"https?://[^\s\"<>]+", body)


def test_mails_to_agents_do_not_keep_it(desk, ticket):
    message = factories.add_customer_message(ticket, f"It is {SECRET}")
    for notice in desk.agent.helpdesk_notices.all():
        notice.mail_state = "waiting"
        notice.created_at -= timedelta(minutes=5)
        notice.save()
    mail_notices()
    assert "OutboundMail.text" in places_of(SECRET)
    RedactMessage(message=message, actor=Actor.of_user(desk.manager))()
    assert places_of(SECRET) == set()


def test_who_may(desk, ticket):
    note = factories.add_note(ticket, desk.agent)
    for user in (desk.colleague, desk.light, desk.other_agent):
        with pytest.raises(PermissionDenied):
            RedactMessage(message=note, actor=Actor.of_user(user))()
    Message.objects.filter(pk=note.pk).update(created_at=note.created_at - timedelta(minutes=11))
    with pytest.raises(PermissionDenied):
        RedactMessage(message=note, actor=Actor.of_user(desk.agent))()
    Message.objects.filter(pk=note.pk).update(created_at=note.created_at)
    assert RedactMessage(message=note, actor=Actor.of_user(desk.agent))().text == ""


def test_what_can_be_taken_back_is_not_redacted(desk, ticket):
    waiting = factories.add_reply(ticket, desk.agent, delay=60)
    with pytest.raises(ActionRefused, match="take it back"):
        RedactMessage(message=waiting, actor=Actor.of_user(desk.agent))()
