"""Files that agents add to a draft, within limits that are told at each file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_helpdesk import conf
from wagtail_helpdesk.conversations.draft_files import add_draft_file
from wagtail_helpdesk.conversations.file_names import is_dangerous
from wagtail_helpdesk.conversations.models import DraftFile
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.tickets.models import Ticket


def keep_files(user: Any, ticket: Ticket, mode: str, files: Iterable[UploadedFile]) -> list[str]:
    """Add what can be added; return for each other file why it was not."""
    refused = []
    for file in files:
        why = refusal_of(user, ticket, file)
        if why:
            refused.append(why)
        else:
            add_draft_file(user=user, ticket=ticket, mode=mode, file=_new(file))
    return refused


def keep_file(user: Any, ticket: Ticket, mode: str, file: UploadedFile, *, inline: bool) -> DraftFile:
    """Add one file that was not refused."""
    return add_draft_file(user=user, ticket=ticket, mode=mode, file=_new(file), inline=inline)


def refusal_of(user: Any, ticket: Ticket, file: UploadedFile) -> str:
    """Return why ``file`` cannot go along, "" where it can."""
    name = {"name": file.name}
    if is_dangerous(file.name or ""):
        return _("%(name)s: mail servers refuse files that may start a program.") % name
    if not file.size:
        return _("%(name)s is empty.") % name
    held = DraftFile.objects.filter(draft__user=user, draft__ticket=ticket)
    kept = held.aggregate(count=Count("pk"), size=Sum("size"))
    most, limit = conf.get("MAX_UPLOAD_FILES"), conf.get("MAX_UPLOAD_BYTES")
    if kept["count"] >= most:
        words = ngettext(
            "%(name)s: %(count)s file can go along.", "%(name)s: up to %(count)s files can go along.", most
        )
        return words % {**name, "count": most}
    if (kept["size"] or 0) + file.size > limit:
        size = filesizeformat(limit)
        return _("%(name)s: together the files may not be larger than %(size)s.") % {**name, "size": size}
    return ""


def _new(file: UploadedFile) -> NewFile:
    return NewFile(name=file.name or "", content=file.read(), declared_type=file.content_type or "")
