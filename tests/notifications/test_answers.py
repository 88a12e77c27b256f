"""An agent answers the very mail that told of something: by address, or by the Message-ID that a mail program names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail as django_mail

from tests.mail.helpers import make_mail, take_in
from tests.mail.test_reports import dsn
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.actions.settle_held import NoteHeldMail
from wagtail_helpdesk.mail.arriving.accept import Envelope
from wagtail_helpdesk.mail.models import MailboxOptions, OutboundMail
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.pipeline import STEPS
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.worker import Worker

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PASS = "mx.desk.example; dmarc=pass header.from=example.com"
FAIL = "mx.desk.example; dmarc=fail header.from=example.com"


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(params=[True, False], ids=["by address", "by Message-ID"])
def owned(request, clock, desk):
    """A ticket that Bruno has, in a mailbox with or without plus addressing."""
    MailboxOptions.objects.create(
        mailbox=desk.mailbox,
        acknowledge=False,
        plus_addressing=request.param,
        trusted_authserv_ids=["mx.desk.example"],
    )
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")
    AssignTicket(ticket=ticket, assignee=desk.agent, actor=Actor.of_user(desk.agent))()
    return ticket


def sent(clock):
    """Let the worker do what is due in a minute, and what comes of that; return the mails that left."""
    django_mail.outbox.clear()
    clock.shift(timedelta(seconds=70))
    Worker(STEPS).run_once()
    return list(django_mail.outbox)


def answer_to(notice, words="We have corrected it.", *, verdict=PASS, **headers):
    """Return what a mail program makes of "reply": to Reply-To, else From, with the whole mail below."""
    quoted = "\n".join(f"> {line}" for line in notice.body.splitlines())
    return make_mail(
        f"{words}\n\nOn Fri, 20 Nov 2026 at 09:01, Acme Support <support@desk.example> wrote:\n{quoted}\n",
        sender="Bruno <bruno@example.com>",
        to=(notice.reply_to or [notice.from_email])[0],
        subject=f"Re: {notice.subject}",
        in_reply_to=notice.extra_headers["Message-ID"],
        Authentication_Results=verdict,
        **headers,
    )


def test_an_answer_to_the_customers_words_reaches_the_customer_and_nothing_else_does(clock, desk, owned):
    factories.add_customer_message(owned, "Still wrong!")
    (notice,) = sent(clock)
    mail = take_in(answer_to(notice), desk.mailbox)
    assert (mail.outcome, mail.reason, mail.message.visibility) == ("appended", "T1", "public")
    (reply,) = sent(clock)
    assert reply.to == ["Ana Souza <ana@example.org>"]
    assert "We have corrected it." in reply.body
    assert mail.message.text.strip() == "We have corrected it."
    for words in ("answered on your ticket", "goes to the customer", "/admin/"):
        assert words not in reply.body
        assert words not in reply.alternatives[0][0]


def test_an_answer_to_a_note_is_a_note_and_the_customer_gets_nothing(clock, desk, owned):
    factories.add_note(owned, desk.colleague, "<p>@bruno quokka</p>")
    (notice,) = sent(clock)
    mail = take_in(answer_to(notice, "@clara no idea"), desk.mailbox)
    assert (mail.outcome, mail.reason) == ("appended", "T1")
    assert (mail.message.direction, mail.message.visibility) == ("internal", "internal")
    assert mail.message.text.strip() == "@clara no idea"
    (told,) = sent(clock)
    assert told.to == ["Clara <clara@example.com>"]
    assert not OutboundMail.objects.filter(audience="customer").exists()


def test_an_unproven_answer_is_held_and_the_agent_told_in_the_app(clock, desk, owned):
    factories.add_customer_message(owned)
    (notice,) = sent(clock)
    mail = take_in(answer_to(notice, verdict=FAIL), desk.mailbox)
    assert mail.outcome == "held"
    told = Notice.objects.latest("pk")
    assert (told.user, told.kind, told.what, told.mail_state) == (desk.agent, "held", "mine", "none")
    assert sent(clock) == []


def test_a_stranger_mentions_nobody(clock, desk, owned):
    factories.add_customer_message(owned)
    (notice,) = sent(clock)
    held = take_in(answer_to(notice, "@clara @carla look", verdict=FAIL), desk.mailbox)
    NoteHeldMail(mail=held, actor=Actor.of_user(desk.agent))()
    assert "@clara" in owned.messages.latest("pk").text
    assert not Notice.objects.filter(kind="mentioned").exists()
    assert not owned.access.exists()


def test_out_of_office_answers_to_notices_go_nowhere(clock, desk, owned):
    factories.add_customer_message(owned)
    (notice,) = sent(clock)
    messages, notices = owned.messages.count(), Notice.objects.count()
    mail = take_in(answer_to(notice, "I am away", Auto_Submitted="auto-replied"), desk.mailbox)
    assert mail.outcome == "auto_reply"
    assert (owned.messages.count(), Notice.objects.count()) == (messages, notices)
    assert sent(clock) == []


def test_an_answer_to_a_digest_belongs_to_no_ticket(clock, desk, owned):
    factories.add_customer_message(owned)
    Notice.objects.update(mail_state="digest")
    Notice.objects.exclude(user=desk.agent).update(mail_state="none")
    clock.shift(timedelta(hours=1))
    (digest,) = sent(clock)
    messages = owned.messages.count()
    mail = take_in(answer_to(digest), desk.mailbox)
    assert mail.ticket_id not in (None, owned.pk)
    assert owned.messages.count() == messages


def test_a_notice_that_came_back_marks_the_address_and_ends_there(clock, desk, owned):
    factories.add_customer_message(owned)
    (notice,) = sent(clock)
    mail = OutboundMail.objects.get(audience="agent")
    notices, lines = Notice.objects.count(), owned.events.count()
    report = dsn(address="bruno@example.com", returned={"Message-ID": notice.extra_headers["Message-ID"]})
    assert take_in(report, desk.mailbox, envelope=Envelope(mail_from="")).outcome == "report"
    assert mail.recipients.get().state == "bounced"
    assert (Notice.objects.count(), owned.events.count()) == (notices, lines)
    owned.refresh_from_db()
    assert not owned.delivery_failed
    factories.add_customer_message(owned, "And now?")
    assert sent(clock) == [], "nothing more goes to a dead address"
    assert Notice.objects.filter(user=desk.agent).unread().count() == 3, "but the admin shows it"
