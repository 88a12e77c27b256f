"""What happened to a ticket: its timeline, and its merges."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models.ticket import Ticket


class TicketEvent(models.Model):
    """One line of a ticket's only history: who, what, from what to what, when, why."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=14, choices=EventKind.choices)
    actor_kind = models.CharField(max_length=8)
    actor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        # The index of what somebody did by time begins with it.
        db_index=False,
    )
    actor_contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    actor_name = models.CharField(_("who"), max_length=200, blank=True)
    #: Plain JSON: {"old": ..., "new": ...} as people read them, and whatever else the kind needs.
    data = models.JSONField(default=dict, blank=True)
    cause = models.CharField(_("why"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("timeline")
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["ticket", "created_at", "id"], name="helpdesk_event_ticket"),
            models.Index(fields=["actor_user", "kind", "created_at"], name="helpdesk_event_actor"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class TicketMerge(models.Model):
    """One merge: what each package moved, so that it can be put back at any later time."""

    source = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merges_out")
    target = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="merges_in")
    #: {package: {name: [keys]}}, written by each package's reactor.
    moved = models.JSONField(default=dict)
    merged_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")

    def __str__(self) -> str:
        return f"{self.source_id} -> {self.target_id}"
