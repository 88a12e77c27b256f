"""Messages of one's own that are about to leave: every page of the inbox offers the way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from wagtail_helpdesk import conf
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Message

#: More are not shown at a time.
MOST = 5


def leaving_messages(user: Any, *, but_of: int | None = None) -> list[Message]:
    """Return what ``user`` sent and has not left, soonest first; not those of the ticket ``but_of``. One query."""
    soon = timezone.now() + timedelta(seconds=conf.get("UNDO_SECONDS"))
    leaving = Message.objects.filter(state=MessageState.SCHEDULED, publish_at__lte=soon, author_user=user)
    if but_of is not None:
        leaving = leaving.exclude(ticket=but_of)
    return list(leaving.select_related("ticket").only("publish_at", "ticket").order_by("publish_at", "pk")[:MOST])
