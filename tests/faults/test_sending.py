"""SIGKILL at any moment of sending: no reply is lost, none is sent twice; a doubtful one is shown as such."""

from __future__ import annotations

import email
import itertools
import os
import signal
import smtplib
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.conftest import Victim
from tests.mail.outbox import send_over
from tests.mail.scripted_smtp import Script, scripted_server
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.outbox.deliver import deliver_due
from wagtail_helpdesk.mail.outbox.lateness import warn_late
from wagtail_helpdesk.mail.work import publish_due
from wagtail_helpdesk.pipeline import STEPS
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.worker import Step, Worker

HERE = __name__


def work() -> None:
    """Do all that is due."""
    run_until_idle(Worker(STEPS))


def send() -> None:
    """Do what concerns a reply that is to leave: the steps of a worker at which it matters that it dies."""
    run_until_idle(Worker([Step(publish_due), Step(deliver_due), Step(warn_late)]))


def run_until_idle(worker: Worker) -> None:
    while worker.run_once():
        pass


def work_until(moment: str, when: str) -> None:
    """Do all that is due, over SMTP; die before or after what begins with ``moment`` is sent to the server."""
    send = smtplib.SMTP.send

    def killing(self: smtplib.SMTP, content: bytes | str) -> None:
        raw = content if isinstance(content, bytes) else content.encode()
        if not raw.lower().startswith(moment.lower().encode()):
            send(self, content)
            return
        if when == "after":
            send(self, content)
            # The server answers to nobody; what it was sent has left this process.
            self.sock.recv(1)
        os.kill(os.getpid(), signal.SIGKILL)

    smtplib.SMTP.send = killing
    work()


def copies(outbox: Path) -> Counter[str]:
    """Return how often each Message-ID left."""
    return Counter(
        message["Message-ID"]
        for path in outbox.glob("*")
        for part in path.read_bytes().split(b"-" * 79)
        if (message := email.message_from_bytes(part.lstrip()))["Message-ID"]
    )


def test_sending_killed_at_each_step(victim: Victim) -> None:
    numbers = itertools.count()
    mail = OutboundMail()

    def prepare() -> tuple[str, list[str]]:
        nonlocal mail
        number = next(numbers)
        ticket = factories.make_ticket(address=f"c{number}@d{number}.example")
        mail = OutboundMail.objects.get(ticket=ticket)
        return f"{HERE}.send", []

    ends = set()
    for _step in victim.kill_at_each_step(prepare):
        left = copies(victim.outbox)[f"<{mail.message_id_header}>"]
        assert victim.run(f"{HERE}.work")
        mail.refresh_from_db()
        after = copies(victim.outbox)[f"<{mail.message_id_header}>"]
        ends.add((mail.state, left, after))
    # Killed before it was handed over: the next worker sends it. After that nobody knows, and it is not repeated.
    assert ends == {("sent", 0, 1), ("sent", 1, 1), ("uncertain", 0, 0), ("uncertain", 1, 1)}


def test_publishing_killed_at_each_step(victim: Victim) -> None:
    """The reply, its mail and the ticket's clocks are one transaction."""
    agent = factories.make_user("bruno", is_superuser=True)
    numbers = itertools.count()
    reply = Message()

    def prepare() -> tuple[str, list[str]]:
        nonlocal reply
        number = next(numbers)
        ticket = factories.make_ticket(address=f"c{number}@d{number}.example")
        OutboundMail.objects.all().delete()
        reply = factories.add_reply(ticket, agent, delay=30)
        Message.objects.filter(pk=reply.pk).update(publish_at=reply.created_at)
        return f"{HERE}.send", []

    for _step in victim.kill_at_each_step(prepare):
        reply.refresh_from_db()
        published = reply.state == "published"
        assert OutboundMail.objects.filter(message=reply).count() == published
        reply.ticket.refresh_from_db()
        assert reply.ticket.message_count == 1 + published
        assert victim.run(f"{HERE}.work")
        mail = OutboundMail.objects.get(message=reply)
        assert mail.state in ("sent", "uncertain")
        assert copies(victim.outbox)[f"<{mail.message_id_header}>"] <= 1
        reply.ticket.refresh_from_db()
        assert reply.ticket.message_count == 2


def test_two_workers_send_each_mail_once(second_victim: Victim, victim: Victim) -> None:
    count = 40
    for number in range(count):
        factories.make_ticket(address=f"c{number}@d{number}.example")
    threads = [threading.Thread(target=one.run, args=(f"{HERE}.work",)) for one in (victim, second_victim)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert victim.run(f"{HERE}.work")
    sent = copies(victim.outbox) + copies(second_victim.outbox)
    assert len(sent) == count
    assert set(sent.values()) == {1}
    assert set(OutboundMail.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.parametrize(
    ("moment", "when", "state", "left"),
    [
        ("mail FROM", "before", "sent", 1),
        ("rcpt TO", "after", "sent", 1),
        ("DATA", "before", "sent", 1),
        ("DATA", "after", "sent", 1),
        (".\r\n", "before", "uncertain", 0),
        (".\r\n", "after", "uncertain", 1),
    ],
)
def test_killed_in_the_middle_of_smtp(victim: Victim, moment: str, when: str, state: str, left: int) -> None:
    """Until the final dot nothing was sent, and the next worker sends it; after that nobody knows, and it is held."""
    script = Script()
    ticket = factories.make_ticket(address="ana@example.org")
    mail = OutboundMail.objects.get(ticket=ticket)
    with scripted_server(script) as address:
        send_over(ticket.mailbox, address)
        assert not victim.run(f"{HERE}.work_until", moment, when)
        assert victim.run(f"{HERE}.work")
    mail.refresh_from_db()
    assert (mail.state, len(script.mails)) == (state, left)
