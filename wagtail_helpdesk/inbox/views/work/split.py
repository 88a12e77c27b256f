"""Make a ticket of its own of some messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy, ngettext

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.split_messages import SplitMessages, requester_of
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.inbox.answers import REFUSED
from wagtail_helpdesk.inbox.links import ticket_url
from wagtail_helpdesk.inbox.reversers import split_step
from wagtail_helpdesk.inbox.views.work.base import WorkPage
from wagtail_helpdesk.tickets.permissions import may

#: Characters of a message that the list shows.
SHOWN = 160


@dataclass(frozen=True)
class Row:
    """One message of the list."""

    message: Message
    words: str
    is_chosen: bool


class SplitView(WorkPage):
    """GET shows the messages to pick from (``?from=``: this one and those after it); POST splits."""

    template_name = "wagtail_helpdesk/inbox/split.html"
    page_title = gettext_lazy("Split ticket")
    header_icon = "cut"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page. PermissionDenied for who may not change the ticket."""
        self._require_right()
        first = request.GET.get("from", "")
        keys = [message.pk for message in self.messages]
        start = keys.index(int(first)) if first.isdecimal() and int(first[:18]) in keys else len(keys)
        chosen = set(keys[start:])
        opening = next((message for message in self.messages if message.pk in chosen), None)
        return self._page(chosen, subject=(opening.subject if opening else "") or self.ticket.subject)

    @cached_property
    def messages(self) -> list[Message]:
        """The ticket's messages that can be split off, in order."""
        published = Message.objects.filter(ticket=self.ticket, state=MessageState.PUBLISHED).in_order()
        return list(published.defer("html", "text", "reply_html").select_related("author_contact"))

    def _require_right(self) -> None:
        if not may(self.request.user, "change", self.ticket):
            raise PermissionDenied

    def _page(self, chosen: set[int], *, subject: str, refusal: str = "", status: int = 200) -> HttpResponse:
        rows = [
            Row(message, " ".join(message.reply_text[: SHOWN * 2].split())[:SHOWN], message.pk in chosen)
            for message in self.messages
        ]
        context = self.get_context_data(
            ticket=self.ticket, standing_view=self.standing_view, rows=rows, subject=subject, refusal=refusal
        )
        return self.render_to_response(context, status=status)

    def act(self) -> HttpResponse:
        self._require_right()
        post = self.request.POST
        keys = {int(key[:18]) for key in post.getlist("message") if key.isdecimal()}
        chosen = [message for message in self.messages if message.pk in keys]
        subject = post.get("subject", "")
        try:
            new = SplitMessages(ticket=self.ticket, messages=chosen, subject=subject, actor=self.actor)()
        except ActionRefused as refusal:
            return self._page(keys, subject=subject, refusal=str(refusal), status=REFUSED)
        said = ngettext(
            "%(count)s message has a ticket of its own: %(ticket)s, of %(name)s.",
            "%(count)s messages have a ticket of their own: %(ticket)s, of %(name)s.",
            len(chosen),
        ) % {"count": len(chosen), "ticket": new.reference, "name": requester_of(chosen, self.ticket)}
        sees = may(self.request.user, "view", new)
        undo = [split_step(self.ticket, new, chosen)] if may(self.request.user, "merge", self.ticket) else None
        return self.done(said, undo=undo, then=ticket_url(new) if sees else self.ticket_url, leave=True)
