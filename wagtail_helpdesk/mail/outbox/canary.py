"""The hourly test of a mailbox: a mail to itself, which has to be back soon. It goes out and in as any other."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.mail.choices import MailKind
from wagtail_helpdesk.mail.models import DeliveryEvent, OutboundMail
from wagtail_helpdesk.mail.outbox.probe import WITNESS, queue_to_itself

HOUR = timedelta(hours=1)


def send_canaries() -> int:
    """Queue this hour's test of each mailbox that wants one; return how many. Safe in any number of workers."""
    now = timezone.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    due = _due(Mailbox.objects.filter(mail_options__canary=True), hour)
    return sum(_send(mailbox, hour) for mailbox in due)


def _due(mailboxes: QuerySet[Mailbox], hour: datetime) -> QuerySet[Mailbox]:
    sent = OutboundMail.objects.filter(kind=MailKind.CANARY, created_at__gte=hour)
    return mailboxes.exclude(pk__in=sent.values("mailbox"))


def _send(mailbox: Mailbox, hour: datetime) -> bool:
    try:
        with transaction.atomic():
            queue_to_itself(mailbox, MailKind.CANARY, mailbox.address, purpose=f"{mailbox.pk}:{hour:%Y-%m-%dT%H}")
    except IntegrityError:
        # Another worker was quicker.
        return False
    return True


def overdue_canaries(now: datetime, patience: timedelta) -> dict[int, datetime]:
    """Return, by mailbox, when its last test was made that should be back by now and is not.

    One that came back later makes up for those before it. Tests of a mailbox that wants none any more do not count.
    """
    came_back = DeliveryEvent.objects.filter(outbound=OuterRef("pk"), witness=WITNESS)
    recent = (
        OutboundMail.objects.filter(
            kind=MailKind.CANARY, created_at__gt=now - 3 * HOUR, mailbox__mail_options__canary=True
        )
        .annotate(is_back=Exists(came_back))
        .order_by("created_at")
        .values_list("mailbox_id", "created_at", "is_back")
    )
    overdue: dict[int, datetime] = {}
    for mailbox_id, created_at, is_back in recent:
        if is_back:
            overdue.pop(mailbox_id, None)
        elif now - created_at > patience:
            overdue[mailbox_id] = created_at
    return overdue
