"""Reads on mails."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from wagtail_helpdesk.mail.choices import InboundState, MailOutcome, OutboundState, RecipientState
from wagtail_helpdesk.mail.outbox.schedule import LATE_AFTER

if TYPE_CHECKING:
    from wagtail_helpdesk.mail.models import InboundMail


class InboundMailQuerySet(models.QuerySet):
    """Arrived mails by what is to be done."""

    def waiting(self, now: datetime) -> InboundMailQuerySet:
        """Return the mails to read at ``now``: not begun and not put off, or begun by a process that is gone."""
        return self.filter(
            Q(state=InboundState.RECEIVED) & (Q(lease_until__isnull=True) | Q(lease_until__lte=now))
            | Q(state=InboundState.PROCESSING, lease_until__lte=now)
        )

    def twin_of(self, mail: InboundMail) -> InboundMail | None:
        """Return the mail of which ``mail`` is a copy that was altered on the way: same Message-ID, From and Date."""
        if not mail.twin_hash:
            return None
        twins = self.filter(twin_hash=mail.twin_hash, dedupe_scope=mail.dedupe_scope, pk__lt=mail.pk)
        return twins.exclude(outcome=MailOutcome.FAILED).order_by("pk").first()


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

    def in_trouble(self, now: datetime, kinds: Iterable[str]) -> OutboundMailQuerySet:
        """Return the mails with any of these troubles that nobody is done with.

        The kinds are "failed", "uncertain", "late" and "came_back"; KeyError for any other.
        """
        recipients = self.model._meta.get_field("recipients").related_model.objects
        bounced = recipients.filter(outbound=OuterRef("pk"), state=RecipientState.BOUNCED)
        unfinished = (OutboundState.QUEUED, OutboundState.RETRY, OutboundState.CLAIMED)
        troubles = {
            "failed": Q(state__in=(OutboundState.FAILED, OutboundState.PARTIAL)),
            "uncertain": Q(state=OutboundState.UNCERTAIN),
            "late": Q(state__in=unfinished, created_at__lte=now - LATE_AFTER),
            "came_back": Q(Exists(bounced)),
        }
        wanted = Q()
        for kind in kinds:
            wanted |= troubles[kind]
        return self.filter(wanted, settled_at__isnull=True)
