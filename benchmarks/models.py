"""The floor of a list: the tickets' own rows as a model that knows nothing of the help desk."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class BareTicket(models.Model):
    """The columns that a plain Wagtail listing shows, read from the table of tickets."""

    subject = models.CharField(max_length=500)
    category = models.CharField(max_length=10)
    status = models.ForeignKey("wagtail_helpdesk.Status", on_delete=models.DO_NOTHING, related_name="+")
    team = models.ForeignKey("wagtail_helpdesk.Team", on_delete=models.DO_NOTHING, related_name="+")
    requester = models.ForeignKey("wagtail_helpdesk.Contact", on_delete=models.DO_NOTHING, related_name="+")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.DO_NOTHING, related_name="+"
    )
    last_activity_at = models.DateTimeField()

    class Meta:
        app_label = "benchmarks"
        managed = False
        db_table = "wagtail_helpdesk_ticket"
        ordering: ClassVar[list[str]] = ["-last_activity_at"]

    def __str__(self) -> str:
        return self.subject
