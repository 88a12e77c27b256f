"""What is kept for a while only."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.storage import Storage
from django.db import transaction
from django.utils import timezone

from wagtail_helpdesk import conf
from wagtail_helpdesk.conversations.files import FOLDER as ATTACHMENTS
from wagtail_helpdesk.conversations.files import named_files
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.mail.arriving.raw_store import FOLDER as RAW
from wagtail_helpdesk.mail.arriving.raw_store import drop_raw
from wagtail_helpdesk.mail.choices import InboundState
from wagtail_helpdesk.mail.models import AddressSuppression, AutoReplyLedger, InboundMail

#: The ledger's longest window is a day.
LEDGER_KEPT = timedelta(days=8)
#: A file without a row is this old before it goes: its transaction may still be under way.
ORPHAN_AGE = timedelta(days=2)
BATCH = 500


def clean() -> None:
    """Remove what is past its time: raw mails, ledger rows, files that a crash left without a row."""
    now = timezone.now()
    old = InboundMail.objects.filter(
        state=InboundState.DONE, accepted_at__lt=now - timedelta(days=conf.get("RAW_RETENTION_DAYS"))
    ).exclude(raw_ref="")
    for mail in old[:BATCH]:
        with transaction.atomic():
            drop_raw(mail)
    AutoReplyLedger.objects.filter(at__lt=now - LEDGER_KEPT).delete()
    AddressSuppression.objects.filter(until__lt=now).delete()
    sweep_orphans()


def sweep_orphans() -> int:
    """Delete stored files that no row names; return how many. A storage that cannot list its files is left alone."""
    storage = private_storage()
    limit = timezone.now() - ORPHAN_AGE
    removed = 0
    for folder, known in ((ATTACHMENTS, named_files), (RAW, _known_raws)):
        names = [name for name in _walk(storage, folder) if storage.get_modified_time(name) < limit]
        for start in range(0, len(names), BATCH):
            batch = names[start : start + BATCH]
            for name in set(batch) - known(batch):
                storage.delete(name)
                removed += 1
    return removed


def _known_raws(names: list[str]) -> set[str]:
    return set(InboundMail.objects.filter(raw_ref__in=names).values_list("raw_ref", flat=True))


def _walk(storage: Storage, folder: str) -> list[str]:
    """Return the names of all files under ``folder``."""
    try:
        folders, files = storage.listdir(folder)
    except (OSError, NotImplementedError):
        return []
    names = [f"{folder}/{name}" for name in files]
    for inner in folders:
        names += _walk(storage, f"{folder}/{inner}")
    return names
