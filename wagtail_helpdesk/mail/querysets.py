"""Reads on mails."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q

from wagtail_helpdesk.mail.choices import InboundState, OutboundState


class InboundMailQuerySet(models.QuerySet):
    """Arrived mails by what is to be done."""

    def waiting(self, now: datetime) -> InboundMailQuerySet:
        """Return the mails to read at ``now``: not begun and not put off, or begun by a process that is gone."""
        return self.filter(
            Q(state=InboundState.RECEIVED) & (Q(lease_until__isnull=True) | Q(lease_until__lte=now))
            | Q(state=InboundState.PROCESSING, lease_until__lte=now)
        )


class OutboundMailQuerySet(models.QuerySet):
    """Mails of ours by what is to be done."""

    def due(self, now: datetime) -> OutboundMailQuerySet:
        """Return the mails to send at ``now``, oldest first; one behind an unfinished one to the same person waits."""
        waiting = [OutboundState.QUEUED, OutboundState.RETRY]
        unfinished = [*waiting, OutboundState.CLAIMED, OutboundState.TRANSMITTING]
        earlier = self.model._default_manager.filter(
            queue_key=OuterRef("queue_key"), pk__lt=OuterRef("pk"), state__in=unfinished
        )
        return self.filter(~Exists(earlier), state__in=waiting, next_try_at__lte=now).order_by("next_try_at", "pk")
