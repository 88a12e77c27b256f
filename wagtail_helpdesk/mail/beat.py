"""The worker's sign of life: what tells the admin that somebody fetches, reads and sends."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import cache

from django.utils import timezone

from wagtail_helpdesk.mail.leases import is_gone, new_owner
from wagtail_helpdesk.mail.models import WorkerBeat

BEAT_EVERY = timedelta(seconds=30)
#: A worker that was silent for so long is gone, wherever it ran.
FORGET_AFTER = timedelta(days=1)
#: The row of a process that ended (a cron line leaves one each time) stays a little, so that its beat is seen.
KEEP_ENDED = timedelta(hours=1)


def beat() -> None:
    """Write that this process is alive, and remove the rows of those that are long gone."""
    now = timezone.now()
    WorkerBeat.objects.update_or_create(owner=_own_name(os.getpid()), defaults={"at": now})
    WorkerBeat.objects.filter(at__lt=now - FORGET_AFTER).delete()
    silent = WorkerBeat.objects.filter(at__lt=now - KEEP_ENDED)
    ended = [row.pk for row in silent if is_gone(row.owner)]
    if ended:
        WorkerBeat.objects.filter(pk__in=ended).delete()


@cache
def _own_name(pid: int) -> str:
    """The same for the life of a process; a forked one, which has another number, gets its own."""
    return new_owner()
