"""Notices do not stay for ever."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from wagtail_helpdesk.notifications.models import Notice

KEPT = timedelta(days=90)


def clear_notices() -> int:
    """Delete the notices that are past their time; return how many."""
    return Notice.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
