"""A change to many tickets that goes on after its request, and what became of each ticket."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.inbox.models import UndoRecord


class BulkJob(models.Model):
    """The tickets that one agent chose, what is to be done to them, and how far it is."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    #: The name of a bulk action.
    action = models.CharField(max_length=30)
    #: What was chosen with it, as plain JSON.
    data = models.JSONField(default=dict)
    #: [[ticket, what the agent had seen of it or ""], ...]
    chosen = models.JSONField(default=list)
    #: How many of them are over.
    position = models.PositiveIntegerField(default=0)
    #: Until when somebody works on it: claimed by a conditional UPDATE.
    leased_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    #: What takes it back.
    undo = models.ForeignKey(UndoRecord, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("bulk change")
        verbose_name_plural = _("bulk changes")
        default_permissions = ()
        indexes = [models.Index(fields=["finished_at", "leased_until"], name="helpdesk_bulk_waiting")]

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"


class BulkResult(models.Model):
    """What became of one ticket. Written in the transaction that changed it, so that no ticket is changed twice."""

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="results")
    #: The place in the job's ``chosen``.
    number = models.PositiveIntegerField()
    #: A key and no foreign key: a result outlives nothing, and says nothing of the ticket.
    ticket_key = models.PositiveBigIntegerField()
    #: "" or the sentence that says why not.
    refusal = models.CharField(max_length=300, blank=True)
    #: Steps that take it back.
    steps = models.JSONField(default=list)

    class Meta:
        verbose_name = _("bulk result")
        verbose_name_plural = _("bulk results")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="helpdesk_bulk_result")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.number}"
