"""Notices that their reader has seen."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from wagtail_helpdesk.notifications.models import Notice


def mark_read(user: Any, *, ticket_id: int | None = None, until: int | None = None) -> int:
    """Mark the notices of ``user`` as read, of one ticket or of all, and return how many.

    ``until`` is the key of the newest one that the user saw: what came since stays unread.
    """
    notices = Notice.objects.filter(user=user, read_at__isnull=True)
    if ticket_id is not None:
        notices = notices.filter(ticket=ticket_id)
    if until is not None:
        notices = notices.filter(pk__lte=until)
    return notices.update(read_at=timezone.now())
