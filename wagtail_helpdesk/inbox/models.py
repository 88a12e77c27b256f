"""What the inbox keeps of its own: who looks at what, and what can be undone."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.tickets.models import Ticket


class Presence(models.Model):
    """An agent has a ticket open. A row that was not renewed for 15 seconds means nothing any more."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)
    #: When the agent last pressed a key in the composer.
    typed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="helpdesk_presence")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.ticket_id}"


class LastSeen(models.Model):
    """When an agent last had a page of the inbox open before them, written once a minute."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="helpdesk_last_seen")
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id} {self.seen_at}"


class UndoRecord(models.Model):
    """What one agent did with one click, in steps that can be taken back."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    #: [{"kind": ..., "ticket": pk, ...}], see ``inbox.undoing``. Keys and no words of any ticket.
    steps = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("undoable change")
        verbose_name_plural = _("undoable changes")

    def __str__(self) -> str:
        return str(self.pk)


class SendPreference(models.Model):
    """What the send button does for one agent: as the last time."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    #: Values of ``inbox.composer.THEN`` and ``AFTER``; "approval" where it is sent for approval.
    then = models.CharField(max_length=10, blank=True)
    after = models.CharField(max_length=10, blank=True)
    #: Who was asked to approve a reply: a user's key, or ``inbox.composer.TEAM``.
    approver = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = _("preference for sending")
        verbose_name_plural = _("preferences for sending")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id} {self.then} {self.after}"


class Mention(models.Model):
    """A note named an agent, who has not said "done" yet. Goes when it is done."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "ticket"], name="helpdesk_mention")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.ticket_id}"
