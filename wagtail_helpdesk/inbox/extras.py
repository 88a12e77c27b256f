"""What comes along with an answer besides its words: the saved replies and articles that were put into it.

The composer carries their keys in hidden fields. When it is sent, the saved replies' files go along, their tags and
status are set, and the use of each is written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.automation.files import as_new
from wagtail_helpdesk.automation.models import SavedReply
from wagtail_helpdesk.automation.saved_replies import count_uses, used_replies
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.desk.models import Mailbox, Status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.knowledge_base.actions.cite_articles import CiteArticles
from wagtail_helpdesk.tickets.actions.tag_ticket import TagTicket
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may

#: Names of the hidden fields.
REPLY_FIELD, ARTICLE_FIELD = "saved_reply", "cited_article"
_MAX = 20


@dataclass(frozen=True)
class Extras:
    """The saved replies and articles of one answer."""

    replies: list[SavedReply] = field(default_factory=list)
    articles: list[int] = field(default_factory=list)
    #: When the sending began.
    since: datetime = field(default_factory=timezone.now)

    @property
    def files(self) -> list[NewFile]:
        """The files that go along. ActionRefused when the storage cannot give one."""
        try:
            return [as_new(file) for reply in self.replies for file in reply.files.all()]
        except OSError as error:
            raise ActionRefused(_("A file of the saved reply cannot be read now. Try again, or remove it.")) from error

    @property
    def keys(self) -> dict[str, list[int]]:
        """What :func:`carried` makes fields of; empty for nothing."""
        found = {REPLY_FIELD: [reply.pk for reply in self.replies], ARTICLE_FIELD: self.articles}
        return {name: keys for name, keys in found.items() if keys}

    @property
    def tags(self) -> list[str]:
        """The tags that the ticket gets."""
        return list(dict.fromkeys(item.tag.name for reply in self.replies for item in reply.tagged_items.all()))

    def status_for(self, user: Any, ticket: Ticket) -> Status | None:
        """Return the status that the last of the replies sets, where ``user`` may set one."""
        status = next((reply.status for reply in reversed(self.replies) if reply.status), None)
        return status if status is not None and may(user, "change", ticket) else None

    def settle(self, message: Message, *, actor: Actor) -> None:
        """Write down what was used by ``message``, and tag its ticket where its author may. In the sending's
        transaction. For a message that an earlier click had written, nothing more is done.
        """
        if message.created_at < self.since:
            return
        if self.articles and may(actor.instance, "note", message.ticket):
            CiteArticles(message=message, articles=self.articles, actor=actor)()
        if self.tags and may(actor.instance, "change", message.ticket):
            TagTicket(ticket=message.ticket, add=self.tags, actor=actor)()
        count_uses(self.replies)


def extras_of(data: QueryDict, user: Any, *, ticket: Ticket | None = None, mailbox: Mailbox | None = None) -> Extras:
    """Return what a form carries along, as far as ``user`` may use it."""
    replies = used_replies(user, _keys(data.getlist(REPLY_FIELD)), ticket=ticket, mailbox=mailbox)
    return Extras(replies, list(_keys(data.getlist(ARTICLE_FIELD))))


@dataclass(frozen=True)
class Carried:
    """One field of the composer: a saved reply or an article that comes along."""

    name: str
    key: int
    label: str = ""
    #: What it does besides its words.
    effects: list[str] = field(default_factory=list)


def carried_keys(data: QueryDict) -> dict[str, list[int]]:
    """Return the keys that a posted form carries, by field."""
    return {name: _keys(data.getlist(name)) for name in (REPLY_FIELD, ARTICLE_FIELD)}


def carried(keys: Mapping[str, Sequence[int]], user: Any, *, ticket: Ticket | None = None) -> list[Carried]:
    """Return the fields for what :func:`carried_keys` found, as far as ``user`` may still use it. No query for none."""
    replies = used_replies(user, keys.get(REPLY_FIELD, []), ticket=ticket)
    return [
        *(Carried(REPLY_FIELD, reply.pk, reply.name, effects_of(reply)) for reply in replies),
        *(Carried(ARTICLE_FIELD, key) for key in keys.get(ARTICLE_FIELD, [])),
    ]


def effects_of(reply: SavedReply) -> list[str]:
    """Return what a saved reply does besides its words."""
    effects = [
        _("adds %(file)s (%(size)s)") % {"file": file.display_name, "size": filesizeformat(file.size)}
        for file in reply.files.all()
    ]
    if reply.status is not None:
        effects.append(_("sets %(status)s") % {"status": reply.status.name})
    tags = [item.tag.name for item in reply.tagged_items.all()]
    if tags:
        effects.append(_("tags %(tags)s") % {"tags": ", ".join(tags)})
    return effects


def _keys(values: Iterable[str]) -> list[int]:
    keys = [int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19]
    return list(dict.fromkeys(keys))[:_MAX]
