"""A ticket, or one message of it, on paper."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.conversations.choices import Direction, MessageState
from wagtail_helpdesk.conversations.linkify import text_to_html
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.inbox.views.base import TicketMixin
from wagtail_helpdesk.tickets.choices import Visibility


class PrintView(TicketMixin):
    """The whole ticket, or with ``?message=`` one message; what is for agents only with ``?notes=1`` alone.

    Words are printed as text, whatever they looked like.
    """

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the page. Http404 for a message that is not of this ticket, or is not to be printed."""
        with_notes = request.GET.get("notes") == "1"
        messages = Message.objects.filter(ticket=self.ticket, state=MessageState.PUBLISHED)
        messages = messages.defer("html", "reply_html").select_related("author_contact").prefetch_related("attachments")
        asked = request.GET.get("message", "")
        if asked:
            if not asked.isdigit():
                raise Http404
            messages = messages.filter(pk=int(asked[:18]))
        elif not with_notes:
            messages = messages.filter(visibility=Visibility.PUBLIC)
        entries = [_entry(message, whole=bool(asked)) for message in messages.in_order()]
        if asked and not entries:
            raise Http404
        context = {"ticket": self.ticket, "entries": entries, "with_notes": with_notes, "asked": asked}
        return TemplateResponse(request, "wagtail_helpdesk/inbox/print.html", context)


def _entry(message: Message, *, whole: bool) -> dict[str, Any]:
    text = message.text if whole else message.reply_text
    return {
        "message": message,
        "is_internal": message.visibility == Visibility.INTERNAL,
        "is_ours": message.direction == Direction.OUTBOUND,
        "body": text_to_html(_("The words of this message were removed.") if message.redacted_at else text),
        "files": [file for file in message.attachments.all() if not file.hidden],
    }
