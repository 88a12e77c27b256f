"""SIGKILL at any moment of sending: no reply is lost, none is sent twice; a doubtful one is shown as such."""

from __future__ import annotations

import email
import random
from collections import Counter

import pytest

from tests.faults.conftest import Site
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket

DELIVER = "wagtail_helpdesk.mail.deliver"

#: (where the process is killed, mails that have left by then, state after the next worker).
POINTS = [
    (f"{DELIVER}:_claim:before:1", 0, "sent"),
    (f"{DELIVER}:_claim:after:1", 0, "sent"),
    (f"{DELIVER}:build_email:after:1", 0, "sent"),
    (f"{DELIVER}:_advance:before:1", 0, "sent"),
    (f"{DELIVER}:_advance:after:1", 0, "uncertain"),
    (f"{DELIVER}:BackendTransport.send:before:1", 0, "uncertain"),
    (f"{DELIVER}:BackendTransport.send:after:1", 1, "uncertain"),
    (f"{DELIVER}:_sent:after:1", 1, "sent"),
]


@pytest.fixture
def queued(site: Site) -> OutboundMail:
    """Return the one mail in the outbox."""
    factories.make_ticket(address="ana@example.org")
    return OutboundMail.objects.get()


@pytest.mark.parametrize(("point", "left", "state"), POINTS)
def test_killed_at_a_named_point(site: Site, queued: OutboundMail, point: str, left: int, state: str) -> None:
    assert site.run("helpdesk_mail", "send", point=point) == -9
    assert len(site.inbox.mails) == left
    assert site.run("helpdesk_mail", "send") == 0
    queued.refresh_from_db()
    assert queued.state == state
    assert len(site.inbox.mails) == (1 if state == "sent" else left)


@pytest.mark.parametrize(
    ("point", "messages"),
    [
        ("wagtail_helpdesk.conversations.actions.publish_message:record_activity:after:1", 0),
        ("wagtail_helpdesk.mail.enqueue:OutboundMail.objects.create:after:1", 0),
        ("wagtail_helpdesk.mail.work:PublishMessage.__call__:after:1", 1),
    ],
)
def test_killed_while_a_scheduled_reply_is_published(site: Site, point: str, messages: int) -> None:
    """The reply, its mail and the ticket's clocks are one transaction."""
    agent = factories.make_user("bruno", is_superuser=True)
    ticket = factories.make_ticket(address="ana@example.org")
    OutboundMail.objects.all().delete()
    reply = factories.add_reply(ticket, agent, delay=30)
    type(reply).objects.update(publish_at=reply.created_at)
    assert site.run("helpdesk_work", "--once", point=point) == -9
    ticket.refresh_from_db()
    assert ticket.message_count == 1 + messages
    assert OutboundMail.objects.count() == messages
    assert site.run("helpdesk_work", "--once") == 0
    ticket.refresh_from_db()
    assert (ticket.message_count, OutboundMail.objects.get().state) == (2, "sent")
    assert len(site.inbox.mails) == 1


def test_killed_at_random_moments(site: Site, dice: random.Random) -> None:
    count = 40
    for number in range(count):
        factories.make_ticket(address=f"c{number}@d{number}.example", subject=f"Question {number}")
    for _ in range(6):
        site.run_and_kill("helpdesk_work", seconds=dice.uniform(1.0, 3.0))
    assert site.run("helpdesk_work", "--once") == 0
    copies = Counter(email.message_from_bytes(raw)["Message-ID"] for raw in site.inbox.mails)
    assert all(number == 1 for number in copies.values())
    states = Counter(OutboundMail.objects.values_list("state", flat=True))
    assert set(states) <= {"sent", "uncertain"}
    assert states["sent"] + states["uncertain"] == count == Ticket.objects.count()
    for mail in OutboundMail.objects.filter(state="sent"):
        assert copies[f"<{mail.message_id_header}>"] == 1


def test_two_workers_send_each_mail_once(site: Site) -> None:
    count = 40
    for number in range(count):
        factories.make_ticket(address=f"c{number}@d{number}.example")
    both = [site.start("helpdesk_mail", "send") for _ in range(2)]
    for process in both:
        process.communicate(timeout=120)
    site.run("helpdesk_mail", "send")
    assert len(site.inbox.mails) == count
    assert set(OutboundMail.objects.values_list("state", flat=True)) == {"sent"}
