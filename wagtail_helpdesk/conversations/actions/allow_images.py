"""Whether images from elsewhere are loaded: for one message, or for whatever its sender writes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind


class AllowImages(TicketAction):
    """Show the images of one message, for everybody who reads it. Whoever may read it may ask for this."""

    verb = "view"

    def __init__(self, *, message: Message, **kwargs: Any) -> None:
        super().__init__(ticket=message.ticket, **kwargs)
        self.message = message

    def execute(self) -> Message:
        """Return the message. ActionRefused for one that did not come from outside."""
        if self.message.direction != Direction.INBOUND:
            raise ActionRefused(_("Only messages that arrived have images from elsewhere."))
        Message.objects.filter(pk=self.message.pk).update(images_allowed=True)
        self.message.images_allowed = True
        return self.message


class TrustSender(TicketAction):
    """Show the images of all messages of a message's sender from now on, or (``allowed`` False) no longer."""

    verb = "change"

    def __init__(self, *, message: Message, allowed: bool, **kwargs: Any) -> None:
        super().__init__(ticket=message.ticket, **kwargs)
        self.message, self.allowed = message, allowed

    def execute(self) -> None:
        """Write it on the contact. ActionRefused where the sender is not known as one."""
        contact = self.message.author_contact
        if contact is None:
            raise ActionRefused(_("The sender of this message is not known."))
        if contact.images_allowed == self.allowed:
            return
        contact.images_allowed = self.allowed
        contact.save(update_fields=["images_allowed"])
        if not self.allowed:
            Message.objects.filter(author_contact=contact).update(images_allowed=False)
        self.record(EventKind.IMAGES, name=str(contact), what="allowed" if self.allowed else "blocked")
