"""Keeps the raw source of mails: content-addressed, compressed, never public."""

from __future__ import annotations

import gzip
import os
import secrets
from functools import partial
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage
from django.db import IntegrityError, transaction

from wagtail_helpdesk import conf
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.mail.models import InboundMail, RawMail

#: Folder of raw mails in the private storage.
FOLDER = "raw"
IN_DATABASE = "db"


class RawMissing(Exception):
    """The raw source of a mail is gone: removed by age or erasure, or lost by the storage."""


def store_raw(raw: bytes, sha256: str) -> str:
    """Keep ``raw`` and return its reference. Doing it again is harmless. OSError when the storage cannot take it."""
    packed = gzip.compress(raw, compresslevel=3, mtime=0)
    if conf.get("RAW_STORE") == IN_DATABASE:
        return _store_in_database(packed, sha256)
    storage, name = private_storage(), f"{FOLDER}/{sha256[:2]}/{sha256[2:4]}/{sha256}.eml.gz"
    if isinstance(storage, FileSystemStorage):
        _write_durably(Path(storage.path(name)), packed)
    elif not storage.exists(name):
        name = storage.save(name, ContentFile(packed))
    return name


def load_raw(mail: InboundMail) -> bytes:
    """Return the raw source of ``mail``, byte for byte. Raises RawMissing."""
    if not mail.raw_ref:
        raise RawMissing
    try:
        if mail.raw_ref == IN_DATABASE:
            return gzip.decompress(bytes(RawMail.objects.get(sha256=mail.raw_sha256).content))
        with private_storage().open(mail.raw_ref) as file:
            return gzip.decompress(file.read())
    except (OSError, EOFError, RawMail.DoesNotExist) as error:
        raise RawMissing from error


def drop_raw(mail: InboundMail) -> None:
    """Forget the raw source of ``mail``; it goes when no other mail has the same. Must run in a transaction."""
    reference, mail.raw_ref = mail.raw_ref, ""
    mail.save(update_fields=["raw_ref"])
    if not reference or InboundMail.objects.filter(raw_sha256=mail.raw_sha256).exclude(raw_ref="").exists():
        return
    if reference == IN_DATABASE:
        RawMail.objects.filter(sha256=mail.raw_sha256).delete()
    else:
        transaction.on_commit(partial(_delete, private_storage(), reference))


def _delete(storage: Storage, name: str) -> None:
    storage.delete(name)


def _store_in_database(packed: bytes, sha256: str) -> str:
    if not RawMail.objects.filter(sha256=sha256).exists():
        try:
            with transaction.atomic():
                RawMail.objects.create(sha256=sha256, content=packed)
        except IntegrityError:
            # Another process stored the same mail at the same time.
            return IN_DATABASE
    return IN_DATABASE


def _write_durably(path: Path, content: bytes) -> None:
    """Write so that after a crash the file is either whole or not there: temporary file, fsync, rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
