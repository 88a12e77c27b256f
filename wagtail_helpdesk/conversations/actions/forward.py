"""An agent passes messages and files on to somebody who takes no part in the conversation: a supplier, an expert."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.addressing import Addressed, recipient_of, take_in
from wagtail_helpdesk.conversations.actions.write_outgoing import WriteOutgoing
from wagtail_helpdesk.conversations.choices import Direction, MessageState
from wagtail_helpdesk.conversations.files import MAX_MAILED, read_file
from wagtail_helpdesk.conversations.linkify import text_to_html
from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.tickets.choices import Role, Visibility
from wagtail_helpdesk.tickets.models import Ticket

#: Messages that can be passed on at once.
MOST = 20


class Forward(WriteOutgoing):
    """Write to third parties ``to``; customers never see it, and what is answered stays among agents.

    ``messages`` are keys of messages of the ticket whose words stand below the agent's own, ``attachments`` keys of
    files that go along. A note, and a file of one, is refused: it never leaves.
    """

    kind = "forward"
    visibility = Visibility.INTERNAL

    def __init__(
        self, *, to: Sequence[Addressed], messages: Iterable[int] = (), attachments: Iterable[int] = (), **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.to, self.messages, self.attachments = tuple(to), set(messages), set(attachments)

    def _gather(self) -> None:
        """Add what is passed on. ActionRefused for what may not leave, and for more than a mail can carry."""
        passed_on = list(forwardable(self.ticket).filter(pk__in=self.messages).order_by("created_at", "pk")[: MOST + 1])
        files = list(Attachment.objects.filter(pk__in=self.attachments, message__in=forwardable(self.ticket)))
        if len(passed_on) < len(self.messages) or len(files) < len(self.attachments):
            raise ActionRefused(_("Some of what you chose cannot be passed on."))
        if len(passed_on) > MOST:
            raise ActionRefused(_("Choose fewer messages."))
        if any(file.is_locked for file in files):
            raise ActionRefused(_("A file that was not cleared by the virus scanner cannot be passed on."))
        self.html += "".join(map(_quoted, passed_on))
        self.files += tuple(_copy(file) for file in files)
        if sum(len(file.content) if isinstance(file, NewFile) else file.size for file in self.files) > MAX_MAILED:
            raise ActionRefused(_("Together the files are too large for a mail."))

    def _mailing(self) -> dict[str, Any]:
        return super()._mailing() | {"forwarded": sorted(self.messages)}

    def _recipients(self) -> dict[str, list[dict[str, Any]]]:
        if not self.to:
            raise ActionRefused(_("Write whom this goes to."))
        rows = [
            take_in(self.ticket, person, role=Role.THIRD_PARTY, actor=self.actor) for person in dict.fromkeys(self.to)
        ]
        return {"to": [recipient_of(row) for row in {row.pk: row for row in rows}.values()], "cc": [], "bcc": []}


def forwardable(ticket: Ticket) -> Any:
    """Return the messages of ``ticket`` that can be passed on: what came and what left, never a note."""
    published = Message.objects.filter(ticket=ticket, state=MessageState.PUBLISHED)
    return published.exclude(direction=Direction.INTERNAL)


def _copy(file: Attachment) -> NewFile:
    return NewFile(name=file.display_name, content=read_file(file), declared_type=file.declared_type)


def _quoted(message: Message) -> str:
    """Return a message's words as those of somebody else. Its text: foreign HTML stays in its frame."""
    at = date_format(timezone.localtime(message.created_at), "DATETIME_FORMAT")
    author = message.author_name or message.from_address
    if message.from_address and message.from_address != author:
        author = f"{author} <{message.from_address}>"
    words = _("On %(at)s, %(author)s wrote:") % {"at": at, "author": author}
    return f"<p>{escape(words)}</p><blockquote>{text_to_html(message.reply_text)}</blockquote>"
