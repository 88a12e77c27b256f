"""The text of attached files, read once by the worker: plain text, tables, calendars and HTML, up to a bound."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from wagtail_helpdesk.conversations.choices import ScanState
from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.events import describe_error
from wagtail_helpdesk.search.models import FileText

logger = logging.getLogger(__name__)

#: Larger files are not read, and of what is read no more is kept (bytes, characters).
MAX_BYTES, MAX_TEXT = 2 * 1024 * 1024, 20_000
#: What the content is, as we see it, not as the sender says.
READABLE = ("text/plain", "text/csv", "text/calendar", "text/html", "text/markdown", "application/json")
#: Files that are read in one go.
MOST = 200


def read_file_texts(messages: Iterable[int]) -> int:
    """Read the files of these messages that nobody has read yet; return how many. One that fails counts as read.

    Files that the site's scanner has not cleared are left for later: their messages are read anew when it has.
    """
    locked = (ScanState.PENDING, ScanState.INFECTED)
    files = Attachment.objects.filter(
        message__in=[*messages], hidden=False, sniffed_type__in=READABLE, size__lte=MAX_BYTES, search_text=None
    ).exclude(scan_state__in=locked)
    rows = [FileText(attachment=file, text=_text_of(file)) for file in files.order_by("pk")[:MOST]]
    for row in rows:
        # Another worker may have read it at the same time; it may be gone by now.
        if Attachment.objects.filter(pk=row.attachment_id).exists():
            FileText.objects.get_or_create(attachment_id=row.attachment_id, defaults={"text": row.text})
    return len(rows)


def _text_of(file: Attachment) -> str:
    try:
        with private_storage().open(file.storage_key) as stored:
            content = stored.read(MAX_BYTES)
    except OSError as error:
        logger.warning("file_text_failed attachment=%s error=%s", file.pk, describe_error(error))
        return ""
    text = decode(content)
    if file.sniffed_type == "text/html":
        text = html_to_text(text)
    return text.replace("\x00", "")[:MAX_TEXT]


def decode(content: bytes) -> str:
    """Return bytes as text: UTF-8, else the commonest of what is left. Never raises."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
