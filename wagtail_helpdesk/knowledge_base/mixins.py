"""What makes a page a help centre, a section or an article.

Abstract, so that a site with page classes of its own mixes them in:
``class Article(HelpArticleMixin, BasePage)``, with ``help_panels`` and
``help_search_fields`` added to its own. ``wagtail_helpdesk.pages`` does just that.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField
from wagtail.search import index

from wagtail_helpdesk import conf
from wagtail_helpdesk.knowledge_base import faq, querysets
from wagtail_helpdesk.knowledge_base.blocks import ArticleBodyBlock
from wagtail_helpdesk.knowledge_base.panels import PromotedFromPanel

ARTICLES_PER_PAGE = 25
MAX_FAQ_ENTRIES = 30
MAX_QUERY_LENGTH = 200
MAX_SIBLINGS = 6


class HelpPageMixin(models.Model):
    """A page that stands in the site's own design (the setting BASE_TEMPLATE)."""

    #: Named here and not by Wagtail's ``template``, which a subclass does not inherit.
    help_template: ClassVar[str]

    class Meta:
        abstract = True

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        """Return the template of this kind of page. A site overrides the file, or this."""
        return self.help_template

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add ``base_template`` and the ``breadcrumbs``."""
        context = super().get_context(request, *args, **kwargs)
        context["base_template"] = conf.get("BASE_TEMPLATE")
        context["breadcrumbs"] = self.breadcrumbs(request)
        return context

    def breadcrumbs(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Return (title, address) of the live pages above this one, from the site's home page down. One query."""
        above = self.get_ancestors().live().filter(depth__gt=1).select_related("locale")
        return [(page.title, url) for page in above if (url := page.get_url(request))]


class HelpCentreMixin(HelpPageMixin):
    """The front page of a knowledge base: search, sections, frequently asked questions."""

    help_template = "wagtail_helpdesk/pages/help_centre.html"

    intro = models.TextField(_("introduction"), blank=True)

    help_panels: ClassVar[list[Any]] = ["intro"]
    help_search_fields: ClassVar[list[Any]] = [index.SearchField("intro")]

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add ``query``; with words in it ``results`` (a page of articles), else ``sections`` and ``faq``."""
        context = super().get_context(request, *args, **kwargs)
        context["query"] = query = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:MAX_QUERY_LENGTH]
        if query:
            context["results"] = self.search_articles(query, request)
        else:
            context["sections"] = self.sections(request)
            context["faq"] = self.frequently_asked(request)
        return context

    def search_articles(self, query: str, request: HttpRequest) -> Any:
        """Return the page of hits that the request asks for; each hit is a specific article."""
        pages = querysets.page_model().objects.descendant_of(self)
        articles = querysets.of_types(querysets.readable(pages, request), querysets.models_with(HelpArticleMixin))
        # A quotation mark without its twin is a syntax error to SQLite's full-text search.
        words = query.replace('"', " ").strip()
        hits = articles.search(words) if words else articles.none()
        results = Paginator(hits, ARTICLES_PER_PAGE).get_page(request.GET.get("page"))
        results.object_list = querysets.specific_in_order(results.object_list)
        return results

    def sections(self, request: HttpRequest) -> list[tuple[Any, str, int]]:
        """Return (section, address, number of articles) for each section that the visitor may read, in tree order."""
        pages = querysets.readable(querysets.page_model().objects.descendant_of(self), request)
        articles = querysets.of_types(pages, querysets.models_with(HelpArticleMixin))
        length = len(self.path) + self.steplen
        counts = querysets.count_by_prefix(articles, length)
        found = [
            section
            for model in querysets.models_with(HelpSectionMixin)
            for section in querysets.readable(model.objects.child_of(self), request).select_related("locale")
        ]
        found.sort(key=lambda section: section.path)
        return [(section, section.get_url(request), counts.get(section.path, 0)) for section in found]

    def frequently_asked(self, request: HttpRequest) -> list[faq.FAQEntry]:
        """Return the articles of this help centre that stand in its list of questions, in tree order."""
        found = [
            article
            for model in querysets.models_with(HelpArticleMixin)
            for article in querysets.readable(model.objects.descendant_of(self), request)
            .filter(in_faq=True)
            .order_by("path")
            .select_related("locale")[:MAX_FAQ_ENTRIES]
        ]
        found.sort(key=lambda article: article.path)
        return faq.entries_of_articles(
            (article.title, faq.rich_text_of_body(article.body), article.get_url(request) or "")
            for article in found[:MAX_FAQ_ENTRIES]
        )


class HelpSectionMixin(HelpPageMixin):
    """A part of a help centre: a list of articles."""

    help_template = "wagtail_helpdesk/pages/help_section.html"

    intro = models.TextField(_("introduction"), blank=True)

    help_panels: ClassVar[list[Any]] = ["intro"]
    help_search_fields: ClassVar[list[Any]] = [index.SearchField("intro")]

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add ``articles``, the page of them that the request asks for."""
        context = super().get_context(request, *args, **kwargs)
        context["articles"] = self.articles(request)
        return context

    def articles(self, request: HttpRequest) -> Any:
        """Return a page of the section's articles that the visitor may read, in tree order; each is specific."""
        pages = querysets.readable(querysets.page_model().objects.child_of(self), request)
        articles = querysets.of_types(pages, querysets.models_with(HelpArticleMixin)).order_by("path")
        found = Paginator(articles, ARTICLES_PER_PAGE).get_page(request.GET.get("page"))
        found.object_list = querysets.specific_in_order(found.object_list)
        return found

    @classmethod
    def article_model(cls) -> Any | None:
        """Return the model of the articles that may be made here, None when there is none."""
        return next((model for model in cls.allowed_subpage_models() if issubclass(model, HelpArticleMixin)), None)


class HelpArticleMixin(HelpPageMixin):
    """An article. Tags are the concrete page's own, in a field ``tags``: taggit needs its model."""

    help_template = "wagtail_helpdesk/pages/help_article.html"

    summary = models.CharField(
        _("summary"),
        max_length=300,
        blank=True,
        help_text=_("One or two sentences for lists and search engines."),
    )
    body = StreamField(ArticleBodyBlock(), verbose_name=_("body"), blank=True)
    in_faq = models.BooleanField(
        _("frequently asked"),
        default=False,
        help_text=_("Shows the title and the text as question and answer on the front page of the help centre."),
    )

    help_panels: ClassVar[list[Any]] = [PromotedFromPanel(), "summary", "body", "in_faq"]
    help_search_fields: ClassVar[list[Any]] = [
        index.SearchField("summary"),
        index.SearchField("body"),
        index.FilterField("in_faq"),
    ]

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add ``faq`` (the questions in the body), ``tag_names`` and ``siblings`` (articles beside this one)."""
        context = super().get_context(request, *args, **kwargs)
        context["faq"] = faq.entries_of_body(self.body)
        context["tag_names"] = [str(tag) for tag in self.tags.all()] if hasattr(self, "tags") else []
        context["siblings"] = self.siblings(request)
        return context

    def siblings(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Return (title, address) of some other articles of the same section, in tree order."""
        pages = querysets.readable(querysets.page_model().objects.sibling_of(self, inclusive=False), request)
        articles = querysets.of_types(pages, querysets.models_with(HelpArticleMixin)).order_by("path")
        return [
            (article.title, article.get_url(request) or "")
            for article in articles.select_related("locale")[:MAX_SIBLINGS]
        ]

    @property
    def description(self) -> str:
        """What search engines and lists are told: the search description, the summary, else the first words."""
        return self.search_description or self.summary or faq.plain_text(faq.rich_text_of_body(self.body))[:160]
