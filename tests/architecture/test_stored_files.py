"""Every stored file has a row that the sweep of files without one knows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone

from tests.architecture.source import is_migration, modules
from wagtail_helpdesk.automation.models import SavedReply, SavedReplyFile
from wagtail_helpdesk.conversations.draft_files import add_draft_file
from wagtail_helpdesk.conversations.files import file_models
from wagtail_helpdesk.conversations.models import Attachment, DraftFile
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.mail.clean import sweep_orphans
from wagtail_helpdesk.testing import factories

#: The modules that may write to the private storage.
WRITERS = {
    "wagtail_helpdesk.conversations.files",
    "wagtail_helpdesk.automation.files",
    "wagtail_helpdesk.mail.arriving.raw_store",
}
#: Columns whose name sounds like a stored file: the sweep has to know them, in ``named_files`` or on its own.
SOUNDS_LIKE_A_FILE = ("storage", "_ref", "file_key", "upload")
KNOWN_COLUMNS = {"Attachment.storage_key", "DraftFile.storage_key", "SavedReplyFile.storage_key", "InboundMail.raw_ref"}

pytestmark = pytest.mark.django_db


def _message_file(desk: Any) -> str:
    ticket = factories.make_ticket(files=[NewFile("a.txt", b"kept")])
    return Attachment.objects.get(message__ticket=ticket).storage_key


def _draft_file(desk: Any) -> str:
    ticket = factories.make_ticket()
    return add_draft_file(user=desk.agent, ticket=ticket, mode="reply", file=NewFile("a.txt", b"kept")).storage_key


def _saved_reply_file(desk: Any) -> str:
    key = private_storage().save("attachments/ab/of-a-saved-reply", ContentFile(b"kept"))
    reply = SavedReply.objects.create(name="Terms")
    return SavedReplyFile.objects.create(saved_reply=reply, storage_key=key, display_name="a.txt", size=4).storage_key


#: One that keeps a file, for each model that has them.
KEEPERS = {Attachment: _message_file, DraftFile: _draft_file, SavedReplyFile: _saved_reply_file}


@pytest.fixture
def own_storage(settings, tmp_path) -> None:
    """No file of another test lies in the storage."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.WAGTAIL_HELPDESK = {}


def test_every_model_with_files_is_tried():
    assert set(file_models()) == set(KEEPERS), "teach the test the new model"


@pytest.mark.parametrize("model", KEEPERS, ids=lambda model: model.__name__)
def test_no_row_loses_its_file(desk, own_storage, model):
    key = KEEPERS[model](desk)
    orphan = private_storage().save("attachments/ab/orphan", ContentFile(b"x"))
    with time_machine.travel(timezone.now() + timedelta(days=30), tick=False):
        assert sweep_orphans() == 1
    assert not private_storage().exists(orphan)
    assert private_storage().exists(key)


def test_sweep_asks_all_tables_at_once(desk, own_storage, django_assert_num_queries):
    """A draft that is sent hands its file from one table to another: what looks into one after the other misses it."""
    _draft_file(desk)
    with time_machine.travel(timezone.now() + timedelta(days=30), tick=False), django_assert_num_queries(1):
        assert sweep_orphans() == 0


def test_who_writes_files_is_known():
    writers = {
        module.name
        for module in modules()
        if not is_migration(module)
        and "private_storage" in module.names()
        and {"save", "_write_durably"} & set(module.names())
    }
    assert writers == WRITERS, "what keeps the name of the file there has to be known to the sweep"


def test_no_other_column_names_a_file():
    named = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("wagtail_helpdesk").get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.FileField)
        or (
            isinstance(field, models.CharField | models.TextField)
            and any(sound in field.name for sound in SOUNDS_LIKE_A_FILE)
        )
    }
    assert named == KNOWN_COLUMNS
