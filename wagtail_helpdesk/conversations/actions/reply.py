"""An agent answers the customer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import conf
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.publish_message import publish_now
from wagtail_helpdesk.conversations.actions.send_guard import refuse_if_unseen
from wagtail_helpdesk.conversations.actions.write_message import write_message
from wagtail_helpdesk.conversations.choices import Direction, MessageState
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import NewFile, prepare_agent
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.models import Status
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.blocking import refuse_while_open
from wagtail_helpdesk.tickets.choices import Channel, EventKind, ParticipantState, Role, Visibility
from wagtail_helpdesk.tickets.models import TicketParticipant
from wagtail_helpdesk.tickets.permissions import may


class Reply(TicketAction):
    """Write a public reply: scheduled for ``delay`` seconds (default UNDO_SECONDS), published at once for 0.

    ``html`` is the agent's own HTML with absolute addresses. ``cc`` are keys of participants to copy in; None takes
    all active ones; a pending one becomes active. ``status`` is set when the reply is published. ``last_seen`` is the
    key of the newest message the agent saw: raises NewerMessages when there is a newer one. ``anyway`` is that of
    ChangeStatus. ``once`` is any
    value that is the same for the same click: a second call with it returns the first call's message. ``channel`` is
    how the agent wrote.
    """

    verb = "reply"

    def __init__(
        self,
        *,
        html: str,
        files: Sequence[NewFile] = (),
        cc: Iterable[int] | None = None,
        status: Status | None = None,
        delay: int | None = None,
        last_seen: int | None = None,
        anyway: bool = False,
        once: str = "",
        channel: str = Channel.AGENT,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.html, self.files, self.status = html, tuple(files), status
        self.cc = None if cc is None else set(cc)
        self.delay = conf.get("UNDO_SECONDS") if delay is None else delay
        self.last_seen, self.channel, self.anyway = last_seen, channel, anyway
        self.external_key = once_key("reply", self.ticket.pk, once)

    def check(self) -> None:
        """As the base; ActionRefused for an empty reply or one that nobody would get, NewerMessages."""
        super().check()
        self.prepared = prepare_agent(self.html, self.files)
        self.repeated = Message.objects.filter(external_key=self.external_key).first() if self.external_key else None
        if self.repeated is not None:
            return
        if not self.prepared.text.strip() and not self.files:
            raise ActionRefused(_("Write something before you send."))
        if self.status is not None:
            self._check_status()
        self.recipients = self._recipients()
        if not self.recipients["to"]:
            raise ActionRefused(_("There is no address to send this reply to."))
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
        if self.delay <= 0:
            publish_now(message, actor=self.actor, depth=self.depth)
        else:
            self.record(EventKind.SCHEDULED, message=message.pk)
        return message

    def _write(self) -> Message:
        now = timezone.now()
        return write_message(
            ticket=self.ticket,
            prepared=self.prepared,
            actor=self.actor,
            direction=Direction.OUTBOUND,
            visibility=Visibility.PUBLIC,
            state=MessageState.SCHEDULED,
            channel=self.channel,
            recipients=self.recipients,
            publish_at=now + timedelta(seconds=max(self.delay, 0)),
            on_publish=self.status,
            external_key=self.external_key,
            created_at=now,
        )

    def _check_status(self) -> None:
        """A status with a reply needs the right to change tickets, and never hides the ticket."""
        if self.actor.kind == "user" and not may(self.user, "change", self.ticket):
            raise PermissionDenied
        if self.status.category in (Category.SPAM, Category.TRASH):
            raise ActionRefused(_("A reply cannot put a ticket into spam or trash."))
        refuse_while_open(self.ticket, self.status.category, self.user, anyway=self.anyway)

    def _recipients(self) -> dict[str, list[dict[str, Any]]]:
        people = self.ticket.participants.select_related("contact").order_by("pk")
        to, cc = [], []
        for person in people:
            if not person.mail_address or person.muted:
                continue
            if person.role == Role.REQUESTER:
                to.append(_entry(person))
            elif person.role == Role.CC and self._is_copied(person):
                if person.state == ParticipantState.PENDING:
                    TicketParticipant.objects.filter(pk=person.pk).update(state=ParticipantState.ACTIVE)
                cc.append(_entry(person))
        return {"to": to, "cc": cc, "bcc": []}

    def _is_copied(self, person: TicketParticipant) -> bool:
        if self.cc is None:
            return person.state == ParticipantState.ACTIVE
        return person.pk in self.cc and person.state in (ParticipantState.ACTIVE, ParticipantState.PENDING)


def once_key(kind: str, ticket_id: int, once: str) -> str | None:
    """Return the external key of a click that must count once, None without one."""
    return hashlib.sha256(f"{kind}:{ticket_id}:{once}".encode()).hexdigest() if once else None


def _entry(person: TicketParticipant) -> dict[str, Any]:
    return {"participant": person.pk, "name": person.contact.name, "address": person.mail_address}
