"""What is kept of a focus session."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.tickets.models import Ticket


class FocusSession(models.Model):
    """An agent works through a place of the inbox. One an agent, so that it goes on in any window and on any device."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    #: The place, as addresses write it (``inbox.places``).
    place = models.TextField()
    #: The ticket that the agent has now. One session has it at most: two who play the same view get two tickets.
    ticket = models.OneToOneField(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    #: When the agent's page was last opened on it; None once it was closed, and the ticket is free for others.
    claimed_at = models.DateTimeField(null=True, blank=True)
    #: How many there were when the ticket came, itself included.
    left = models.PositiveIntegerField(default=0)
    #: {key of a ticket: when the agent was done with it}.
    done = models.JSONField(default=dict)
    #: Keys of tickets that were skipped.
    skipped = models.JSONField(default=list)
    started_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("focus session")
        verbose_name_plural = _("focus sessions")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id} {self.ticket_id}"
