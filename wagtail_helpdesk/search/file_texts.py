"""The text of attached files, read once by the worker, up to a bound.

Plain text, tables, calendars and HTML are read with the message that they came with. Documents take longer: they are
put on a list, and read one by one when nothing that somebody waits for is held up by it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from wagtail_helpdesk.conversations.choices import ScanState
from wagtail_helpdesk.conversations.html_text import html_to_text
from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.events import describe_error
from wagtail_helpdesk.search.documents import KINDS, DocumentUnreadable, readable_documents, text_of_document
from wagtail_helpdesk.search.models import FileText

logger = logging.getLogger(__name__)

#: Larger files are not read, and of what is read no more is kept (bytes, characters).
MAX_BYTES, MAX_TEXT = 2 * 1024 * 1024, 20_000
#: What the content is, as we see it, not as the sender says.
READABLE = ("text/plain", "text/csv", "text/calendar", "text/html", "text/markdown", "application/json")
#: The same for documents (bytes).
MAX_DOCUMENT = 20 * 1024 * 1024
#: Files that are read in one go.
MOST = 200


def read_file_texts(messages: Iterable[int]) -> int:
    """Read the files of these messages that nobody has read yet; return how many. One that fails counts as read.

    Files that the site's scanner has not cleared are left for later: their messages are read anew when it has.
    """
    documents = readable_documents()
    read = Q(sniffed_type__in=READABLE, size__lte=MAX_BYTES)
    later = Q(sniffed_type__in=documents, size__lte=MAX_DOCUMENT)
    files = Attachment.objects.filter(read | later, message__in=[*messages], hidden=False, search_text=None)
    found = list(files.exclude(scan_state__in=(ScanState.PENDING, ScanState.INFECTED)).order_by("pk")[:MOST])
    now = timezone.now()
    for file in found:
        values = {"due": now} if file.sniffed_type in documents else {"text": text_of_file(file)}
        # Another worker may have read it at the same time; it may be gone by now.
        if Attachment.objects.filter(pk=file.pk).exists():
            FileText.objects.get_or_create(attachment_id=file.pk, defaults=values)
    return len(found)


def text_of_file(file: Attachment) -> str:
    """Return the text of a file; nothing where it cannot be read, which the log says."""
    try:
        with private_storage().open(file.storage_key) as stored:
            content = stored.read(MAX_DOCUMENT)
        if file.sniffed_type in KINDS:
            return clean(text_of_document(content, file.sniffed_type))
    except (OSError, DocumentUnreadable) as error:
        logger.warning("file_text_failed attachment=%s error=%s", file.pk, describe_error(error))
        return ""
    text = decode(content)
    if file.sniffed_type == "text/html":
        text = html_to_text(text)
    return clean(text)


def clean(text: str) -> str:
    """Return a text as the database takes it, no longer than is kept."""
    return text.replace("\x00", "")[:MAX_TEXT]


def decode(content: bytes) -> str:
    """Return bytes as text: UTF-8, else the commonest of what is left. Never raises."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
