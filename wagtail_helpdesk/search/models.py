"""What is found, and what is still to be made findable."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from wagtail_helpdesk import conf
from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.desk.models import Team
from wagtail_helpdesk.tickets.models import Ticket


class SearchEntry(index.Indexed, models.Model):
    """The words of a ticket itself, or of one of its published messages. Written by the worker only."""

    #: The worker feeds the search backend, where the site has set one: never the transaction that stores a message.
    search_auto_update = False
    wagtail_reference_index_ignore = True

    #: The message's key; the ticket's with a minus for the ticket itself.
    key = models.BigIntegerField(unique=True, editable=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="search_entries")
    #: The ticket's, repeated here: most people search their own teams' tickets.
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+", db_index=False)
    #: When the message was written; of a ticket, when something happened last.
    at = models.DateTimeField()
    #: Normal words between spaces, see ``words``. The databases' full texts are made of this column.
    words = models.TextField(blank=True)

    search_fields = [
        index.SearchField("words"),
        index.AutocompleteField("words"),
        index.FilterField("team_id"),
        index.FilterField("ticket_id"),
        index.FilterField("at"),
    ]

    class Meta:
        verbose_name = _("search entry")
        verbose_name_plural = _("search entries")
        indexes = [
            models.Index(fields=["-at", "-id"], name="helpdesk_search_at"),
            models.Index(fields=["team", "-at", "-id"], name="helpdesk_search_team"),
        ]

    def __str__(self) -> str:
        return str(self.key)

    @property
    def message_id(self) -> int | None:
        """The message's key, None for the ticket itself."""
        return self.key if self.key > 0 else None

    @classmethod
    def get_indexed_objects(cls) -> Any:
        """Return what Wagtail's ``update_index`` reads: nothing where the database's own full text is used."""
        return cls.objects.all() if conf.get("SEARCH_BACKEND") else cls.objects.none()


class IndexTask(models.Model):
    """Something to be read anew. Plain keys: the rows may be gone, or stand elsewhere, by the time it is done."""

    ticket_id = models.PositiveBigIntegerField()
    #: The message that is new or changed; None for the ticket alone.
    message_id = models.PositiveBigIntegerField(null=True, blank=True)
    #: All messages of the ticket.
    whole = models.BooleanField(default=False)
    #: A part of a rebuild, which gives way to what is new.
    later = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    owner = models.CharField(max_length=32, blank=True, db_index=True)
    #: Until when it is the owner's.
    lease = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("index task")
        verbose_name_plural = _("index tasks")
        indexes = [models.Index(fields=["later", "id"], name="helpdesk_index_task")]

    def __str__(self) -> str:
        return f"{self.ticket_id}/{self.message_id or '-'}"


class FileText(models.Model):
    """The text of an attached file, as far as it could be read."""

    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="search_text")
    text = models.TextField(blank=True)
    #: From when on a document is to be read; None once it was.
    due = models.DateTimeField(null=True, db_index=True)

    class Meta:
        verbose_name = _("text of a file")
        verbose_name_plural = _("texts of files")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.attachment_id)
