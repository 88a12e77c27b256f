"""Keep and remove the files of messages."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import models, transaction

from wagtail_helpdesk.conversations.choices import ScanState
from wagtail_helpdesk.conversations.file_names import clean_file_name, number_duplicates
from wagtail_helpdesk.conversations.file_types import sniff_type
from wagtail_helpdesk.conversations.models import Attachment, Message, PrivateFile
from wagtail_helpdesk.conversations.scanning import is_scanned
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.conversations.words import NewFile, StoredFile

#: Folder of attachments in the private storage.
FOLDER = "attachments"


#: Bytes of files that go along with a mail. More become links to the tracking page, where the reader has one.
MAX_MAILED = 15 * 1024 * 1024


def store_file(content: bytes, name: str, *, declared_type: str = "") -> StoredFile:
    """Write one file to the private storage and return what is known of it. OSError where that fails."""
    public_id = secrets.token_hex(16)
    key = private_storage().save(f"{FOLDER}/{public_id[:2]}/{public_id}", ContentFile(content))
    return StoredFile(
        name=name,
        public_id=public_id,
        storage_key=key,
        sha256=hashlib.sha256(content).hexdigest(),
        sniffed_type=sniff_type(content, name)[:100],
        size=len(content),
        declared_type=declared_type[:150],
    )


def store_files(message: Message, files: Sequence[NewFile | StoredFile]) -> list[Attachment]:
    """Write ``files`` to the private storage and return their rows (one insert). Stored ones stay where they are.

    Storage errors (OSError) are the caller's: the transaction goes back, files already written are swept later.
    """
    names = number_duplicates([clean_file_name(file.name, fallback=f"file-{n}") for n, file in enumerate(files, 1)])
    scan_state = ScanState.PENDING if is_scanned(message) else ScanState.NONE
    rows = []
    for file, name in zip(files, names, strict=True):
        stored = file
        if isinstance(file, NewFile):
            stored = store_file(file.content, name, declared_type=file.declared_type)
        rows.append(
            Attachment(
                message=message,
                public_id=stored.public_id,
                storage_key=stored.storage_key,
                sha256=stored.sha256,
                display_name=name,
                declared_type=stored.declared_type,
                sniffed_type=stored.sniffed_type,
                size=stored.size,
                disposition=file.disposition,
                content_id=file.content_id[:250],
                hidden=file.hidden,
                scan_state=scan_state,
            )
        )
    return Attachment.objects.bulk_create(rows) if rows else []


def read_file(attachment: PrivateFile) -> bytes:
    """Return a file's bytes. OSError when the storage cannot give it."""
    with private_storage().open(attachment.storage_key) as file:
        return file.read()


def delete_files_after_commit(keys: Iterable[str]) -> None:
    """Remove stored files once the transaction that dropped their rows is safe."""
    for key in keys:
        transaction.on_commit(partial(private_storage().delete, key))


def file_models() -> list[type[models.Model]]:
    """Return every model whose rows name a stored file, of all packages: not a list, in which one would be missing."""
    return [
        model
        for model in apps.get_app_config("wagtail_helpdesk").get_models()
        if any(field.name == "storage_key" for field in model._meta.concrete_fields)
    ]


def named_files(keys: Sequence[str]) -> set[str]:
    """Return those of ``keys`` that a row names.

    One statement: a file that a draft hands to its message while one looks stands in one of both tables.
    """
    first, *others = (_rows_of(model, keys) for model in file_models())
    return set(first.union(*others, all=True))


def _rows_of(model: type[models.Model], keys: Sequence[str]) -> Any:
    return model._base_manager.filter(storage_key__in=keys).order_by().values_list("storage_key", flat=True)
