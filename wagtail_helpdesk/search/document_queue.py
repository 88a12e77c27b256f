"""Reads the documents that are on the list, and has their messages found by what stands in them."""

from __future__ import annotations

import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.search.file_texts import text_of_file
from wagtail_helpdesk.search.indexing import index_soon
from wagtail_helpdesk.search.models import FileText

#: Documents that are read in one go, and seconds after which no further one is begun: the worker has more to do.
MOST = 5
ROUND = 10.0
#: After so long another worker may take up a document that one had begun.
LEASE = timedelta(minutes=5)


def read_documents_due() -> int:
    """Read documents that are on the list, some of them; return how many. Any number of workers may do so at a time."""
    waiting = FileText.objects.filter(due__lte=timezone.now()).order_by("due", "pk")
    end = time.monotonic() + ROUND
    done = 0
    for row in waiting[:MOST]:
        if time.monotonic() >= end:
            break
        done += _read_document(row)
    return done


def _read_document(row: FileText) -> bool:
    lease = timezone.now() + LEASE
    if not FileText.objects.filter(pk=row.pk, due=row.due).update(due=lease):
        return False
    file = Attachment.objects.select_related("message").filter(pk=row.attachment_id).first()
    if file is None:
        return False
    text = text_of_file(file)
    # Whoever is stopped in between has done neither.
    with transaction.atomic():
        if FileText.objects.filter(pk=row.pk, due=lease).update(text=text, due=None) and text:
            index_soon(file.message.ticket_id, file.message_id)
    return True
