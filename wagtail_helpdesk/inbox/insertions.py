"""Texts for the editor, as the editor itself keeps them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.rich_text import expand_db_html

from wagtail_helpdesk.automation.models import SavedReply
from wagtail_helpdesk.automation.saved_replies import make_ready
from wagtail_helpdesk.conversations.sanitising import CleanHtml, clean_agent_html
from wagtail_helpdesk.inbox.extras import ARTICLE_FIELD, REPLY_FIELD, effects_of
from wagtail_helpdesk.inbox.rich_text import FEATURES
from wagtail_helpdesk.inbox.suggestions import Place
from wagtail_helpdesk.knowledge_base.suggesting import LINK, PARAGRAPH, WHOLE, article_html

#: The ways to put in an article.
ARTICLE_FORMS = (LINK, PARAGRAPH, WHOLE)


def contentstate(html: str) -> str:
    """Return HTML (as stored by the editor) as the JSON that the editor's field holds."""
    return ContentstateConverter(features=[*FEATURES]).from_database_format(html)


@dataclass(frozen=True)
class Insertion:
    """A text that is put into an answer, and what the answer then carries along."""

    label: str
    html: str
    #: A hidden field of the composer and its value.
    field: str
    key: int
    missing: list[str] = field(default_factory=list)
    #: What else it does when it is sent, in words.
    effects: list[str] = field(default_factory=list)

    @property
    def shown(self) -> CleanHtml:
        """The text for a preview."""
        return clean_agent_html(expand_db_html(self.html))

    def as_json(self) -> dict[str, Any]:
        """Return what our JavaScript reads."""
        return {
            "label": self.label,
            "raw": json.loads(contentstate(self.html)),
            "html": str(self.shown),
            "field": self.field,
            "key": self.key,
            "missing": [f"[[{name}]]" for name in self.missing],
            "effects": self.effects,
        }


def reply_insertion(place: Place, key: int) -> Insertion | None:
    """Return a saved reply that may be used here, None for any other."""
    usable = SavedReply.objects.usable_by(place.user, ticket=place.ticket, mailbox=place.mailbox)
    reply = (
        usable.select_related("locale", "status").prefetch_related("files", "tagged_items__tag").filter(pk=key).first()
    )
    if reply is None:
        return None
    ready = make_ready(reply, place.user, ticket=place.ticket, contact=place.contact, mailbox=place.mailbox)
    return Insertion(reply.name, ready.html, REPLY_FIELD, reply.pk, ready.missing, effects_of(reply))


def article_insertion(key: int, form: str) -> Insertion | None:
    """Return an article in one of ARTICLE_FORMS, None for one that not every visitor may read."""
    found = article_html(key, form if form in ARTICLE_FORMS else LINK)
    return Insertion(found[0], found[1], ARTICLE_FIELD, key) if found else None
