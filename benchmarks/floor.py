"""The least that any help desk could do with a mail: no copy of it, no dedupe, no thread, no contact, no history."""

from __future__ import annotations

import email
import email.policy

from django.db import transaction

from benchmarks.fill import BusyDesk
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_priority, default_status
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.choices import Channel, Visibility
from wagtail_helpdesk.tickets.models import Ticket


class Floor:
    """Parses with the standard library, inserts a message and, but for an answer, a ticket."""

    def __init__(self, desk: BusyDesk) -> None:
        self._desk, self._status, self._priority = desk, default_status(Category.NEW), default_priority()
        self._requester = factories.make_contact("floor@example.org")
        self._last: Ticket | None = None

    def take(self, raw: bytes) -> None:
        """Take in one mail."""
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        body = mail.get_body(("plain", "html"))
        with transaction.atomic():
            if not mail["In-Reply-To"] or self._last is None:
                self._last = self._open(mail["subject"])
            Message.objects.create(
                ticket=self._last,
                direction=Direction.INBOUND,
                visibility=Visibility.PUBLIC,
                channel=Channel.EMAIL,
                text=body.get_content() if body else "",
            )

    def _open(self, subject: str) -> Ticket:
        return Ticket.objects.create(
            subject=subject,
            status=self._status,
            category=self._status.category,
            priority=self._priority,
            channel=Channel.EMAIL,
            team=self._desk.teams[0],
            requester=self._requester,
            mailbox=self._desk.mailbox,
        )
