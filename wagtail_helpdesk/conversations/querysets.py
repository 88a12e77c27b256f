"""Reads on messages and drafts. ``public`` is the one door to what customers may see."""

from __future__ import annotations

from typing import Any

from django.db import models

from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.tickets.choices import Visibility


class MessageQuerySet(models.QuerySet):
    """Messages by who may read them."""

    def public(self) -> MessageQuerySet:
        """Return what customers may see: published and public."""
        return self.filter(state=MessageState.PUBLISHED, visibility=Visibility.PUBLIC)

    def for_agents(self) -> MessageQuerySet:
        """Return what agents see: everything but what was cancelled."""
        return self.exclude(state=MessageState.CANCELLED)

    def due(self, now) -> MessageQuerySet:
        """Return the scheduled messages whose time has come at ``now``."""
        return self.filter(state=MessageState.SCHEDULED, publish_at__lte=now)

    def in_order(self) -> MessageQuerySet:
        """Return the messages as a conversation reads: by time, then as they came."""
        return self.order_by("created_at", "pk")


class DraftQuerySet(models.QuerySet):
    """Drafts by whose they are."""

    def living(self) -> DraftQuerySet:
        """Return those that nobody threw away."""
        return self.filter(discarded_at__isnull=True)

    def of(self, user: Any) -> DraftQuerySet:
        """Return the living drafts of ``user``, the latest first."""
        return self.living().filter(user=user).order_by("-updated_at", "-pk")

    def on_row(self, user: Any) -> models.Exists:
        """Return the condition "``user`` has a draft on this ticket", for querysets of tickets: a filter or a mark."""
        return models.Exists(self.living().filter(user=user, ticket=models.OuterRef("pk")))
