"""Copies of what our people sent: proof of delivery, and answers that were written elsewhere."""

from __future__ import annotations

import pytest
from django.core import mail as django_mail
from django.utils import timezone

from tests.mail.helpers import make_mail, take_in
from tests.personas import Desk
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.mail.arriving.accept import Envelope
from wagtail_helpdesk.mail.choices import OutboundState
from wagtail_helpdesk.mail.models import DeliveryEvent, OutboundMail
from wagtail_helpdesk.pipeline import STEPS
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.worker import Worker

OURS = "Support <support@desk.example>"


@pytest.fixture
def question(desk: Desk):
    """A mail of a customer that opened a ticket."""
    mail = make_mail("How do I pay?", subject="Payment", sender="Ana <ana@example.org>")
    take_in(mail, desk.mailbox)
    return mail


def answer(question, text="You pay by card.", to="ana@example.org", sender=OURS, **fields):
    return make_mail(text, subject="Re: Payment", sender=sender, to=to, in_reply_to=question["Message-ID"], **fields)


def test_copy_of_a_mail_of_ours_proves_that_it_left(desk: Desk, ticket: Ticket) -> None:
    factories.add_reply(ticket, desk.agent)
    worker = Worker(STEPS)
    while worker.run_once():
        pass
    sent = OutboundMail.objects.get(kind="reply")
    raw = next(mail.message().as_bytes() for mail in django_mail.outbox if mail.message()["Subject"].startswith("Re:"))
    OutboundMail.objects.filter(pk=sent.pk).update(state=OutboundState.UNCERTAIN, uncertain_at=timezone.now())
    for _ in range(2):
        arrived = take_in(raw, desk.mailbox, origin="sent")
        assert (arrived.outcome, arrived.ticket_id, arrived.message_id) == ("own_copy", ticket.pk, sent.message_id)
    sent.refresh_from_db()
    assert sent.state == OutboundState.SENT
    event = DeliveryEvent.objects.get()
    assert (event.kind, event.witness, event.outbound) == ("own_copy", "sent_folder", sent)


def test_answer_from_a_mail_program_is_the_tickets(desk: Desk, question) -> None:
    ticket = Ticket.objects.get()
    before = OutboundMail.objects.count()
    copy = answer(
        question, "You pay by card.\n\nOn Mon, 2 Mar 2026 at 10:00, Ana <ana@example.org> wrote:\n> How do I pay?"
    )
    copy.add_attachment(b"pdf", maintype="application", subtype="pdf", filename="prices.pdf")
    arrived = take_in(copy, desk.mailbox, origin="sent")
    assert (arrived.outcome, arrived.ticket_id) == ("appended", ticket.pk)
    message = Message.objects.get(direction="outbound")
    assert (message.visibility, message.reply_text, message.author_name) == ("public", "You pay by card.", "Support")
    assert message.attachments.get().display_name == "prices.pdf"
    ticket.refresh_from_db()
    assert (ticket.category, ticket.message_count, ticket.customer_waiting_since) == ("open", 2, None)
    Worker(STEPS).run_once()
    assert OutboundMail.objects.count() == before, "it has left already: nothing is mailed again"

    thanks = make_mail("Thanks", subject="Re: Payment", sender="Ana <ana@example.org>", in_reply_to=copy["Message-ID"])
    back = take_in(thanks, desk.mailbox)
    assert (back.outcome, back.ticket_id) == ("appended", ticket.pk)


def test_what_the_customer_wrote_after_the_answer_still_waits(desk: Desk, question) -> None:
    """The copy comes in after it, since the folder of sent mail is read after the others."""
    between = timezone.now()
    later = make_mail("And by bill?", sender="Ana <ana@example.org>", in_reply_to=question["Message-ID"])
    arrived = take_in(later, desk.mailbox)
    take_in(answer(question), desk.mailbox, origin="sent", envelope=Envelope(received_at=between))
    ticket = Ticket.objects.get()
    assert ticket.customer_waiting_since == arrived.message.created_at
    assert [one.direction for one in ticket.messages.in_order()] == ["inbound", "outbound", "inbound"]


def test_the_same_copy_twice(desk: Desk, question) -> None:
    copy = answer(question)
    for _ in range(2):
        take_in(copy, desk.mailbox, origin="sent")
    assert Message.objects.filter(direction="outbound").count() == 1


def test_what_went_to_somebody_else_about_a_ticket_is_not_for_the_customer(desk: Desk, question) -> None:
    take_in(answer(question, "Can you check his account?", to="bank@example.net"), desk.mailbox, origin="sent")
    message = Message.objects.get(direction="outbound")
    assert message.visibility == "internal"
    ticket = Ticket.objects.get()
    assert ticket.customer_waiting_since is not None
    assert "account" not in ticket.preview


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"sender": "Somebody <else@example.com>"}, "sent from another address"),
        ({"sender": f"{OURS}, else@example.com"}, "sent from another address"),
    ],
)
def test_copy_from_another_address_is_left_out(desk: Desk, question, fields: dict, reason: str) -> None:
    arrived = take_in(answer(question, **fields), desk.mailbox, origin="sent")
    assert (arrived.outcome, arrived.reason) == ("own_copy", reason)
    assert Message.objects.count() == 1


def test_mail_about_no_ticket_is_left_out(desk: Desk) -> None:
    arrived = take_in(make_mail("Lunch?", sender=OURS, to="ana@example.org"), desk.mailbox, origin="sent")
    assert (arrived.outcome, arrived.reason) == ("own_copy", "sent to somebody about no ticket")
    assert not Ticket.objects.exists()


def test_forged_message_id_of_ours_proves_nothing(desk: Desk, ticket: Ticket) -> None:
    OutboundMail.objects.update(state=OutboundState.UNCERTAIN, uncertain_at=timezone.now())
    forged = OutboundMail.objects.get().message_id_header[:18] + "aaaaaaaaaaaaaaaa@desk.example"
    take_in(make_mail("x", sender=OURS, message_id=f"<{forged}>"), desk.mailbox, origin="sent")
    assert OutboundMail.objects.get().state == OutboundState.UNCERTAIN
    assert not DeliveryEvent.objects.exists()


def test_ticket_in_the_trash_takes_nothing(desk: Desk, question) -> None:
    from wagtail_helpdesk.events import Actor
    from wagtail_helpdesk.tickets.actions.change_status import TrashTicket

    TrashTicket(ticket=Ticket.objects.get(), actor=Actor.system())()
    assert take_in(answer(question), desk.mailbox, origin="sent").outcome == "own_copy"
