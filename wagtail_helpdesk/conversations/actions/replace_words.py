"""The words of a message are read anew from its source."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.choices import Direction, Flag
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.recounting import recount_conversation
from wagtail_helpdesk.conversations.words import Words, prepare
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind

#: The flags that the words decide; all others stay as they are.
_OF_WORDS = (Flag.HTML_TOO_COMPLEX, Flag.EMPTY)


class ReadWithCharset(TicketAction):
    """Keep what a message says when it is read with another character set. Its files stay as they are."""

    def __init__(self, *, message: Message, words: Words, charset: str, **kwargs: Any) -> None:
        super().__init__(ticket=message.ticket, **kwargs)
        self.message, self.words, self.charset = message, words, charset

    def execute(self) -> Message:
        """Return the message. ActionRefused for one that did not come from outside."""
        message = self.message
        if message.direction != Direction.INBOUND:
            raise ActionRefused(_("Only messages that arrived can be read again."))
        opened = not Message.objects.filter(ticket=self.ticket, pk__lt=message.pk).exists()
        prepared = prepare(replace(self.words, may_quote=not opened))
        message.text, message.html = prepared.text, prepared.html
        message.reply_text, message.reply_html = prepared.reply_text, prepared.reply_html
        message.remote_images, message.sanitizer_version = prepared.remote_images, prepared.sanitizer_version
        kept = [flag for flag in message.flags if flag not in _OF_WORDS]
        message.flags = [*kept, *(flag for flag in prepared.flags if flag in _OF_WORDS)]
        message.save(
            update_fields=[
                "text",
                "html",
                "reply_text",
                "reply_html",
                "remote_images",
                "sanitizer_version",
                "flags",
            ]
        )
        recount_conversation(self.ticket.pk)
        self.record(EventKind.CHARSET, message=message.pk, name=self.charset)
        self.publish(events.MessageReread, ticket_id=self.ticket.pk, message_id=message.pk)
        return message
