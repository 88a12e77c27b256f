"""What a reply and a forwarded message have in common: they wait for their moment, and leave once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import conf
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.addressing import Addressed, blind_rows
from wagtail_helpdesk.conversations.actions.publish_message import publish_now, refuse_where_hidden
from wagtail_helpdesk.conversations.actions.send_guard import refuse_if_unseen
from wagtail_helpdesk.conversations.actions.write_message import write_message
from wagtail_helpdesk.conversations.choices import Direction, MessageState
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.placeholders import empty_placeholders, refuse_gaps
from wagtail_helpdesk.conversations.words import NewFile, Prepared, StoredFile, prepare_agent
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.models import Status
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.blocking import refuse_while_open
from wagtail_helpdesk.tickets.choices import Channel, EventKind, Visibility
from wagtail_helpdesk.tickets.permissions import may
from wagtail_helpdesk.tickets.transitions import refuse_other_ways

#: Nobody plans an answer for later than that.
LATEST = timedelta(days=366)


class WriteOutgoing(TicketAction):
    """Write a message that leaves by mail: scheduled for ``delay`` seconds (default UNDO_SECONDS), at once for 0.

    ``html`` is the agent's own HTML with absolute addresses. ``status`` is set when it is published. ``last_seen`` is
    the key of the newest message the agent saw: raises NewerMessages when there is a newer one. ``once`` is any value
    that is the same for the same click: a second call with it returns the first call's message. ``channel`` is how the
    agent wrote. ``anyway`` is that of ChangeStatus. ``is_first``: a new ticket begins with it, in any status.
    ``publish_at``: later than that; a customer's message that comes first cancels it, unless it is to leave
    ``regardless``. ``bcc``: people who get a blind copy.
    """

    verb = "reply"
    #: For the key of a click.
    kind: ClassVar[str]
    state: ClassVar[str] = MessageState.SCHEDULED
    visibility: ClassVar[str] = Visibility.PUBLIC

    def __init__(
        self,
        *,
        html: str,
        files: Sequence[NewFile | StoredFile] = (),
        status: Status | None = None,
        delay: int | None = None,
        publish_at: datetime | None = None,
        regardless: bool = False,
        bcc: Sequence[Addressed] = (),
        last_seen: int | None = None,
        anyway: bool = False,
        is_first: bool = False,
        once: str = "",
        channel: str = Channel.AGENT,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.html, self.files, self.status = html, tuple(files), status
        self.delay = conf.get("UNDO_SECONDS") if delay is None else delay
        self.publish_at, self.regardless, self.bcc = publish_at, regardless, tuple(bcc)
        self.last_seen, self.channel, self.anyway, self.is_first = last_seen, channel, anyway, is_first
        self.external_key = once_key(self.kind, self.ticket.pk, once)

    def check(self) -> None:
        """As the base; ActionRefused for an empty message, one that nobody would get, and from spam or trash;
        NewerMessages."""
        super().check()
        self.repeated = Message.objects.filter(external_key=self.external_key).first() if self.external_key else None
        if self.repeated is not None:
            return
        refuse_where_hidden(self.ticket)
        self.prepared = self.prepare()
        self._check_words()
        if self.status is not None:
            self._check_status()
        if self.publish_at is not None and not timezone.now() < self.publish_at < timezone.now() + LATEST:
            raise ActionRefused(_("Choose a time to come, within a year."))
        self.recipients = self._recipients()
        if self.bcc:
            reached = [*self.recipients["to"], *self.recipients["cc"]]
            third_party = self.visibility == Visibility.INTERNAL
            self.recipients["bcc"] = blind_rows(self.ticket, self.bcc, reached=reached, third_party=third_party)
        refuse_if_unseen(self.ticket, self.last_seen)

    def execute(self) -> Message:
        """Return the message: scheduled, or published when there is no delay."""
        if self.repeated is not None:
            return self.repeated
        try:
            with transaction.atomic():
                message = self._write()
        except IntegrityError:
            # The same click came twice at once, and the other one was first.
            message = Message.objects.filter(external_key=self.external_key).first()
            if message is None:
                raise
            return message
        self._written(message)
        return message

    def _written(self, message: Message) -> None:
        """What follows once it is written."""
        if self.publish_at is None and self.delay <= 0:
            publish_now(message, actor=self.actor, depth=self.depth)
        else:
            self.record(EventKind.SCHEDULED, message=message.pk)

    def _leaves_at(self, now: datetime) -> datetime | None:
        return self.publish_at or now + timedelta(seconds=max(self.delay, 0))

    def prepare(self) -> Prepared:
        """Return the words and files as they will be stored, with what goes along. ActionRefused for what may not."""
        self._gather()
        return prepare_agent(self.html, self.files)

    def _write(self) -> Message:
        now = timezone.now()
        return write_message(
            ticket=self.ticket,
            prepared=self.prepared,
            actor=self.actor,
            direction=Direction.OUTBOUND,
            visibility=self.visibility,
            state=self.state,
            channel=self.channel,
            recipients=self.recipients,
            mailing=self._mailing(),
            publish_at=self._leaves_at(now),
            on_publish=self.status,
            external_key=self.external_key,
            created_at=now,
        )

    def _mailing(self) -> dict[str, Any]:
        """Return what was chosen for the mail, as ``Message.mailing`` has it."""
        chosen = {"later": self.publish_at is not None, "regardless": self.regardless}
        return {name: True for name, value in chosen.items() if value}

    def _check_words(self) -> None:
        if not self.prepared.text.strip() and not self.prepared.files:
            raise ActionRefused(_("Write something before you send."))
        refuse_gaps(empty_placeholders(self.prepared.html))

    def _check_status(self) -> None:
        """A status with a reply needs the right to change tickets, never hides the ticket, and is one that people may
        choose from where the ticket is."""
        if self.actor.kind == "user" and not may(self.user, "change", self.ticket):
            raise PermissionDenied
        if self.status.category in (Category.SPAM, Category.TRASH):
            raise ActionRefused(_("A reply cannot put a ticket into spam or trash."))
        if self.actor.kind == "user" and not self.is_first:
            refuse_other_ways(self.ticket.status, self.status)
        refuse_while_open(self.ticket, self.status.category, self.user, anyway=self.anyway)

    def _gather(self) -> None:
        """Add to ``html`` and ``files`` what goes along besides what was written."""

    def _recipients(self) -> dict[str, list[dict[str, Any]]]:
        """Return who gets it, as ``Message.recipients`` has it. ActionRefused where nobody would."""
        raise NotImplementedError


def once_key(kind: str, ticket_id: int, once: str) -> str | None:
    """Return the external key of a click that must count once, None without one."""
    return hashlib.sha256(f"{kind}:{ticket_id}:{once}".encode()).hexdigest() if once else None
