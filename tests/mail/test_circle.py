"""The main job by e-mail: a question arrives, is answered, and the customer's answer finds its ticket again."""

from __future__ import annotations

import email
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

import pytest
from django.core import mail as django_mail
from django.utils import timezone

from tests.mail.helpers import make_mail, take_in
from tests.personas import Desk
from wagtail_helpdesk.mail.choices import OutboundState
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.pipeline import STEPS
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.worker import Worker


def sent(position: int = -1) -> EmailMessage:
    """Return a mail that left, as a mail program reads it."""
    return email.message_from_bytes(django_mail.outbox[position].message().as_bytes(), policy=policy.default)


def test_question_answer_and_answer_to_it(desk: Desk) -> None:
    question = make_mail("Hello, the invoice of March is wrong.", subject="Invoice")
    arrived = take_in(question, desk.mailbox)
    assert (arrived.outcome, arrived.reason) == ("opened", "T10")
    ticket = Ticket.objects.get()
    assert ticket.subject == "Invoice"

    Worker(STEPS).run_once()
    acknowledgement = sent()
    assert acknowledgement["To"] == "Ana Souza <ana@example.org>"
    assert acknowledgement["Auto-Submitted"] == "auto-replied"
    assert acknowledgement["In-Reply-To"] == question["Message-ID"]

    factories.add_note(ticket, desk.agent, "<p>secret thoughts</p>")
    factories.add_reply(ticket, desk.agent, "<p>We have <b>corrected</b> it.</p>")
    Worker(STEPS).run_once()
    reply = sent()
    assert reply["Subject"] == "Re: Invoice"
    assert reply["In-Reply-To"] == question["Message-ID"]
    assert reply["Auto-Submitted"] is None
    assert "We have corrected it." in reply.get_body(("plain",)).get_content()
    assert "<b>corrected</b>" in reply.get_body(("html",)).get_content()
    assert "secret" not in reply.as_string()

    answer = make_mail("Thank you!", subject="Re: Invoice", in_reply_to=reply["Message-ID"])
    back = take_in(answer, desk.mailbox)
    assert (back.outcome, back.reason, back.ticket_id) == ("appended", "T3", ticket.pk)
    ticket.refresh_from_db()
    assert ticket.message_count == 4
    assert set(OutboundMail.objects.values_list("state", flat=True)) == {OutboundState.SENT}


@pytest.mark.parametrize(("date", "expected"), [(timezone.now(), 1), (timezone.now() - timedelta(days=3), 0)])
def test_old_mail_is_not_acknowledged(desk: Desk, date: datetime, expected: int) -> None:
    message = make_mail("Hello")
    message.replace_header("Date", format_datetime(date))
    take_in(message, desk.mailbox)
    assert OutboundMail.objects.count() == expected
