"""Mails that wait in the outbox, for tests."""

from __future__ import annotations

import copy
import hashlib
from itertools import count

from tests.personas import Desk
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.identity import make_message_id
from wagtail_helpdesk.mail.models import MailTransport, OutboundMail, OutboundRecipient
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket

_numbers = count(1)


def only_a_reply(desk: Desk, ticket: Ticket) -> OutboundMail:
    """Return a reply that waits in the outbox; nothing else does."""
    OutboundMail.objects.all().delete()
    factories.add_reply(ticket, desk.agent)
    return OutboundMail.objects.get()


def copies_of(
    mail: OutboundMail, number: int, *, queues: int = 1, mailbox: Mailbox | None = None
) -> list[OutboundMail]:
    """Return ``number`` further mails like ``mail``, in this many queues that each keep their order."""
    mails = []
    for place in range(number):
        n = next(_numbers)
        one = copy.copy(mail)
        one.pk, one.public_id = None, "".join("abcdefghij"[int(digit)] for digit in f"{n:012d}")
        one._state = copy.copy(mail._state)
        one._state.adding = True
        one.mailbox = mailbox or mail.mailbox
        one.message_id_header = make_message_id(one.public_id, one.mailbox)
        one.purpose_key = hashlib.sha256(f"copy {n}".encode()).hexdigest()
        one.queue_key = hashlib.sha256(f"queue {n if queues == 0 else place % queues}".encode()).hexdigest()
        one.subject = f"Mail {place}"
        mails.append(one)
    made = OutboundMail.objects.bulk_create(mails)
    OutboundRecipient.objects.bulk_create(
        OutboundRecipient(outbound=one, kind="to", name="Ana", address="ana@example.org", address_hash="0" * 64)
        for one in made
    )
    return made


def add_recipients(mail: OutboundMail, *addresses: str) -> None:
    """Let ``mail`` go to these besides."""
    for address in addresses:
        mail.recipients.create(kind="to", address=address, address_hash="0" * 64)


def send_over(mailbox: Mailbox, address: tuple[str, int], **fields: object) -> MailTransport:
    """Let the mailbox send over an SMTP server of its own."""
    host, port = address
    values = {"kind": "smtp", "host": host, "port": port, "security": "none", **fields}
    return MailTransport.objects.update_or_create(mailbox=mailbox, defaults=values)[0]
