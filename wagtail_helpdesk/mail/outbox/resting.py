"""Which mailboxes send nothing for now, and why: their server is out of reach, or they have sent enough for a minute.

No mail is to blame for that, so none has its attempts counted; and one alarm stands for all of them.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.choices import OutboundState
from wagtail_helpdesk.mail.models import MailTransport, OutboundMail
from wagtail_helpdesk.mail.outbox.schedule import UNAVAILABLE_PAUSE, next_probe
from wagtail_helpdesk.mail.transports import TransportUnavailable

logger = logging.getLogger(__name__)

MINUTE = timedelta(minutes=1)
_UNDER_WAY = (OutboundState.CLAIMED, OutboundState.TRANSMITTING)


def resting_mailboxes(now: datetime) -> list[int]:
    """Return the keys of the mailboxes that send nothing at ``now``."""
    resting = list(MailTransport.objects.filter(next_probe_at__gt=now).values_list("mailbox_id", flat=True))
    for row in MailTransport.objects.filter(per_minute__isnull=False):
        if free_slots(row, now) <= 0:
            resting.append(row.mailbox_id)
    return resting


def free_slots(row: MailTransport, now: datetime) -> int:
    """Return how many mails may leave within this minute besides those that are under way."""
    return row.per_minute - _count(row, now)


def is_over_limit(row: MailTransport, now: datetime) -> bool:
    """Tell whether a mail that was just claimed is one too many.

    It is counted itself, and the claims of other processes are committed: of two that take the last place at once,
    none passes unseen.
    """
    return row.per_minute is not None and _count(row, now) > row.per_minute


def pause(mailbox: Mailbox, error: TransportUnavailable, now: datetime) -> None:
    """Let the mailbox rest until it is worth another look; the first time is worth an alarm, a busy server is not."""
    row = _row_of(mailbox)
    if error.retry_after is not None:
        MailTransport.objects.filter(pk=row.pk).update(next_probe_at=now + error.retry_after)
        return
    if MailTransport.objects.filter(pk=row.pk, paused_at__isnull=True).update(paused_at=now):
        logger.error("mail_transport_paused mailbox=%s error=%s", mailbox.pk, error)
        row.paused_at = now
    MailTransport.objects.filter(pk=row.pk).update(
        pause_reason=str(error)[:200], next_probe_at=next_probe(paused_at=row.paused_at or now, now=now)
    )


def rest(mailbox: Mailbox, now: datetime) -> None:
    """Let the mailbox rest for a moment: its server has just left a mail in doubt, and would do so with the next."""
    MailTransport.objects.filter(pk=_row_of(mailbox).pk).update(next_probe_at=now + UNAVAILABLE_PAUSE)


def resume(mailbox: Mailbox) -> None:
    """The server has dealt with a mail: nothing is wrong any more."""
    paused = MailTransport.objects.filter(mailbox=mailbox, paused_at__isnull=False)
    if paused.update(paused_at=None, pause_reason="", next_probe_at=None):
        logger.warning("mail_transport_resumed mailbox=%s", mailbox.pk)


def look_again(mailbox_id: int) -> None:
    """Try the server at once, because somebody asks for it."""
    MailTransport.objects.filter(mailbox=mailbox_id, next_probe_at__isnull=False).update(next_probe_at=timezone.now())


def note_success(mailbox: Mailbox, now: datetime) -> None:
    """Write down that the server answers, for those who look after the mailbox."""
    MailTransport.objects.filter(mailbox=mailbox).update(last_ok_at=now)


def _row_of(mailbox: Mailbox) -> MailTransport:
    return MailTransport.objects.get_or_create(mailbox=mailbox)[0]


def _count(row: MailTransport, now: datetime) -> int:
    mails = OutboundMail.objects.filter(mailbox=row.mailbox_id)
    return mails.filter(sent_at__gt=now - MINUTE).count() + mails.filter(state__in=_UNDER_WAY).count()
