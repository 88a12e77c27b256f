"""The fixed vocabulary of the knowledge base."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ArticleRelation(models.TextChoices):
    """How an article belongs to a ticket."""

    PROMOTED_FROM = "promoted_from", _("Promoted from")
    CITED = "cited", _("Cited")


class ArticleState(models.TextChoices):
    """Where an article stands, as agents read it."""

    LIVE = "live", _("Published")
    IN_REVIEW = "in_review", _("In review")
    DRAFT = "draft", _("Draft")
    DELETED = "deleted", _("Deleted")
