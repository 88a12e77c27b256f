"""Keep and remove the files of messages."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from functools import partial

from django.core.files.base import ContentFile
from django.db import transaction

from wagtail_helpdesk.conversations.choices import ScanState
from wagtail_helpdesk.conversations.file_names import clean_file_name, number_duplicates
from wagtail_helpdesk.conversations.file_types import sniff_type
from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.conversations.scanning import is_scanned
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.conversations.words import NewFile

#: Folder of attachments in the private storage.
FOLDER = "attachments"


def store_files(message: Message, files: Sequence[NewFile]) -> list[Attachment]:
    """Write ``files`` to the private storage and return their rows (one insert).

    Storage errors (OSError) are the caller's: the transaction goes back, files already written are swept later.
    """
    names = number_duplicates([clean_file_name(file.name, fallback=f"file-{n}") for n, file in enumerate(files, 1)])
    storage = private_storage()
    scan_state = ScanState.PENDING if is_scanned(message) else ScanState.NONE
    rows = []
    for file, name in zip(files, names, strict=True):
        public_id = secrets.token_hex(16)
        key = storage.save(f"{FOLDER}/{public_id[:2]}/{public_id}", ContentFile(file.content))
        rows.append(
            Attachment(
                message=message,
                public_id=public_id,
                storage_key=key,
                sha256=hashlib.sha256(file.content).hexdigest(),
                display_name=name,
                declared_type=file.declared_type[:150],
                sniffed_type=sniff_type(file.content, name)[:100],
                size=len(file.content),
                disposition=file.disposition,
                content_id=file.content_id[:250],
                hidden=file.hidden,
                scan_state=scan_state,
            )
        )
    return Attachment.objects.bulk_create(rows) if rows else []


def read_file(attachment: Attachment) -> bytes:
    """Return a file's bytes. OSError when the storage cannot give it."""
    with private_storage().open(attachment.storage_key) as file:
        return file.read()


def delete_files_after_commit(keys: Iterable[str]) -> None:
    """Remove stored files once the transaction that dropped their rows is safe."""
    for key in keys:
        transaction.on_commit(partial(private_storage().delete, key))
