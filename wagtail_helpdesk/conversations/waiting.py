"""Since when somebody waits for an answer, told from the messages."""

from __future__ import annotations

from datetime import datetime

from wagtail_helpdesk.conversations.choices import Direction, Flag
from wagtail_helpdesk.conversations.models import Message


def waiting_since(*ticket_ids: int) -> datetime | None:
    """Return when the oldest message came that nobody has answered, None for none; of several, as if they were one."""
    public = Message.objects.public().filter(ticket__in=ticket_ids)
    answered = public.filter(direction=Direction.OUTBOUND).order_by("-created_at").first()
    asked = public.filter(direction=Direction.INBOUND).in_order()
    if answered is not None:
        asked = asked.filter(created_at__gt=answered.created_at)
    return next((one.created_at for one in asked.only("created_at", "flags") if Flag.AUTO_REPLY not in one.flags), None)
