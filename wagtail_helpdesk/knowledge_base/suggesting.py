"""Articles for agents to name in an answer: only what every visitor may read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup
from django.http import HttpRequest
from django.utils.html import escape

from wagtail_helpdesk.knowledge_base import faq
from wagtail_helpdesk.knowledge_base.mixins import MAX_QUERY_LENGTH, HelpArticleMixin
from wagtail_helpdesk.knowledge_base.querysets import models_with, of_types, page_model, specific_in_order
from wagtail_helpdesk.knowledge_base.rich_text import to_rich_text

LINK, PARAGRAPH, WHOLE = "link", "paragraph", "text"


@dataclass(frozen=True)
class ArticleHit:
    """An article in a list."""

    pk: int
    title: str
    section: str
    language: str
    url: str


def public_articles() -> Any:
    """Return the live articles that every visitor may read, as pages."""
    return of_types(page_model().objects.live().public(), models_with(HelpArticleMixin))


def find_articles(
    query: str, *, language: str, limit: int, request: HttpRequest | None = None, operator: str = "or"
) -> list[ArticleHit]:
    """Return the articles in all languages that ``query`` may mean, those in ``language`` first; newest without words.

    By words of the title, then by the search of the site: any of the words for "or", all of them for "and".
    """
    words = " ".join(query.replace("\x00", "").replace('"', " ").split())[:MAX_QUERY_LENGTH]
    articles = public_articles().select_related("locale")
    if not words:
        found = list(articles.order_by("-first_published_at", "-pk")[:limit])
    else:
        titled = articles
        for word in words.split()[:8]:
            titled = titled.filter(title__icontains=word)
        found = list(titled.order_by("title")[: 2 * limit])
        if len(found) < limit:
            known = {page.pk for page in found}
            found += [
                page for page in public_articles().search(words, operator=operator)[:limit] if page.pk not in known
            ]
    wanted = language.lower().split("-")[0]
    found.sort(key=lambda page: page.locale.language_code.lower().split("-")[0] != wanted)
    return _hits(found[:limit], request)


def _hits(pages: Sequence[Any], request: HttpRequest | None) -> list[ArticleHit]:
    above = {page.path[: -page.steplen] for page in pages}
    sections = dict(page_model().objects.filter(path__in=above).values_list("path", "title")) if above else {}
    return [
        ArticleHit(
            page.pk,
            page.title,
            sections.get(page.path[: -page.steplen], ""),
            page.locale.language_code,
            page.get_url(request) or "",
        )
        for page in pages
    ]


def article_html(pk: int, form: str) -> tuple[str, str] | None:
    """Return the title and the HTML (as the editor stores it) of an article: a link to it, its first paragraph with
    the link, or its text; None for one that not every visitor may read.
    """
    page = public_articles().filter(pk=pk).first()
    if page is None:
        return None
    link = f'<a linktype="page" id="{page.pk}">{escape(page.title)}</a>'
    if form == LINK:
        return page.title, f"<p>{link}</p>"
    body = to_rich_text(faq.rich_text_of_body(specific_in_order([page])[0].body))
    if form == PARAGRAPH:
        first = BeautifulSoup(body, "html.parser").find(["p", "li"])
        words = first.decode_contents() if first else ""
        return page.title, f"<p>{words}</p><p>{link}</p>"
    return page.title, f"{body}<p>{link}</p>"
