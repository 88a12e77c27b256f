"""Tells agents of mails that still wait, or whose fate is still unknown, after a while: once for each."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from wagtail_helpdesk import events
from wagtail_helpdesk.mail.choices import OutboundState
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.outbox.schedule import LATE_AFTER
from wagtail_helpdesk.mail.reporting.problems import FOR_OUTSIDERS, tell_problem

BATCH = 200
_WAITING = (OutboundState.QUEUED, OutboundState.RETRY, OutboundState.CLAIMED)


def warn_late() -> int:
    """Write the timeline and publish DeliveryProblem ("late", "uncertain"); return for how many mails."""
    now = timezone.now()
    limit = now - LATE_AFTER
    late = Q(state__in=_WAITING, created_at__lte=limit)
    unknown = Q(state=OutboundState.UNCERTAIN, uncertain_at__lte=limit)
    mails = OutboundMail.objects.filter(late | unknown, warned_at__isnull=True, audience__in=FOR_OUTSIDERS)
    told = 0
    for mail in mails.only("ticket", "message", "audience", "state", "last_error").order_by("pk")[:BATCH]:
        with events.unit_of_work():
            # Whoever writes the date tells.
            mine = OutboundMail.objects.filter(pk=mail.pk, warned_at__isnull=True, state=mail.state)
            if mine.update(warned_at=now):
                uncertain = mail.state == OutboundState.UNCERTAIN
                tell_problem(mail, "uncertain" if uncertain else "late", reason=mail.last_error)
                told += 1
    return told
