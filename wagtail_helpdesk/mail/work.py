"""One round of all that is due: what the worker does again and again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import OperationalError
from django.utils import timezone

from wagtail_helpdesk.conversations.actions.publish_message import PublishMessage
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.events import describe_error
from wagtail_helpdesk.mail.clean import clean
from wagtail_helpdesk.mail.deliver import deliver_due
from wagtail_helpdesk.mail.models import InboundMail
from wagtail_helpdesk.mail.process import process, release_leases
from wagtail_helpdesk.tickets.actions.close_resolved import close_resolved

logger = logging.getLogger(__name__)

BATCH = 100
#: How often the slow steps run.
HOURLY = timedelta(hours=1)


def publish_due() -> int:
    """Publish the scheduled replies whose time has come; return how many."""
    due = list(Message.objects.due(timezone.now()).order_by("publish_at", "pk").values_list("pk", flat=True)[:BATCH])
    return sum(PublishMessage(message_id=pk)() is not None for pk in due)


def process_due() -> int:
    """Read the accepted mails that wait; return how many were tried."""
    release_leases()
    waiting = InboundMail.objects.waiting(timezone.now()).order_by("pk")
    due = list(waiting.values_list("pk", flat=True)[:BATCH])
    for pk in due:
        process(pk)
    return len(due)


class Worker:
    """Runs the steps; a step that fails is logged and does not keep the others from running."""

    def __init__(self) -> None:
        self._hourly_at: datetime | None = None

    def run_once(self) -> int:
        """Do everything that is due now; return how many things were done."""
        done = sum(self._step(step) for step in (publish_due, process_due, deliver_due))
        now = timezone.now()
        if self._hourly_at is None or now >= self._hourly_at:
            self._hourly_at = now + HOURLY
            done += self._step(close_resolved)
            self._step(clean)
        return done

    def _step(self, step: Callable[[], int | None]) -> int:
        try:
            return step() or 0
        except OperationalError as error:
            logger.error("work_database_unavailable step=%s error=%s", step.__name__, describe_error(error))
        except Exception as error:  # noqa: BLE001 - the worker goes on with the other steps
            logger.error("work_step_failed step=%s error=%s", step.__name__, describe_error(error))
        return 0
