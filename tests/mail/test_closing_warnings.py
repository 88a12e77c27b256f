"""Before a silent ticket closes its customer is told: once, by a mail that obeys what every automatic mail obeys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import override_settings

from tests.mail.helpers import make_mail, take_in
from tests.tickets.test_closing import closes_after, waits
from wagtail_helpdesk.addresses import address_hash
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail import closing
from wagtail_helpdesk.mail.closing import still_closes, warn_silent
from wagtail_helpdesk.mail.models import (
    AddressSuppression,
    AutoReplyLedger,
    MailboxOptions,
    MailTemplate,
    OutboundMail,
)
from wagtail_helpdesk.mail.outbox.closing import OutgoingWarning
from wagtail_helpdesk.mail.outbox.guards import may_leave
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.close_silent import close_silent
from wagtail_helpdesk.tickets.actions.snooze_ticket import SnoozeTicket
from wagtail_helpdesk.tickets.models import Ticket, TicketParticipant, TicketToken

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def silent(clock, desk, ticket):
    """Return a ticket that is silent for eleven of fourteen days; three days before its end a mail is due."""
    closes_after(desk.mailbox, 14, 3)
    factories.add_reply(ticket, desk.agent)
    waits(ticket, desk.agent)
    clock.shift(11 * DAY)
    return ticket


def warnings():
    return list(OutboundMail.objects.filter(kind="closing").order_by("pk"))


def test_one_mail_with_everything(clock, desk, silent):
    clock.shift(-timedelta(seconds=1))
    assert warn_silent() == 0
    clock.shift(timedelta(seconds=1))
    assert warn_silent() == 1 and warn_silent() == 0
    (mail,) = warnings()
    assert ["Auto-Submitted", "auto-generated"] in mail.headers
    assert ["X-Auto-Response-Suppress", "All"] in mail.headers
    assert mail.recipients.get().address == "ana@example.org"
    token = TicketToken.objects.get(purpose="portal", revoked_at=None)
    for body in (mail.text, mail.html):
        assert token.signed in body and "Dec. 11, 2026" in body and silent.reference in body
    assert mail.subject == "Re: Invoice shows the wrong tax id"
    assert dict(mail.headers)["References"], "it stands in the ticket's thread"
    silent.refresh_from_db()
    assert silent.close_warned_at == NOW + 11 * DAY
    assert silent.events.get(kind="closing").data["what"] == "warned"
    clock.shift(3 * DAY)
    assert close_silent() == 1


def test_answers_come_back_to_the_ticket(clock, desk, silent):
    MailboxOptions.objects.create(mailbox=desk.mailbox, plus_addressing=True)
    warn_silent()
    (mail,) = warnings()
    token = TicketToken.objects.get(purpose="reply")
    assert token.signed in mail.reply_to
    answer = make_mail("No, I am still here.", sender="ana@example.org", In_Reply_To=f"<{mail.message_id_header}>")
    assert take_in(answer, desk.mailbox).ticket == silent
    silent.refresh_from_db()
    assert (silent.category, silent.close_warned_at) == (Category.OPEN, None)


def test_late_worker_keeps_the_promise(clock, desk, silent):
    clock.shift(100 * DAY)
    warn_silent()
    assert "March 21, 2027" in warnings()[0].text
    assert close_silent() == 0
    clock.shift(3 * DAY)
    assert close_silent() == 1


def test_nobody_closes_unwarned(clock, desk, silent):
    clock.shift(100 * DAY)
    assert close_silent() == 0


def test_words_in_time_take_the_mail_back(clock, desk, silent):
    warn_silent()
    (mail,) = warnings()
    assert may_leave(mail)
    factories.add_customer_message(silent)
    assert not may_leave(mail), "it waits still: it does not leave"


def test_a_snooze_takes_it_back_too(clock, desk, silent):
    warn_silent()
    SnoozeTicket(ticket=silent, until=NOW + 99 * DAY, actor=Actor.of_user(desk.agent))()
    assert not still_closes(warnings()[0])


def test_second_silence_second_warning(clock, desk, silent):
    warn_silent()
    clock.shift(DAY)
    factories.add_reply(silent, desk.agent)
    clock.shift(11 * DAY)
    assert warn_silent() == 1
    first, second = warnings()
    assert not still_closes(first) and still_closes(second)


def test_own_words(clock, desk, silent):
    MailTemplate.objects.create(
        kind="closing",
        language="en",
        subject="Still there? {reference}",
        text="Hello {name}, {days} days of silence: {date} is the end. {link}",
    )
    warn_silent()
    (mail,) = warnings()
    assert mail.subject == f"Still there? {silent.reference}"
    assert "Hello Ana Souza, 11 days of silence: Dec. 11, 2026 is the end. http" in mail.text


def test_in_the_customers_language_and_time(clock, desk, silent):
    silent.requester.language, silent.requester.time_zone = "pt-br", "Pacific/Kiritimati"
    silent.requester.save()
    warn_silent()
    assert "12 de Dezembro de 2026" in warnings()[0].text


@pytest.mark.parametrize("how", ["acknowledge", "setting"])
def test_no_mail_where_automatic_mail_is_off(clock, desk, silent, how):
    options = {"SEND_ACKNOWLEDGEMENTS": how != "setting"}
    MailboxOptions.objects.create(mailbox=desk.mailbox, acknowledge=how != "acknowledge")
    with override_settings(WAGTAIL_HELPDESK=options):
        warn_silent()
    assert warnings() == [] and not silent.events.filter(kind="closing").exists()
    clock.shift(3 * DAY)
    assert close_silent() == 1, "it closes all the same"


def test_no_mail_without_days_before(clock, desk, silent):
    closes_after(desk.mailbox, 14, 0)
    assert warn_silent() == 0
    clock.shift(3 * DAY)
    assert (close_silent(), warnings()) == (1, [])


def test_no_mail_about_a_chosen_day(clock, desk, silent):
    Ticket.objects.filter(pk=silent.pk).update(close_on=NOW + 12 * DAY)
    assert warn_silent() == 0


def test_suppressed_address(clock, desk, silent):
    AddressSuppression.objects.create(
        address_hash=address_hash("ana@example.org"), reason="bounced", until=NOW + 99 * DAY
    )
    warn_silent()
    assert warnings() == []
    line = silent.events.get(kind="closing")
    assert (line.data["what"], line.cause) == ("unwarned", "suppressed")


def test_muted_requester(clock, desk, silent):
    TicketParticipant.objects.filter(ticket=silent).update(muted=True)
    warn_silent()
    assert warnings() == []


@pytest.mark.parametrize("headers", [{"Auto_Submitted": "auto-generated"}, {"Precedence": "bulk"}])
def test_never_to_a_machine(clock, desk, headers):
    closes_after(desk.mailbox, 14, 3)
    opened = take_in(make_mail("Disk full", sender="monitor@example.org", **headers), desk.mailbox).ticket
    waits(opened, desk.superuser)
    clock.shift(11 * DAY)
    warn_silent()
    assert warnings() == []
    assert opened.events.get(kind="closing").cause == "machine"


def test_a_person_whose_holiday_machine_answered(clock, desk):
    closes_after(desk.mailbox, 14, 3)
    opened = take_in(make_mail("Hello", sender="ana@example.org"), desk.mailbox).ticket
    factories.add_reply(opened, desk.superuser)
    waits(opened, desk.superuser)
    ours = OutboundMail.objects.get(kind="reply").message_id_header
    take_in(
        make_mail("On holiday", sender="ana@example.org", Auto_Submitted="auto-replied", In_Reply_To=f"<{ours}>"),
        desk.mailbox,
    )
    clock.shift(11 * DAY)
    assert warn_silent() == 1 and len(warnings()) == 1


def test_limits_delay_and_lose_nothing(clock, desk, silent):
    """A person with two silent tickets is told of both, not within ten minutes."""
    other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org", subject="Other")
    Ticket.objects.filter(pk=other.pk).update(
        status=silent.status_id, category=Category.PENDING, silent_since=silent.silent_since
    )
    AutoReplyLedger.objects.all().delete()
    assert warn_silent() == 1
    assert warn_silent() == 0 and Ticket.objects.filter(close_warned_at=None, silent_since__isnull=False).count() == 1
    clock.shift(timedelta(minutes=11))
    assert warn_silent() == 1
    assert {mail.ticket_id for mail in warnings()} == {silent.pk, other.pk}


def test_a_full_mailbox_ends_the_round(clock, desk, silent, monkeypatch):
    monkeypatch.setattr("wagtail_helpdesk.mail.ledger.MAILBOX_LIMIT", (timedelta(hours=1), 0))
    assert warn_silent() == 0
    silent.refresh_from_db()
    assert silent.close_warned_at is None
    monkeypatch.undo()
    assert warn_silent() == 1


def test_both_or_neither(clock, desk, silent, monkeypatch):
    """Whoever is killed between announcing and queueing has done neither."""

    def fail(self, *args):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(OutgoingWarning, "queue_warning", fail)
        assert closing.warn_silent() == 0
    silent.refresh_from_db()
    assert silent.close_warned_at is None
    assert not silent.events.filter(kind="closing").exists()
    assert not AutoReplyLedger.objects.filter(at=NOW + 11 * DAY).exists()
    assert warn_silent() == 1
