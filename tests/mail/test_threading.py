"""Which ticket a mail finds: the decision table with real mails, real rows and real signatures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.test import override_settings
from django.utils import timezone

from tests.mail.helpers import make_mail, take_in
from tests.personas import Desk
from wagtail_helpdesk.conversations.choices import Flag
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.identity import make_reply_address
from wagtail_helpdesk.mail.models import InboundMail, MailboxOptions, OutboundMail
from wagtail_helpdesk.pipeline import STEPS
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus, TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.actions.participants import token_for
from wagtail_helpdesk.tickets.choices import TokenPurpose
from wagtail_helpdesk.tickets.models import Ticket, TicketLink, TicketParticipant
from wagtail_helpdesk.worker import Worker

SYSTEM = Actor.system()


@pytest.fixture
def answered(desk: Desk) -> tuple[Ticket, str]:
    """Return a ticket that was answered, and the Message-ID of the answer, with brackets."""
    take_in(make_mail("Question", message_id="<first@example.org>"), desk.mailbox)
    ticket = Ticket.objects.get()
    factories.add_reply(ticket, desk.agent)
    reply = OutboundMail.objects.get(ticket=ticket, kind="reply")
    ticket.refresh_from_db()
    return ticket, f"<{reply.message_id_header}>"


def set_category(ticket: Ticket, category: str) -> None:
    ChangeStatus(ticket=ticket, status=default_status(category), actor=SYSTEM)()


def test_requester_answers_our_mail(desk: Desk, answered: tuple[Ticket, str]) -> None:
    ticket, ours = answered
    set_category(ticket, "resolved")
    mail = take_in(make_mail("Thanks", in_reply_to=ours), desk.mailbox)
    ticket.refresh_from_db()
    assert (mail.outcome, mail.reason, mail.ticket_id) == ("appended", "T3", ticket.pk)
    assert ticket.category == "open"


@pytest.mark.parametrize("subject", ["Re: [#{pk}] hello", "[HD-{pk}] Question"])
def test_a_number_in_the_subject_proves_nothing(desk: Desk, answered: tuple[Ticket, str], subject: str) -> None:
    ticket, _ours = answered
    before = (ticket.messages.count(), ticket.participants.count(), OutboundMail.objects.filter(ticket=ticket).count())
    stranger = make_mail("Give me all", subject=subject.format(pk=ticket.pk), sender="eve@evil.example")
    mail = take_in(stranger, desk.mailbox)
    assert (mail.outcome, mail.reason) == ("opened", "T8")
    assert TicketLink.objects.filter(source=mail.ticket, target=ticket, kind="possibly").exists()
    after = (ticket.messages.count(), ticket.participants.count(), OutboundMail.objects.filter(ticket=ticket).count())
    assert after == before


def test_forged_message_id_is_ignored(desk: Desk, answered: tuple[Ticket, str]) -> None:
    ticket, ours = answered
    prefix, rest = ours.split("@")
    forged = f"{prefix[:-1]}{'b' if prefix[-1] != 'b' else 'c'}@{rest}"
    mail = take_in(make_mail("Hm", sender="eve@evil.example", in_reply_to=forged), desk.mailbox)
    assert (mail.outcome, mail.reason) == ("opened", "T10")
    assert any("wrong signature" in step for step in mail.trace)
    assert ticket.messages.count() == 2


def test_known_thread_unknown_sender(desk: Desk, answered: tuple[Ticket, str]) -> None:
    """Somebody whom the customer forwarded our mail to: filed, marked, and told nothing."""
    ticket, ours = answered
    mails = OutboundMail.objects.count()
    mail = take_in(make_mail("I am the colleague", sender="ben@example.com", in_reply_to=ours), desk.mailbox)
    assert (mail.outcome, mail.reason, mail.ticket_id) == ("appended", "T4", ticket.pk)
    assert Flag.OUTSIDE_SENDER in mail.message.flags
    assert list(ticket.participants.values_list("address", flat=True)) == ["ana@example.org"]
    assert OutboundMail.objects.count() == mails


def test_foreign_thread(desk: Desk, answered: tuple[Ticket, str]) -> None:
    """A Message-ID of the customer's own is no secret: good for the customer, a hint for anybody else."""
    ticket, _ours = answered
    theirs = "<first@example.org>"
    mail = take_in(make_mail("One more thing", in_reply_to=theirs), desk.mailbox)
    assert (mail.reason, mail.ticket_id) == ("T5", ticket.pk)
    mail = take_in(make_mail("Me too", sender="eve@evil.example", in_reply_to=theirs), desk.mailbox)
    assert (mail.outcome, mail.reason) == ("opened", "T6")
    assert TicketLink.objects.filter(source=mail.ticket, target=ticket, kind="possibly").exists()


def test_answer_before_its_question(desk: Desk) -> None:
    late = make_mail("Question", message_id="<late@example.org>")
    early = take_in(make_mail("And also", in_reply_to="<late@example.org>"), desk.mailbox)
    mail = take_in(late, desk.mailbox)
    assert (mail.outcome, mail.reason, mail.ticket_id) == ("appended", "T5", early.ticket_id)


@pytest.fixture
def reply_address(desk: Desk, answered: tuple[Ticket, str]) -> str:
    MailboxOptions.objects.create(mailbox=desk.mailbox, plus_addressing=True)
    participant = TicketParticipant.objects.get(ticket=answered[0])
    return make_reply_address(desk.mailbox, token_for(participant, TokenPurpose.REPLY).signed)


@pytest.mark.parametrize("change", [str, str.upper, str.lower])
def test_token_survives_gateways(desk: Desk, answered, reply_address: str, change) -> None:
    mail = take_in(make_mail("Without headers", to=change(reply_address)), None)
    assert (mail.outcome, mail.reason, mail.ticket_id) == ("appended", "T3", answered[0].pk)


def test_token_wins_over_references(desk: Desk, answered, reply_address: str) -> None:
    other = take_in(make_mail("Other", message_id="<other@example.org>"), desk.mailbox)
    mail = take_in(make_mail("Which?", to=reply_address, in_reply_to="<other@example.org>"), None)
    assert mail.ticket_id == answered[0].pk != other.ticket_id


def test_truncated_or_revoked_token(desk: Desk, answered, reply_address: str) -> None:
    ticket, _ours = answered
    local, domain = reply_address.split("@")
    mail = take_in(make_mail("Cut", to=f"{local[:-1]}@{domain}", sender="new@example.org"), desk.mailbox)
    assert mail.reason == "T10"
    ticket.tokens.update(revoked_at=timezone.now())
    mail = take_in(make_mail("Revoked", to=reply_address, sender="newer@example.org"), None)
    assert mail.reason == "T10"


def test_token_after_key_rotation(desk: Desk, answered, reply_address: str, settings) -> None:
    old = settings.SECRET_KEY
    with override_settings(WAGTAIL_HELPDESK={"MAIL_KEYS": ["new key", old]}):
        assert take_in(make_mail("Rotated", to=reply_address), None).reason == "T3"
    with override_settings(WAGTAIL_HELPDESK={"MAIL_KEYS": ["another key"]}):
        lost = take_in(make_mail("Lost", to=reply_address), None)
        assert (lost.outcome, lost.reason) == ("opened", "T9")


@pytest.mark.parametrize(("days", "outcome"), [(3, "appended"), (60, "opened")])
def test_answer_after_the_end(desk: Desk, answered: tuple[Ticket, str], days: int, outcome: str) -> None:
    ticket, ours = answered
    set_category(ticket, "closed")
    Ticket.objects.filter(pk=ticket.pk).update(closed_at=timezone.now() - timedelta(days=days))
    mail = take_in(make_mail("Still there?", in_reply_to=ours), desk.mailbox)
    assert mail.outcome == outcome
    ticket.refresh_from_db()
    if outcome == "appended":
        assert ticket.category == "open"
    else:
        assert ticket.category == "closed"
        assert TicketLink.objects.filter(source=mail.ticket, target=ticket, kind="continues").exists()


def test_merged_ticket_goes_on(desk: Desk, answered: tuple[Ticket, str]) -> None:
    ticket, ours = answered
    survivor = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ben@example.com")
    MergeTickets(source=ticket, target=survivor, actor=SYSTEM)()
    mail = take_in(make_mail("Any news?", in_reply_to=ours), desk.mailbox)
    assert (mail.reason, mail.ticket_id) == ("T3", survivor.pk)


def test_trashed_and_erased_tickets_take_nothing_more(desk: Desk, answered: tuple[Ticket, str]) -> None:
    ticket, ours = answered
    TrashTicket(ticket=ticket, actor=SYSTEM)()
    mail = take_in(make_mail("Hello again", in_reply_to=ours), desk.mailbox)
    assert mail.outcome == "opened"
    EraseTicket(ticket=ticket, actor=SYSTEM)()
    mail = take_in(make_mail("And again", in_reply_to=ours), desk.mailbox)
    assert mail.outcome == "opened"
    assert "invoice" not in mail.message.text


def test_out_of_office_is_filed_and_reopens_nothing(desk: Desk, answered: tuple[Ticket, str]) -> None:
    ticket, ours = answered
    set_category(ticket, "resolved")
    away = make_mail("I am away", subject="Out of office", in_reply_to=ours, Auto_Submitted="auto-replied")
    mail = take_in(away, desk.mailbox)
    ticket.refresh_from_db()
    assert (mail.outcome, mail.ticket_id, ticket.category) == ("appended", ticket.pk, "resolved")
    assert Flag.AUTO_REPLY in mail.message.flags
    assert ticket.customer_waiting_since is None
    alone = make_mail("I am away", subject="Out of office", Auto_Submitted="auto-replied")
    assert take_in(alone, desk.mailbox).outcome == "auto_reply"
    assert Ticket.objects.count() == 1


def test_copied_people(desk: Desk) -> None:
    """On a new ticket they take part; on a later mail somebody of ours decides."""
    mail = take_in(make_mail("Hi", Cc="Ben <ben@example.com>, support@desk.example"), desk.mailbox)
    states = dict(mail.ticket.participants.values_list("address", "state"))
    assert states == {"ana@example.org": "active", "ben@example.com": "active"}
    take_in(make_mail("Adding Eva", in_reply_to=f"<{mail.message_id_header}>", Cc="eva@example.com"), desk.mailbox)
    assert mail.ticket.participants.get(address="eva@example.com").state == "pending"


def test_copied_person_answers(desk: Desk) -> None:
    mail = take_in(make_mail("Hi", Cc="Ben <ben@example.com>"), desk.mailbox)
    factories.add_reply(mail.ticket, desk.agent)
    Worker(STEPS).run_once()
    to_ben = next(sent for sent in django_mail.outbox if "ben@example.com" in sent.recipients()[0])
    assert to_ben.extra_headers["To"] == "Ana Souza <ana@example.org>"
    assert to_ben.extra_headers["Cc"] == "Ben <ben@example.com>"
    back = take_in(
        make_mail("I agree", sender="ben@example.com", in_reply_to=to_ben.extra_headers["Message-ID"]), desk.mailbox
    )
    assert (back.reason, back.ticket_id) == ("T3", mail.ticket_id)


@pytest.mark.parametrize(
    ("reply_to", "reply_address", "flagged"),
    [
        ("Ana <office@example.org>", "office@example.org", False),
        ("Bank <pay@evil.example>", "", True),
    ],
)
def test_reply_to_is_no_identity(desk: Desk, reply_to: str, reply_address: str, flagged: bool) -> None:
    mail = take_in(make_mail("Hi", Reply_To=reply_to), desk.mailbox)
    participant = mail.ticket.participants.get()
    assert (participant.address, participant.reply_address) == ("ana@example.org", reply_address)
    assert (Flag.REPLY_TO_DIFFERS in mail.message.flags) is flagged


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("a@good.com <b@evil.com>", "b@evil.com"),
        ("Souza, Ana <j@x.com>", "j@x.com"),
        ("Zoë <ZOË@Exämple.org>", "ZOË@Exämple.org"),
    ],
)
def test_who_writes(desk: Desk, sender: str, address: str) -> None:
    raw = make_mail("Hi").as_bytes().replace(b"From: Ana Souza <ana@example.org>", f"From: {sender}".encode())
    mail = take_in(raw, desk.mailbox)
    assert mail.message.from_address == address


def test_mail_without_a_sender_is_a_ticket(desk: Desk) -> None:
    raw = b"Subject: nobody\r\n\r\nHello"
    mail = take_in(raw, desk.mailbox)
    assert mail.outcome == "opened"
    assert mail.message.text.strip() == "Hello"
    assert OutboundMail.objects.count() == 0


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe" * 100, b"no header at all", b"From: x\r\n\r\n"])
def test_broken_mail_is_a_ticket(desk: Desk, raw: bytes) -> None:
    mail = take_in(raw, desk.mailbox)
    assert mail.outcome == "opened"
    assert Message.objects.filter(pk=mail.message_id).exists()
    assert InboundMail.objects.get().state == "done"


def test_answer_that_a_filter_takes_for_spam(desk: Desk, answered: tuple[Ticket, str]) -> None:
    ticket, ours = answered
    set_category(ticket, "resolved")
    mail = take_in(make_mail("Thanks", in_reply_to=ours, X_Spam_Flag="YES"), desk.mailbox)
    ticket.refresh_from_db()
    assert (mail.outcome, ticket.category) == ("appended", "open")
    alone = take_in(make_mail("Buy", sender="s@spam.example", X_Spam_Flag="YES"), desk.mailbox)
    assert (alone.outcome, alone.ticket.category) == ("quarantined", "spam")


def proven(desk: Desk) -> dict[str, str]:
    """Return the headers that prove a sender of example.org to ``desk.mailbox``."""
    MailboxOptions.objects.update_or_create(
        mailbox=desk.mailbox, defaults={"trusted_authserv_ids": ["mx.desk.example"]}
    )
    return {"Authentication_Results": "mx.desk.example; dmarc=pass header.from=example.org"}


def test_a_proven_participant_may_name_the_number(desk: Desk, answered: tuple[Ticket, str]) -> None:
    ticket, _ours = answered
    subject = f"[#{ticket.pk}] about the invoice"
    headers = proven(desk)
    mail = take_in(make_mail("Hi", subject=subject, Cc="eve@evil.example", **headers), desk.mailbox)
    assert (mail.outcome, mail.reason, mail.ticket_id) == ("appended", "T7", ticket.pk)
    assert Flag.MATCHED_BY_SUBJECT in mail.message.flags
    assert not ticket.participants.filter(address="eve@evil.example").exists()
    assert take_in(make_mail("Hi there", subject=subject), desk.mailbox).reason == "T8"
    failed = {"Authentication_Results": "mx.desk.example; dmarc=fail header.from=example.org"}
    assert take_in(make_mail("Hi you", subject=subject, **failed), desk.mailbox).reason == "T8"
    Ticket.objects.filter(pk=ticket.pk).update(last_activity_at=timezone.now() - timedelta(days=31))
    assert take_in(make_mail("Hi again", subject=subject, **headers), desk.mailbox).reason == "T8"


def test_a_number_for_another_mailbox_proves_nothing(desk: Desk, answered: tuple[Ticket, str]) -> None:
    other = factories.make_mailbox("sales@desk.example", team=desk.team)
    options = MailboxOptions.objects.create(mailbox=other, trusted_authserv_ids=["mx.desk.example"])
    mail = make_mail("Hi", to="sales@desk.example", subject=f"[#{answered[0].pk}]", **proven(desk))
    assert options and take_in(mail, other).reason == "T8"


@pytest.mark.parametrize(
    ("subject", "days", "sender", "reason"),
    [
        ("RE: question", 6, "ana@example.org", "T9"),
        ("Question", 8, "ana@example.org", "T10"),
        ("Another question", 1, "ana@example.org", "T10"),
        ("Question", 1, "eve@evil.example", "T10"),
    ],
)
def test_the_same_subject_again(desk: Desk, subject: str, days: int, sender: str, reason: str) -> None:
    first = take_in(make_mail("One"), desk.mailbox)
    Ticket.objects.update(last_activity_at=timezone.now() - timedelta(days=days))
    mail = take_in(make_mail("Two", subject=subject, sender=sender), desk.mailbox)
    assert (mail.outcome, mail.reason) == ("opened", reason)
    assert TicketLink.objects.filter(source=mail.ticket, target=first.ticket).exists() is (reason == "T9")


def test_strict_mailbox(desk: Desk, answered: tuple[Ticket, str]) -> None:
    ticket, ours = answered
    MailboxOptions.objects.create(mailbox=desk.mailbox, strict_threading=True)
    mail = take_in(make_mail("I am the colleague", sender="ben@example.com", in_reply_to=ours), desk.mailbox)
    assert (mail.outcome, mail.reason) == ("opened", "T4")
    assert TicketLink.objects.filter(source=mail.ticket, target=ticket, kind="possibly").exists()
    assert take_in(make_mail("Me", in_reply_to=ours), desk.mailbox).reason == "T3"


def test_who_is_blocked_is_quarantined(desk: Desk, answered: tuple[Ticket, str]) -> None:
    ticket, ours = answered
    ticket.participants.update(state="blocked")
    mail = take_in(make_mail("Again", in_reply_to=ours), desk.mailbox)
    assert (mail.outcome, mail.reason, mail.ticket.category) == ("quarantined", "blocked", "spam")
    assert ticket.messages.count() == 2


def test_forms_elsewhere_write_in_somebodys_name(desk: Desk) -> None:
    """Reply-To says who it is; what proves the form proves nobody who fills it in."""
    headers = {**proven(desk), "Reply_To": "Jane <jane@customer.example>"}
    MailboxOptions.objects.update(web_form_senders=["Form@Example.org"])
    mail = take_in(make_mail("Hi", sender="form@example.org", **headers), desk.mailbox)
    participant = mail.ticket.participants.get()
    assert (participant.address, mail.ticket.requester.name) == ("jane@customer.example", "Jane")
    assert (mail.message.sender_auth, mail.message.flags) == ("unknown", [])
    other = take_in(make_mail("Hi", sender="ana@example.org", **headers), desk.mailbox)
    assert (other.message.from_address, other.message.flags) == ("ana@example.org", [Flag.REPLY_TO_DIFFERS])


def test_a_machine_reopens_a_ticket_three_times_an_hour(desk: Desk, answered: tuple[Ticket, str]) -> None:
    ticket, ours = answered
    for number in range(5):
        set_category(ticket, "resolved")
        alarm = make_mail(f"Down {number}", in_reply_to=ours, Auto_Submitted="auto-generated")
        assert take_in(alarm, desk.mailbox).outcome == "appended"
        ticket.refresh_from_db()
        assert ticket.category == ("open" if number < 3 else "resolved")
    take_in(make_mail("I say it is down", in_reply_to=ours), desk.mailbox)
    ticket.refresh_from_db()
    assert ticket.category == "open"


def test_automatic_replies_may_open_tickets(desk: Desk) -> None:
    away = {"subject": "Out of office", "Auto_Submitted": "auto-replied"}
    assert take_in(make_mail("Away", **away), desk.mailbox).outcome == "auto_reply"
    MailboxOptions.objects.create(mailbox=desk.mailbox, auto_replies_open_tickets=True)
    mail = take_in(make_mail("Still away", **away), desk.mailbox)
    assert (mail.outcome, mail.ticket.customer_waiting_since) == ("opened", None)
    assert not OutboundMail.objects.exists()


def test_staff_who_write_from_the_shared_account(desk: Desk, answered: tuple[Ticket, str]) -> None:
    """Real mail, but no copy of ours: a ticket, nothing sent, and no loop."""
    other = factories.make_mailbox("sales@desk.example", team=desk.team)
    OutboundMail.objects.update(state="sent")
    mail = take_in(make_mail("Please call them", sender="support@desk.example", to=other.address), other)
    assert (mail.outcome, mail.classification) == ("opened", ["own_mailbox"])
    assert not OutboundMail.objects.exclude(state="sent").exists()
