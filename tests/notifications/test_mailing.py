"""Notices by mail: who gets one, what is in it, and what never is."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail as django_mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.users.models import UserProfile

from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.identity import split_reply_address
from wagtail_helpdesk.mail.models import AddressSuppression, MailboxOptions, MailTemplate, OutboundMail
from wagtail_helpdesk.mail.outbox.deliver import deliver_due
from wagtail_helpdesk.mail.reporting.problems import refresh_delivery_flag, tell_problem
from wagtail_helpdesk.notifications import mailing
from wagtail_helpdesk.notifications.actions.mark_read import mark_read
from wagtail_helpdesk.notifications.clean import KEPT, clear_notices
from wagtail_helpdesk.notifications.mailing import mail_notices
from wagtail_helpdesk.notifications.models import Notice, NoticePreference
from wagtail_helpdesk.notifications.rhythm import MAX_AN_HOUR
from wagtail_helpdesk.pipeline import STEPS
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.actions.move_ticket import MoveTicket
from wagtail_helpdesk.tickets.models import Ticket, TicketToken
from wagtail_helpdesk.worker import Worker

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def options(desk):
    """The mailbox's mail comes through a server that proves who wrote it."""
    return MailboxOptions.objects.create(
        mailbox=desk.mailbox, acknowledge=False, plus_addressing=True, trusted_authserv_ids=["mx.desk.example"]
    )


@pytest.fixture
def owned(clock, desk, options):
    """A ticket that Bruno has; nothing waits for a mail."""
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")
    AssignTicket(ticket=ticket, assignee=desk.agent, actor=Actor.of_user(desk.agent))()
    return Ticket.objects.get(pk=ticket.pk)


def later(clock, seconds=60):
    """Let time pass, then let the worker do what is due; return the mails that left."""
    clock.shift(timedelta(seconds=seconds))
    django_mail.outbox.clear()
    Worker(STEPS).run_once()
    return list(django_mail.outbox)


def everything(message):
    """Return all that leaves in a mail, headers and parts."""
    return message.message().as_string() + message.body + "".join(content for content, _type in message.alternatives)


def test_answer_is_mailed_to_the_assignee_alone(clock, desk, owned):
    factories.add_customer_message(owned, "Still wrong!", html="<p>Still <script>x</script><b>wrong!</b></p>")
    assert later(clock, 59) == []
    (message,) = later(clock, 1)
    assert (message.to, message.cc, message.bcc) == (["Bruno <bruno@example.com>"], [], [])
    assert message.subject == f"[{owned.reference}] {owned.subject}"
    assert "Ana Souza answered on your ticket" in message.body
    assert "Still wrong!" in message.body
    assert f"http://testserver/admin/helpdesk/tickets/{owned.pk}/" in message.body
    html = message.alternatives[0][0]
    assert "wrong!" in html
    assert "<b>" not in html
    assert "<script" not in html
    assert "ana@example.org" not in str(message.message()["To"])
    assert {name: message.extra_headers[name] for name in ("Auto-Submitted", "X-Auto-Response-Suppress")} == {
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    assert "List-Unsubscribe" not in message.extra_headers
    assert later(clock, 3600) == [], "once"


def test_what_happens_within_a_minute_is_one_mail(clock, desk, owned):
    other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    AssignTicket(ticket=other, assignee=desk.agent, actor=Actor.of_user(desk.manager))()
    for number in range(3):
        factories.add_customer_message(owned, f"Words {number}")
        clock.shift(timedelta(seconds=20))
    factories.add_note(owned, desk.colleague, "<p>@bruno see this</p>")
    first, second = later(clock, 0)
    assert other.reference in first.subject
    assert all(f"Words {number}" in second.body for number in range(3))
    assert "see this" in second.body
    assert later(clock) == []


class TestAnswering:
    def reply_address(self, message):
        return split_reply_address(message.reply_to[0].partition("<")[2].rstrip(">"))

    def test_to_customers_words_is_public(self, clock, desk, owned):
        factories.add_customer_message(owned)
        (message,) = later(clock)
        assert message.body.startswith("##- ")
        assert "goes to the customer" in message.body
        token = TicketToken.objects.get(purpose="agent", user=desk.agent, ticket=owned)
        assert (token.visibility, self.reply_address(message).token) == ("public", token.signed)
        mail = OutboundMail.objects.get(audience="agent")
        assert (mail.message_visibility, mail.recipients.get().user) == ("public", desk.agent)

    def test_to_a_note_is_a_note(self, clock, desk, owned):
        factories.add_note(owned, desk.agent, "<p>@clara secret</p>")
        (message,) = later(clock)
        assert "becomes an internal note" in message.body
        assert TicketToken.objects.get(purpose="agent").visibility == "internal"
        assert OutboundMail.objects.get(audience="agent").message_visibility == "internal"

    def test_to_words_and_a_note_is_a_note(self, clock, desk, owned):
        factories.add_customer_message(owned)
        factories.add_note(owned, desk.colleague, "<p>@bruno secret</p>")
        (message,) = later(clock)
        assert "becomes an internal note" in message.body
        assert OutboundMail.objects.get(audience="agent").message_visibility == "internal"

    def test_of_who_may_not_reply_is_a_note(self, clock, desk, owned):
        AssignTicket(ticket=owned, assignee=desk.light, actor=Actor.of_user(desk.agent))()
        (message,) = later(clock)
        assert owned.messages.get().text.strip() in message.body
        assert OutboundMail.objects.get(audience="agent").message_visibility == "internal"

    def test_is_not_offered_where_nobody_could_prove_it(self, clock, desk, owned, options):
        options.trusted_authserv_ids = []
        options.save()
        factories.add_customer_message(owned)
        (message,) = later(clock)
        assert "##-" not in message.body
        assert message.reply_to == []
        assert OutboundMail.objects.get(audience="agent").message_visibility == "internal"

    def test_thread_holds_no_mail_of_other_eyes(self, clock, desk, owned):
        factories.add_customer_message(owned, "one")
        (public,) = later(clock)
        factories.add_note(owned, desk.colleague, "<p>@bruno two</p>")
        (internal,) = later(clock)
        factories.add_customer_message(owned, "three")
        (again,) = later(clock)
        ids = [message.extra_headers["Message-ID"] for message in (public, internal, again)]
        assert "In-Reply-To" not in internal.extra_headers
        assert internal.extra_headers["References"] == ids[1]
        assert again.extra_headers["In-Reply-To"] == ids[0]
        assert again.extra_headers["References"] == f"{ids[0]} {ids[2]}"


def test_customer_never_gets_a_note_nor_an_id_of_a_notice(clock, desk, owned):
    for number in range(3):
        factories.add_note(owned, desk.colleague, f"<p>@bruno quokka{number}</p>")
    notices = later(clock)
    factories.add_reply(owned, desk.agent, "<p>Done</p>")
    (message,) = later(clock)
    assert message.to == ["Ana Souza <ana@example.org>"]
    assert "quokka" not in everything(message)
    assert not any(notice.extra_headers["Message-ID"] in everything(message) for notice in notices)
    assert "quokka0" in notices[0].body


def test_read_in_the_app_needs_no_mail(clock, desk, owned):
    factories.add_customer_message(owned)
    mark_read(desk.agent, ticket_id=owned.pk)
    assert later(clock) == []
    assert Notice.objects.latest("pk").mail_state == "dropped"


def to_other_team(desk, ticket):
    AssignTicket(ticket=ticket, assignee=None, actor=Actor.of_user(desk.manager))()
    MoveTicket(ticket=ticket, team=desk.other_team, actor=Actor.of_user(desk.manager))()


def deactivate(desk, ticket):
    desk.agent.is_active = False
    desk.agent.save()


def lose_rights(desk, ticket):
    desk.agent.groups.clear()


def trash(desk, ticket):
    TrashTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()


def erase(desk, ticket):
    trash(desk, ticket)
    EraseTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()


def new_address(desk, ticket):
    desk.agent.email = "elsewhere@example.com"
    desk.agent.save()


@pytest.mark.parametrize("lose", [to_other_team, deactivate, lose_rights, trash, erase])
def test_rights_count_when_the_mail_is_made(clock, desk, owned, lose):
    factories.add_customer_message(owned, "quokkawords")
    lose(desk, owned)
    assert later(clock) == []
    assert not OutboundMail.objects.filter(audience="agent", text__contains="quokkawords").exists()


@pytest.mark.parametrize("lose", [to_other_team, deactivate, lose_rights, trash, erase, new_address])
def test_rights_count_when_the_mail_leaves(clock, desk, owned, lose):
    factories.add_customer_message(owned, "quokkawords")
    clock.shift(timedelta(seconds=60))
    assert mail_notices() == 1
    django_mail.outbox.clear()
    lose(desk, owned)
    deliver_due()
    assert django_mail.outbox == []
    assert OutboundMail.objects.get(audience="agent").state == "cancelled"


@pytest.mark.parametrize("reason", ["own mailbox", "dead", "none", "nonsense"])
def test_addresses_that_get_nothing(clock, desk, owned, reason):
    desk.agent.email = {"own mailbox": "Support@desk.example", "none": "", "nonsense": "bruno"}.get(
        reason, desk.agent.email
    )
    desk.agent.save()
    if reason == "dead":
        AddressSuppression.objects.create(
            address_hash=address_hash(desk.agent.email), reason="bounced", until=NOW + timedelta(days=1)
        )
    factories.add_customer_message(owned)
    assert later(clock) == []
    assert Notice.objects.latest("pk").mail_state == "dropped"
    assert Notice.objects.latest("pk").in_app


class TestDigest:
    def test_a_flood_is_capped(self, clock, desk, options):
        tickets = [factories.make_ticket(team=desk.team, mailbox=desk.mailbox) for _number in range(MAX_AN_HOUR + 5)]
        for ticket in tickets:
            AssignTicket(ticket=ticket, assignee=desk.agent, actor=Actor.of_user(desk.manager))()
        assert len(later(clock)) == MAX_AN_HOUR
        factories.add_customer_message(tickets[0], "quokkawords")
        assert later(clock, 600) == []
        (digest,) = later(clock, 2940)
        assert digest.subject == "News on 6 tickets"
        assert all(ticket.reference in digest.body for ticket in [tickets[0], *tickets[MAX_AN_HOUR:]])
        assert "quokkawords" not in everything(digest)
        assert "##-" not in digest.body
        assert "/notices/stop/" in digest.extra_headers["List-Unsubscribe"]
        assert later(clock, 3600) == []

    def test_each_morning(self, clock, desk, owned):
        NoticePreference.objects.create(user=desk.agent, rhythm="daily")
        factories.add_customer_message(owned)
        assert later(clock, 3600 * 10) == []
        (digest,) = later(clock, 3600 * 13)
        assert "Ana Souza answered on your ticket" in digest.body

    def test_what_may_not_be_seen_any_more_is_left_out_and_the_rest_comes(self, clock, desk, owned):
        NoticePreference.objects.create(user=desk.agent, rhythm="hourly")
        other = factories.make_ticket(subject="Quokka", team=desk.team, mailbox=desk.mailbox)
        AssignTicket(ticket=other, assignee=desk.agent, actor=Actor.of_user(desk.manager))()
        factories.add_customer_message(owned)
        clock.shift(timedelta(hours=1))
        assert mail_notices() == 1
        to_other_team(desk, other)
        django_mail.outbox.clear()
        deliver_due()
        assert django_mail.outbox == []
        (digest,) = later(clock, 20)
        assert owned.reference in digest.body
        assert "Quokka" not in everything(digest)

    def test_erasing_a_ticket_clears_the_digests_that_named_it(self, clock, desk, owned):
        NoticePreference.objects.create(user=desk.agent, rhythm="hourly")
        factories.add_customer_message(owned)
        assert len(later(clock, 3600)) == 1
        erase(desk, owned)
        mail = OutboundMail.objects.get(kind="digest")
        assert (mail.state, mail.text, mail.html, mail.subject) == ("sent", "", "", "")


def test_in_the_agents_language_and_time(clock, desk, owned):
    UserProfile.objects.update_or_create(
        user=desk.agent, defaults={"preferred_language": "pt-br", "current_time_zone": "America/Sao_Paulo"}
    )
    factories.add_customer_message(owned)
    (message,) = later(clock)
    assert message.extra_headers["Content-Language"] == "pt-br"
    assert "06:00" in message.body


def test_words_are_text_and_have_an_end(clock, desk, owned):
    factories.add_customer_message(owned, "<img src=x onerror=alert(1)> " + "long " * 3000)
    (message,) = later(clock)
    assert len(message.body) < 12_000
    assert "(The rest is in the ticket.)" in message.body
    assert "<img" not in message.alternatives[0][0]


def test_subject_begins_no_header(clock, desk, owned):
    Ticket.objects.filter(pk=owned.pk).update(subject="a\r\nBcc: evil@example.org")
    factories.add_customer_message(Ticket.objects.get(pk=owned.pk))
    (message,) = later(clock)
    assert message.message()["Bcc"] is None


def test_two_workers_make_one_mail(clock, desk, owned, monkeypatch):
    factories.add_customer_message(owned)
    clock.shift(timedelta(seconds=60))
    plan = mailing._plan
    second = []

    def while_another_plans(*args):
        planned = plan(*args)
        if not second:
            second.append(True)
            assert mail_notices() == 1
        return planned

    monkeypatch.setattr(mailing, "_plan", while_another_plans)
    assert mail_notices() == 0
    assert OutboundMail.objects.filter(audience="agent").count() == 1


def test_failure_of_a_notice_tells_nobody(clock, desk, owned, settings):
    settings.EMAIL_BACKEND = "tests.notifications.test_mailing.Refusing"
    factories.add_customer_message(owned)
    later(clock)
    mail = OutboundMail.objects.get(audience="agent")
    assert mail.state in ("failed", "retry")
    count = Notice.objects.count()
    OutboundMail.objects.filter(pk=mail.pk).update(state="failed")
    tell_problem(mail, "failed")
    refresh_delivery_flag(owned.pk)
    assert Notice.objects.count() == count
    assert not Ticket.objects.get(pk=owned.pk).delivery_failed


class Refusing:
    """A mail backend whose server refuses every recipient."""

    def __init__(self, *args, **kwargs):
        pass

    def open(self):
        return True

    def close(self):
        pass

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({"bruno@example.com": (550, b"5.1.1 no such user")})


def test_queries_do_not_grow_with_the_agents(clock, desk, owned):
    def planning():
        with CaptureQueriesContext(connection) as queries:
            mail_notices()
        return len(queries)

    for number in range(5):
        user = factories.make_user(f"more{number}", group=factories.AGENTS, teams=[desk.team])
        NoticePreference.objects.create(user=user, rhythm="daily", choices={"team": {"by_mail": True}})
    factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    clock.shift(timedelta(seconds=60))
    mail_notices()
    assert Notice.objects.filter(mail_state="digest").count() == 5
    assert planning() == 4, "the update, the notices, what was sent, the users"


def test_old_notices_go(clock, desk, owned):
    assert clear_notices() == 0
    clock.shift(KEPT + timedelta(days=1))
    assert clear_notices() == 3


def test_in_an_administrators_own_words(clock, desk, owned):
    MailTemplate.objects.create(kind="notice", language="en", text="Dear {name},\n\n{message}\n\nSee {link} {notes}")
    factories.add_customer_message(owned, "Still wrong!")
    (sent,) = later(clock)
    text, html = sent.body, sent.alternatives[0].content
    assert (
        text.index("above this line") < text.index("Dear Bruno") < text.index("Still wrong!") < text.index("See http")
    )
    assert html.index("above this line") < html.index("Dear Bruno") < html.index("Still wrong!") < html.index("See <a")
    assert f"/admin/helpdesk/tickets/{owned.pk}/ {{notes}}" in text
