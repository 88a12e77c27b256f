"""The site's virus scanner: files that arrive are locked until it has cleared them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, BinaryIO

from django.utils.module_loading import import_string

from wagtail_helpdesk import conf, events
from wagtail_helpdesk.conversations.choices import Direction, ScanState
from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.conversations.storage import private_storage
from wagtail_helpdesk.events import describe_error

logger = logging.getLogger(__name__)

#: Gets an open file, returns whether it is clean. What it raises means "ask me again later".
Scanner = Callable[[BinaryIO], bool]

BATCH = 100
#: After so many failures in a row the scanner is taken to be out of order until the next round.
PATIENCE = 3
#: Whoever may handle mails that went wrong may have a file that the scanner holds back.
OPEN_LOCKED = "wagtail_helpdesk.change_inboundmail"


def is_scanned(message: Message) -> bool:
    """Tell whether the files of ``message`` are to be scanned: those of messages that arrived, where there is one."""
    return message.direction == Direction.INBOUND and bool(conf.get("ATTACHMENT_SCANNER"))


def may_open_locked(user: Any) -> bool:
    """Tell whether ``user`` may have a locked file all the same."""
    return user.has_perm(OPEN_LOCKED)


def scan_due() -> int:
    """Have the waiting files scanned; return how many were decided. Two workers may both scan one: no harm is done.

    Where the setting was taken away, what still waits is free.
    """
    waiting = Attachment.objects.filter(scan_state=ScanState.PENDING).order_by("pk").select_related("message")
    path = conf.get("ATTACHMENT_SCANNER")
    if not path:
        return waiting.update(scan_state=ScanState.NONE) if waiting.exists() else 0
    scanner: Scanner = import_string(path)
    decided = failures = 0
    for file in waiting[:BATCH]:
        try:
            state = _verdict(scanner, file)
        except Exception as error:  # noqa: BLE001 - a scanner may fail in any way; the file stays locked
            logger.error("scan_failed attachment=%s error=%s", file.pk, describe_error(error))
            failures += 1
            if failures == PATIENCE:
                break
            continue
        failures = 0
        with events.unit_of_work():
            changed = Attachment.objects.filter(pk=file.pk, scan_state=ScanState.PENDING).update(scan_state=state)
            if changed and state == ScanState.CLEAN:
                # Its text can be looked for now.
                ids = {"ticket_id": file.message.ticket_id, "message_id": file.message_id}
                events.publish(events.MessageReread(actor=events.Actor.system(), **ids))
        decided += changed
        if state == ScanState.INFECTED:
            logger.warning("attachment_infected attachment=%s", file.pk)
    return decided


def _verdict(scanner: Scanner, file: Attachment) -> ScanState:
    with private_storage().open(file.storage_key) as content:
        verdict = scanner(content)
    if not isinstance(verdict, bool):
        raise TypeError("ATTACHMENT_SCANNER must return True (clean) or False (infected).")
    return ScanState.CLEAN if verdict else ScanState.INFECTED
