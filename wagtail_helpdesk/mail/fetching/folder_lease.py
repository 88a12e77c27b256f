"""The lease on a folder: one worker reads it at a time. What rests on it is speed; taking once rests on unique keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from wagtail_helpdesk.mail.leases import is_gone, new_owner
from wagtail_helpdesk.mail.models import SourceFolder

#: Far longer than the longest time between two renewals, and than clocks differ.
LEASE = timedelta(minutes=15)
#: The leases that this process has. One of ours that is not among them was lost with the database.
_held: set[str] = set()


class LeaseLost(Exception):
    """Another worker has the folder: this one was away for too long."""


@contextmanager
def hold(folder: SourceFolder) -> Iterator[str | None]:
    """Take the folder's lease and give it back with the block. Yields its owner, None where somebody else has it."""
    now, owner = timezone.now(), new_owner()
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    if folder.lease_owner and _is_left(folder.lease_owner):
        free |= Q(lease_owner=folder.lease_owner)
    claimed = SourceFolder.objects.filter(free, pk=folder.pk).update(lease_owner=owner, lease_until=now + LEASE)
    if not claimed:
        yield None
        return
    _held.add(owner)
    try:
        folder.refresh_from_db()
        yield owner
    finally:
        _held.discard(owner)
        _give_back(folder, owner)


def write_under_lease(folder: SourceFolder, owner: str, **fields: object) -> None:
    """Write columns of the folder and renew the lease, in one statement. Raises LeaseLost."""
    fields["lease_until"] = timezone.now() + LEASE
    if not SourceFolder.objects.filter(pk=folder.pk, lease_owner=owner).update(**fields):
        raise LeaseLost
    for name, value in fields.items():
        setattr(folder, name, value)


def _give_back(folder: SourceFolder, owner: str) -> None:
    try:
        SourceFolder.objects.filter(pk=folder.pk, lease_owner=owner).update(lease_owner="", lease_until=None)
    except DatabaseError:
        # The database is gone: the next visit of this process sees that nobody here holds it.
        return


def _is_left(owner: str) -> bool:
    if is_gone(owner):
        return True
    host_and_process = new_owner().rpartition(":")[0]
    return owner.rpartition(":")[0] == host_and_process and owner not in _held
