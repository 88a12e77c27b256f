"""Write down which articles an answer used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.knowledge_base.choices import ArticleRelation
from wagtail_helpdesk.knowledge_base.models import TicketArticle
from wagtail_helpdesk.knowledge_base.suggesting import public_articles
from wagtail_helpdesk.tickets.actions.base import TicketAction


class CiteArticles(TicketAction):
    """Tie ``message``'s ticket to the articles that were put into it: one line for each article and ticket."""

    verb = "note"

    def __init__(self, *, message: Message, articles: Iterable[int], **kwargs: Any) -> None:
        super().__init__(ticket=message.ticket, **kwargs)
        self.message, self.keys = message, set(articles)

    def execute(self) -> list[TicketArticle]:
        """Return the lines. Articles that are not public are passed over."""
        pages = list(public_articles().filter(pk__in=self.keys).order_by("pk"))
        known = {
            line.page_id: line
            for line in TicketArticle.objects.filter(
                ticket=self.ticket, kind=ArticleRelation.CITED, page__in=[page.pk for page in pages]
            )
        }
        lines = []
        for page in pages:
            line = known.get(page.pk)
            if line is None:
                line = TicketArticle.objects.create(
                    ticket=self.ticket,
                    page_id=page.pk,
                    title=page.title[:255],
                    kind=ArticleRelation.CITED,
                    made_by_id=self.actor.id,
                    made_by_name=self.actor.name[:200],
                )
            line.messages.add(self.message)
            lines.append(line)
        return lines
