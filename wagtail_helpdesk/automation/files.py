"""The files of saved replies, in the private storage."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.db.models.signals import post_delete

from wagtail_helpdesk.conversations.file_names import clean_file_name
from wagtail_helpdesk.conversations.files import delete_files_after_commit
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.conversations.words import NewFile

if TYPE_CHECKING:
    from wagtail_helpdesk.automation.models import SavedReply, SavedReplyFile

#: Beside the attachments, whose folder is swept of what belongs to no message.
FOLDER = "saved_replies"


def _rows() -> Any:
    return apps.get_model("wagtail_helpdesk", "SavedReplyFile").objects


def files_of(reply: SavedReply) -> QuerySet[SavedReplyFile]:
    """Return the files of ``reply``, none of one that is not saved yet."""
    return _rows().filter(saved_reply=reply.pk) if reply.pk else _rows().none()


def add_files(reply: SavedReply, uploaded: Sequence[UploadedFile]) -> None:
    """Store uploaded files with ``reply``."""
    for number, file in enumerate(uploaded, 1):
        content = file.read()
        token = secrets.token_hex(16)
        _rows().create(
            saved_reply=reply,
            storage_key=private_storage().save(f"{FOLDER}/{token[:2]}/{token}", ContentFile(content)),
            display_name=clean_file_name(file.name or "", fallback=f"file-{number}"),
            declared_type=(file.content_type or "")[:150],
            size=len(content),
        )


def keep_only(reply: SavedReply, kept: Iterable[SavedReplyFile]) -> None:
    """Remove the other files of ``reply``."""
    for row in files_of(reply).exclude(pk__in=[file.pk for file in kept]):
        row.delete()


def connect() -> None:
    """Let the stored file go with its row. Called once, from ``apps.ready()``."""
    model = apps.get_model("wagtail_helpdesk", "SavedReplyFile")
    post_delete.connect(_forget_stored_file, sender=model, dispatch_uid="helpdesk_saved_reply_file")


def _forget_stored_file(sender: Any, instance: SavedReplyFile, **kwargs: Any) -> None:
    """Remove the stored file of a row that is gone, unless a translation has it too."""
    if not _rows().filter(storage_key=instance.storage_key).exists():
        delete_files_after_commit([instance.storage_key])


def as_new(row: SavedReplyFile) -> NewFile:
    """Return the file as a message takes it. OSError when the storage cannot give it."""
    with private_storage().open(row.storage_key) as file:
        return NewFile(name=row.display_name, content=file.read(), declared_type=row.declared_type)
