"""Files that wait with a draft."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from wagtail_helpdesk.conversations.drafts import begin_draft, draft_of, has_words
from wagtail_helpdesk.conversations.file_names import clean_file_name
from wagtail_helpdesk.conversations.file_types import may_show_inline
from wagtail_helpdesk.conversations.files import delete_files_after_commit, store_file
from wagtail_helpdesk.conversations.models import Draft, DraftFile
from wagtail_helpdesk.conversations.words import NewFile, StoredFile
from wagtail_helpdesk.tickets.models import Ticket


def add_draft_file(*, user: Any, ticket: Ticket, mode: str, file: NewFile, inline: bool = False) -> DraftFile:
    """Keep ``file`` with the draft of ``user`` on ``ticket``, which begins with it where there is none.

    ``inline``: the text shows it, if it is an image that can be shown. The draft's words and version stay.
    """
    stored = store_file(file.content, clean_file_name(file.name, fallback="file"), declared_type=file.declared_type)
    inline = inline and may_show_inline(stored.sniffed_type)
    with transaction.atomic():
        draft = draft_of(user, ticket)
        if draft is None:
            Draft.objects.filter(user=user, ticket=ticket).delete()
            draft = begin_draft(user=user, ticket=ticket, mode=mode)
        return DraftFile.objects.create(
            draft=draft,
            public_id=stored.public_id,
            storage_key=stored.storage_key,
            sha256=stored.sha256,
            display_name=stored.name,
            declared_type=stored.declared_type,
            sniffed_type=stored.sniffed_type,
            size=stored.size,
            content_id=content_id_of(stored.public_id) if inline else "",
            inline=inline,
        )


def remove_draft_file(file: DraftFile) -> None:
    """Take a file away from its draft; a draft without words goes with its last file."""
    with transaction.atomic():
        delete_files_after_commit([file.storage_key])
        draft = file.draft
        file.delete()
        if not has_words(draft.body) and not draft.files.exists():
            draft.delete()


def stored_files(draft: Draft | None) -> list[StoredFile]:
    """Return the files of a draft as an action takes them."""
    rows = draft.files.all() if draft else ()
    return [
        StoredFile(
            name=row.display_name,
            public_id=row.public_id,
            storage_key=row.storage_key,
            sha256=row.sha256,
            sniffed_type=row.sniffed_type,
            size=row.size,
            declared_type=row.declared_type,
            content_id=row.content_id,
            inline=row.inline,
        )
        for row in rows
    ]


def content_id_of(public_id: str) -> str:
    """Return the content id of an image in the text: the same in the draft, the message and the mail."""
    return f"{public_id}@helpdesk"


def public_id_of(content_id: str) -> str:
    """Return the public id in a content id of ours, "" for any other."""
    public_id, _at, place = content_id.partition("@")
    return public_id if place == "helpdesk" else ""
