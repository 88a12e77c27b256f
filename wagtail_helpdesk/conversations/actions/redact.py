"""Take words or files out of a ticket for good: a password, a card number, a photo of the wrong person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.files import delete_files_after_commit
from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.conversations.recounting import recount_conversation
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.custom_fields.values import forget_files
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may

#: So long the author of a message may take it out alone.
AUTHORS_TIME = timedelta(minutes=10)


def may_redact(user: Any, ticket: Ticket, message: Message) -> bool:
    """Tell whether ``user`` may take out ``message`` or a file of it: with the rights to change and to delete, or as
    its author, soon."""
    if may(user, "change", ticket) and may(user, "delete", ticket):
        return True
    is_own = message.author_user_id == user.pk and message.created_at > timezone.now() - AUTHORS_TIME
    return is_own and (may(user, "note", ticket) or may(user, "reply", ticket))


class _Redaction(TicketAction):
    verb: ClassVar[str] = "view"

    def __init__(self, *, message: Message, **kwargs: Any) -> None:
        super().__init__(ticket=message.ticket, **kwargs)
        self.message = message

    def check(self) -> None:
        """As the base; PermissionDenied for who may not, ActionRefused for a reply that can still be taken back."""
        super().check()
        self.message = Message.objects.get(pk=self.message.pk)
        if self.message.ticket_id != self.ticket.pk:
            raise ActionRefused(_("This message is not of this ticket any more."))
        if self.actor.kind == "user" and not may_redact(self.user, self.ticket, self.message):
            raise PermissionDenied
        if self.message.state != MessageState.PUBLISHED:
            raise ActionRefused(_("This message has not left yet: take it back instead."))

    def _remove(self, files: list[Attachment]) -> None:
        """Drop rows and stored files."""
        delete_files_after_commit([file.storage_key for file in files])
        Attachment.objects.filter(pk__in=[file.pk for file in files]).delete()
        others = Attachment.objects.filter(message__ticket=self.ticket, sha256__in=[file.sha256 for file in files])
        still_there = set(others.values_list("sha256", flat=True))
        forget_files(self.ticket.pk, {file.sha256 for file in files} - still_there)

    def _finish(self, what: str, *, words: bool, files: list[int]) -> None:
        recount_conversation(self.ticket.pk)
        self.record(EventKind.REDACTED, what=what, message=self.message.pk, name=self.message.author_name)
        self.publish(
            events.MessageRedacted,
            ticket_id=self.ticket.pk,
            message_id=self.message.pk,
            words=words,
            attachment_ids=tuple(files),
        )


class RedactMessage(_Redaction):
    """Take out the words of a message, its subject, its source, and with ``files`` its files. There is no way back."""

    def __init__(self, *, files: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.files = files

    def execute(self) -> Message:
        """Return the emptied message; who wrote it and when stays. Images within its words always go."""
        message = self.message
        files = [file for file in message.attachments.all() if self.files or file.hidden or file.content_id]
        message.subject = message.text = message.html = message.reply_text = message.reply_html = ""
        message.remote_images, message.cards = 0, []
        message.redacted_at, message.redacted_by = timezone.now(), self.actor.name[:200]
        message.removed_files += sum(not file.hidden for file in files)
        message.save()
        keys = [file.pk for file in files]
        self._remove(files)
        self._finish("words", words=True, files=keys)
        return message


class RedactFile(_Redaction):
    """Take out one file of a message, and the source that holds it too. There is no way back."""

    def __init__(self, *, attachment: Attachment, **kwargs: Any) -> None:
        super().__init__(message=attachment.message, **kwargs)
        self.attachment = attachment

    def execute(self) -> Message:
        """Return the message; ActionRefused where the file is gone already."""
        file = self.message.attachments.filter(pk=self.attachment.pk).first()
        if file is None:
            raise ActionRefused(_("This file was removed before."))
        self.message.removed_files += 1
        self.message.save(update_fields=["removed_files"])
        key = file.pk
        self._remove([file])
        self._finish("file", words=False, files=[key])
        return self.message
