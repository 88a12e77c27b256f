"""What the worker does about mail: publishing what is scheduled, reading what arrived, sending what is queued."""

from __future__ import annotations

from django.utils import timezone

from wagtail_helpdesk.conversations.actions.publish_message import PublishMessage
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.mail.arriving.process import release_leases
from wagtail_helpdesk.mail.arriving.together import process_all
from wagtail_helpdesk.mail.models import InboundMail
from wagtail_helpdesk.remembering import remembering

BATCH = 100


def publish_due() -> int:
    """Publish the scheduled replies whose time has come; return how many."""
    due = list(Message.objects.due(timezone.now()).order_by("publish_at", "pk").values_list("pk", flat=True)[:BATCH])
    return sum(PublishMessage(message_id=pk)() is not None for pk in due)


def process_due() -> int:
    """Read the accepted mails that wait; return how many were tried."""
    release_leases()
    due = list(InboundMail.objects.waiting(timezone.now()).order_by("pk")[:BATCH])
    with remembering():
        process_all(due)
    return len(due)
