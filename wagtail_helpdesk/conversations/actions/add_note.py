"""An agent writes for colleagues only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.write_message import write_message
from wagtail_helpdesk.conversations.actions.write_outgoing import once_key
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.mentions import colleagues, find_mentions, handles_of
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import NewFile, StoredFile, prepare_agent
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.actions.record_activity import record_activity
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.choices import Channel, EventKind, Visibility
from wagtail_helpdesk.tickets.permissions import may


class AddNote(TicketAction):
    """Write an internal note. ``html``, ``once`` and ``channel`` as for Reply.

    Colleagues that it names with "@" are told. One who could not see the ticket gets access to it, where the author
    may give that; a name that fits nobody, or several, is left as it stands: a form says so before. ``mentions`` is
    False for words that somebody else wrote.
    """

    verb = "note"

    def __init__(
        self,
        *,
        html: str,
        files: Sequence[NewFile | StoredFile] = (),
        once: str = "",
        channel: str = Channel.AGENT,
        mentions: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.channel, self.mentions = channel, mentions
        self.html, self.files = html, tuple(files)
        self.external_key = once_key("note", self.ticket.pk, once)

    def check(self) -> None:
        """As the base; ActionRefused for an empty note."""
        super().check()
        self.prepared = prepare_agent(self.html, self.files)
        if not self.prepared.text.strip() and not self.prepared.files:
            raise ActionRefused(_("Write something before you save."))

    def execute(self) -> Message:
        """Return the note; the ticket is locked, so that the same click finds what it wrote before."""
        if self.external_key:
            repeated = Message.objects.filter(external_key=self.external_key).first()
            if repeated is not None:
                return repeated
        now = timezone.now()
        note = write_message(
            ticket=self.ticket,
            prepared=self.prepared,
            actor=self.actor,
            direction=Direction.INTERNAL,
            visibility=Visibility.INTERNAL,
            channel=self.channel,
            external_key=self.external_key,
            created_at=now,
        )
        record_activity(
            self.ticket,
            actor=self.actor,
            at=now,
            direction=note.direction,
            visibility=note.visibility,
            text=note.text,
            attachments=self.prepared.listed_files,
            depth=self.depth,
        )
        self.record(EventKind.MESSAGE, message=note.pk)
        self.publish(
            events.MessageAdded,
            ticket_id=self.ticket.pk,
            message_id=note.pk,
            direction=note.direction,
            visibility=note.visibility,
            channel=note.channel,
        )
        if self.mentions and self.user is not None:
            self._mention(note)
        return note

    def _mention(self, note: Message) -> None:
        people = colleagues(note.text)
        mentions = find_mentions(note.text, handles_of(people.values()))
        for user in (people[key] for key in mentions.users if key != self.actor.id):
            if not may(user, "view", self.ticket):
                if not may(self.user, "assign", self.ticket):
                    continue
                ShareTicket(ticket=self.ticket, user=user, actor=self.actor, depth=self.depth)()
            self.publish(events.UserMentioned, ticket_id=self.ticket.pk, message_id=note.pk, user_id=user.pk)
