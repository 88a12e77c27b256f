"""A ticket's answer becomes a draft article, sent to the site's own review."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from wagtail.log_actions import log

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.knowledge_base.faq import plain_text
from wagtail_helpdesk.knowledge_base.mixins import HelpSectionMixin
from wagtail_helpdesk.knowledge_base.models import TicketArticle
from wagtail_helpdesk.knowledge_base.querysets import page_model
from wagtail_helpdesk.knowledge_base.rich_text import to_rich_text
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.choices import EventKind

MAX_TAG_LENGTH = 100


class DraftArticle(TicketAction):
    """Make a draft article of ``question`` (text) and ``answer`` (HTML, reduced to plain rich text).

    ``section`` is the key of a live page with HelpSectionMixin, ``messages`` the keys of the public messages it came
    from. The draft is submitted to the section's workflow in the actor's name; without a workflow it stays a draft.
    The actor needs no right on pages.
    """

    verb = "promote"

    def __init__(
        self,
        *,
        section: int,
        question: str,
        answer: str,
        tags: Iterable[str] = (),
        messages: Iterable[int] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.section_id = section
        self.question = " ".join(question.split())[:255]
        self.answer = to_rich_text(answer)
        self.tags = sorted({name.strip()[:MAX_TAG_LENGTH] for name in tags if name.strip()})
        self.message_ids = set(messages)

    def check(self) -> None:
        """As the base; ActionRefused for words or a place that make no article, and for any message but a public
        one of this ticket: a note never becomes an article."""
        super().check()
        self.messages = list(Message.objects.public().filter(ticket=self.ticket, pk__in=self.message_ids))
        if len(self.messages) != len(self.message_ids):
            raise ActionRefused(_("Only public messages of this ticket can become an article."))
        if not self.question:
            raise ActionRefused(_("An article needs a question as its title."))
        if not plain_text(self.answer):
            raise ActionRefused(_("An article needs an answer."))
        self.section = self._find_section()

    def _find_section(self) -> Any:
        """Return the specific section, its row locked: two drafts made at once get places of their own."""
        page = page_model().objects.select_for_update().live().filter(pk=self.section_id).first()
        section = page.specific if page is not None else None
        if not isinstance(section, HelpSectionMixin) or section.article_model() is None:
            raise ActionRefused(_("This section of the help centre takes no articles (any more)."))
        return section

    def execute(self) -> Any:
        """Return the draft page."""
        page = self._make_page()
        link = TicketArticle.objects.create(
            ticket=self.ticket,
            page_id=page.pk,
            title=page.title,
            made_by=self.user,
            made_by_name=self.actor.name[:200],
        )
        link.messages.set(self.messages)
        self.record(EventKind.PROMOTED, page=page.pk, title=page.title)
        self.publish(events.ArticleDrafted, ticket_id=self.ticket.pk, page_id=page.pk)
        workflow = page.get_workflow()
        if workflow is not None:
            workflow.start(page, self.user)
        return page

    def _make_page(self) -> Any:
        model = self.section.article_model()
        page = model(
            title=self.question,
            body=[("paragraph", self.answer)],
            in_faq=True,
            live=False,
            has_unpublished_changes=True,
            owner=self.user,
            locale=self.section.locale,
        )
        if self.tags and hasattr(model, "tags"):
            page.tags.add(*self.tags)
        self.section.add_child(instance=page)
        revision = page.save_revision(user=self.user, log_action=False)
        log(instance=page, action="wagtail.edit", user=self.user, revision=revision, content_changed=True)
        return page
