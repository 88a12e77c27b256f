"""Ready-made page types: a help centre, its sections, their articles."""

from __future__ import annotations

from typing import Any, ClassVar

import swapper
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from taggit.models import TaggedItemBase

from wagtail_helpdesk.knowledge_base.mixins import HelpArticleMixin, HelpCentreMixin, HelpSectionMixin

# The site's page model: its app stands before this one in INSTALLED_APPS where it is not Wagtail's own.
Page = swapper.load_model("wagtailcore", "Page", require_ready=False)


class HelpCentrePage(HelpCentreMixin, Page):
    """The front page of a knowledge base."""

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, *HelpCentreMixin.help_panels]
    search_fields: ClassVar[list[Any]] = [*Page.search_fields, *HelpCentreMixin.help_search_fields]
    subpage_types: ClassVar[list[str]] = ["wagtail_helpdesk_pages.HelpSectionPage"]

    class Meta:
        verbose_name = _("help centre")
        verbose_name_plural = _("help centres")


class HelpSectionPage(HelpSectionMixin, Page):
    """A section of the help centre."""

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, *HelpSectionMixin.help_panels]
    search_fields: ClassVar[list[Any]] = [*Page.search_fields, *HelpSectionMixin.help_search_fields]
    parent_page_types: ClassVar[list[str]] = ["wagtail_helpdesk_pages.HelpCentrePage"]
    subpage_types: ClassVar[list[str]] = ["wagtail_helpdesk_pages.HelpArticlePage"]

    class Meta:
        verbose_name = _("help section")
        verbose_name_plural = _("help sections")


class HelpArticleTag(TaggedItemBase):
    """One of the site's own tags on an article."""

    content_object = ParentalKey("HelpArticlePage", on_delete=models.CASCADE, related_name="tagged_items")

    class Meta:
        verbose_name = _("tagged help article")
        verbose_name_plural = _("tagged help articles")


class HelpArticlePage(HelpArticleMixin, Page):
    """An article of the knowledge base."""

    tags = ClusterTaggableManager(through=HelpArticleTag, blank=True, verbose_name=_("tags"))

    content_panels: ClassVar[list[Any]] = [*Page.content_panels, *HelpArticleMixin.help_panels, "tags"]
    search_fields: ClassVar[list[Any]] = [*Page.search_fields, *HelpArticleMixin.help_search_fields]
    parent_page_types: ClassVar[list[str]] = ["wagtail_helpdesk_pages.HelpSectionPage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("help article")
        verbose_name_plural = _("help articles")
