"""The private storage: files that only a checked view serves."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages

from wagtail_helpdesk import conf

FOLDER = "helpdesk_private"


class PrivateFileSystemStorage(FileSystemStorage):
    """Files that have no address: without this, Django would give them one under MEDIA_URL."""

    def url(self, name: str) -> str:
        """Refuse: ValueError, as Django's storages say it."""
        raise ValueError("This file is not accessible via a URL.")


def private_storage() -> Storage:
    """Return the storage of attachments and raw mails.

    The alias of the setting PRIVATE_STORAGE, else ``helpdesk_private/`` beside MEDIA_ROOT; it never gives out URLs.
    """
    alias = conf.get("PRIVATE_STORAGE")
    if alias:
        return storages[alias]
    location = Path(settings.MEDIA_ROOT).resolve().parent / FOLDER
    return PrivateFileSystemStorage(location=location, file_permissions_mode=0o600)
