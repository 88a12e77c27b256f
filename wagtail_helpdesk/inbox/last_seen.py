"""Who is here: agents whose pages of the inbox ask for news, which only pages in sight do."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils import timezone

from wagtail_helpdesk.inbox.models import LastSeen

#: A sign of life is written once in this time, however often pages ask.
EVERY = timedelta(minutes=1)
#: Somebody is here who gave one within this time.
HERE = timedelta(minutes=3)


def note_seen(user: Any) -> None:
    """Note that ``user`` is here. No query within a minute of the last one (as the site's cache remembers)."""
    if not cache.add(f"wagtail_helpdesk:seen:{user.pk}", True, timeout=EVERY.total_seconds()):
        return
    rows, now = LastSeen.objects.filter(user=user), timezone.now()
    if rows.update(seen_at=now):
        return
    with suppress(IntegrityError), transaction.atomic():
        # Another page of the same agent may have been first.
        LastSeen.objects.create(user=user, seen_at=now)


def is_here(seen_at: datetime | None) -> bool:
    """Tell whether a sign of life of ``seen_at`` still says something."""
    return seen_at is not None and timezone.now() - seen_at < HERE
