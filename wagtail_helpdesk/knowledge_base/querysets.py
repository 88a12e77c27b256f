"""Reads on articles: what a visitor may see, where a promotion may go, what a ticket led to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import swapper
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, QuerySet
from django.db.models.functions import Substr
from django.http import HttpRequest
from django.urls import reverse
from wagtail.models import PageViewRestriction, WorkflowState

from wagtail_helpdesk.knowledge_base.choices import ArticleRelation, ArticleState
from wagtail_helpdesk.knowledge_base.models import TicketArticle
from wagtail_helpdesk.tickets.models import Ticket


def page_model() -> Any:
    """Return the site's page model: Wagtail's, or the one it was swapped for."""
    return swapper.load_model("wagtailcore", "Page")


def models_with(mixin: type) -> list[Any]:
    """Return the page models of this site that have ``mixin``."""
    return [model for model in apps.get_models() if issubclass(model, mixin)]


def readable(pages: Any, request: HttpRequest) -> Any:
    """Return the live ones of ``pages`` that whoever asks may read: Wagtail's view restrictions hold."""
    pages = pages.live()
    for restriction in PageViewRestriction.objects.select_related("page"):
        if not restriction.accept_request(request):
            pages = pages.not_descendant_of(restriction.page, inclusive=True)
    return pages


def of_types(pages: Any, models: Iterable[type]) -> Any:
    """Return the ``pages`` of exactly these models, by a filter that every search backend knows."""
    types = ContentType.objects.get_for_models(*models, for_concrete_models=False).values() if models else []
    return pages.filter(content_type__in=[kind.pk for kind in types])


def count_by_prefix(pages: Any, length: int) -> dict[str, int]:
    """Return how many of ``pages`` stand under each tree path of ``length`` characters. One query."""
    rows = pages.order_by().annotate(above=Substr("path", 1, length)).values("above").annotate(found=Count("pk"))
    return {row["above"]: row["found"] for row in rows}


def specific_in_order(pages: Sequence[Any]) -> list[Any]:
    """Return the specific pages of ``pages``, in their order."""
    keys = [page.pk for page in pages]
    found = {page.pk: page for page in page_model().objects.filter(pk__in=keys).select_related("locale").specific()}
    return [found[key] for key in keys if key in found]


@dataclass(frozen=True, slots=True)
class ArticleLink:
    """An article as a ticket shows it; an address is "" for one that the viewer has no use for."""

    title: str
    state: str
    live_url: str
    edit_url: str
    made_by: str
    made_at: datetime
    #: Whether an answer used it, instead of it being made of the ticket.
    cited: bool = False

    @property
    def state_label(self) -> str:
        """The state in words."""
        return str(ArticleState(self.state).label)


def articles_of(ticket: Ticket, user: Any = None) -> list[ArticleLink]:
    """Return the articles that came from ``ticket`` or were cited on it, oldest first; with edit links for a ``user``
    who may edit them.
    """
    rows = list(TicketArticle.objects.filter(ticket=ticket).select_related("page__locale"))
    in_review = _in_review([str(row.page_id) for row in rows if row.page_id])
    return [_link(row, in_review, user) for row in rows]


def _in_review(keys: list[str]) -> set[str]:
    if not keys:
        return set()
    states = WorkflowState.objects.filter(
        base_content_type=ContentType.objects.get_for_model(page_model()),
        object_id__in=keys,
        status=WorkflowState.STATUS_IN_PROGRESS,
    )
    return set(states.values_list("object_id", flat=True))


def _link(row: TicketArticle, in_review: set[str], user: Any) -> ArticleLink:
    page = row.page
    if page is None:
        state = ArticleState.DELETED
    elif str(page.pk) in in_review:
        state = ArticleState.IN_REVIEW
    else:
        state = ArticleState.LIVE if page.live else ArticleState.DRAFT
    may_edit = page is not None and user is not None and page.permissions_for_user(user).can_edit()
    return ArticleLink(
        title=page.title if page is not None else row.title,
        state=state,
        live_url=(page.get_url() or "") if page is not None and page.live else "",
        edit_url=reverse("wagtailadmin_pages:edit", args=[page.pk]) if may_edit else "",
        made_by=row.made_by_name,
        made_at=row.made_at,
        cited=row.kind == ArticleRelation.CITED,
    )


def tickets_behind(page: Any, user: Any) -> QuerySet[Ticket]:
    """Return the tickets from which ``page`` came, as far as ``user`` may see them."""
    return (
        Ticket.objects.visible_to(user)
        .current()
        .filter(articles__page=page.pk, articles__kind=ArticleRelation.PROMOTED_FROM)
        .distinct()
        .order_by("pk")
    )
