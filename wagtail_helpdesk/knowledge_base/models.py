"""Which articles came from which tickets."""

from __future__ import annotations

import swapper
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.knowledge_base.choices import ArticleRelation
from wagtail_helpdesk.tickets.models import Ticket


class TicketArticle(models.Model):
    """A ticket and an article page that belong together. Written by actions and reactors only."""

    #: Wagtail's usage screens would show tickets to editors who may not see them.
    wagtail_reference_index_ignore = True

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="articles")
    page = models.ForeignKey(
        swapper.get_model_name("wagtailcore", "Page"),
        verbose_name=_("article"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    #: Kept when the page goes; goes itself when the ticket is erased.
    title = models.CharField(_("title"), max_length=255, blank=True)
    kind = models.CharField(
        _("kind"), max_length=14, choices=ArticleRelation.choices, default=ArticleRelation.PROMOTED_FROM
    )
    #: The public messages that the article was made of.
    messages = models.ManyToManyField(Message, blank=True, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    #: The name as it was.
    made_by_name = models.CharField(_("made by"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)

    class Meta:
        verbose_name = _("ticket's article")
        verbose_name_plural = _("tickets' articles")
        ordering = ["made_at", "pk"]

    def __str__(self) -> str:
        return self.title or str(self.get_kind_display())
