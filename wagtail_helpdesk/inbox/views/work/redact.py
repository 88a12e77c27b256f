"""Take words or files of a message out for good."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.redact import RedactFile, RedactMessage, may_redact
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.inbox.answers import REFUSED
from wagtail_helpdesk.inbox.views.work.base import WorkPage


class RedactView(WorkPage):
    """GET asks what; POST ``words`` and ``file`` removes it."""

    template_name = "wagtail_helpdesk/inbox/redact.html"
    page_title = gettext_lazy("Remove for good")
    header_icon = "bin"

    @cached_property
    def message(self) -> Message:
        """The message; Http404 for one that is not of this ticket."""
        published = Message.objects.filter(ticket=self.ticket, state=MessageState.PUBLISHED).select_related("ticket")
        return get_object_or_404(published, pk=self.kwargs["message"])

    @cached_property
    def files(self) -> list[Attachment]:
        """The files that a reader sees."""
        return [file for file in self.message.attachments.all() if not file.hidden]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the page. PermissionDenied for who may not."""
        return self._page()

    def _page(self, refusal: str = "", status: int = 200) -> HttpResponse:
        if not may_redact(self.request.user, self.ticket, self.message):
            raise PermissionDenied
        context = self.get_context_data(
            ticket=self.ticket,
            standing_view=self.standing_view,
            message=self.message,
            words=" ".join(self.message.reply_text[:1000].split())[:300],
            files=self.files,
            refusal=refusal,
        )
        return self.render_to_response(context, status=status)

    def act(self) -> HttpResponse:
        chosen = set(self.request.POST.getlist("file"))
        files = [file for file in self.files if str(file.pk) in chosen]
        words = "words" in self.request.POST
        if not words and not files:
            return self._page(_("Choose what to remove."), status=REFUSED)
        try:
            with events.unit_of_work():
                for file in files:
                    RedactFile(attachment=file, actor=self.actor)()
                if words:
                    RedactMessage(message=self.message, files=False, actor=self.actor)()
        except ActionRefused as refusal:
            return self._page(str(refusal), status=REFUSED)
        then = f"{self.ticket_url}#message-{self.message.pk}"
        return self.done(_("Removed for good."), then=then, leave=True)
