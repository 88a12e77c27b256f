"""The files that go along with one reply to all parts of a ticket: which there are, and a copy of each for each part.

They are named by keys, so that a job which goes on later finds them: those of the draft wherever they lie by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_helpdesk import conf
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.automation.files import as_new
from wagtail_helpdesk.automation.models import SavedReply, SavedReplyFile
from wagtail_helpdesk.conversations.draft_files import content_id_of
from wagtail_helpdesk.conversations.files import read_file, store_file
from wagtail_helpdesk.conversations.models import Attachment, DraftFile, PrivateFile
from wagtail_helpdesk.conversations.words import NewFile, StoredFile
from wagtail_helpdesk.tickets.models import Ticket

_DRAFT, _REPLY = "draft", "reply"


@dataclass(frozen=True)
class PartFile:
    """One file that can go along. ``content_id``: of an image for the text, which goes where the text shows it."""

    key: str
    name: str
    size: int
    content_id: str = ""

    @property
    def label(self) -> str:
        """Name and size."""
        return _("%(name)s (%(size)s)") % {"name": self.name, "size": filesizeformat(self.size)}


def files_to_offer(user: Any, ticket: Ticket, replies: Iterable[SavedReply]) -> list[PartFile]:
    """Return the files of the user's draft on ``ticket``, and those of saved replies that were put in. One query."""
    drafted = DraftFile.objects.filter(draft__user=user, draft__ticket=ticket, draft__discarded_at__isnull=True)
    return [
        *(
            PartFile(f"{_DRAFT}:{row.public_id}", row.display_name, row.size, row.content_id if row.inline else "")
            for row in drafted
        ),
        *(
            PartFile(f"{_REPLY}:{file.pk}", file.display_name, file.size)
            for reply in replies
            for file in reply.files.all()
        ),
    ]


def refusal_of(files: Sequence[PartFile]) -> str:
    """Return why so much cannot go along, "" where it can."""
    most, limit = conf.get("MAX_UPLOAD_FILES"), conf.get("MAX_UPLOAD_BYTES")
    if len(files) > most:
        words = ngettext("You can send %(count)s file.", "You can send up to %(count)s files.", most)
        return words % {"count": most}
    if sum(file.size for file in files) > limit:
        return _("Together the files may not be larger than %(size)s.") % {"size": filesizeformat(limit)}
    return ""


def copies_of(keys: Sequence[str], *, user: Any, parent: int, html: str) -> tuple[list[NewFile | StoredFile], str]:
    """Return copies of the files for the message of one part, and ``html`` with its images out of these copies.

    Two queries at most, three where the draft was sent meanwhile. ActionRefused for a file that is gone.
    """
    found: dict[str, PrivateFile | SavedReplyFile] = {}
    drafted = _named(_DRAFT, keys)
    if drafted:
        rows: list[PrivateFile] = list(
            DraftFile.objects.filter(public_id__in=drafted, draft__user=user, draft__ticket=parent)
        )
        if len(rows) < len(drafted):
            rows += Attachment.objects.filter(
                public_id__in=drafted, message__ticket=parent, message__author_user=user
            ).exclude(public_id__in=[row.public_id for row in rows])
        found |= {f"{_DRAFT}:{row.public_id}": row for row in rows}
    ready = _named(_REPLY, keys)
    if ready:
        found |= {f"{_REPLY}:{row.pk}": row for row in SavedReplyFile.objects.filter(pk__in=ready)}
    files: list[NewFile | StoredFile] = []
    try:
        for key in keys:
            if key not in found:
                raise ActionRefused(_("A file that was to go along is not there any more."))
            file, html = _copy(found[key], html)
            files.append(file)
    except OSError as error:
        raise ActionRefused(_("A file that was to go along cannot be read now. Try again.")) from error
    return files, html


def _named(kind: str, keys: Iterable[str]) -> list[str]:
    return [key.removeprefix(f"{kind}:") for key in keys if key.startswith(f"{kind}:")]


def _copy(row: PrivateFile | SavedReplyFile, html: str) -> tuple[NewFile | StoredFile, str]:
    if isinstance(row, SavedReplyFile):
        return as_new(row), html
    content = read_file(row)
    if not row.content_id:
        return NewFile(name=row.display_name, content=content, declared_type=row.declared_type), html
    # An image is called by the key of its file, which is another one for each copy.
    stored = store_file(content, row.display_name, declared_type=row.declared_type)
    content_id = content_id_of(stored.public_id)
    return replace(stored, content_id=content_id, inline=True), html.replace(row.content_id, content_id)
