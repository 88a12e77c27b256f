"""What is being written, as the reader will get it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.addressing import Addressed
from wagtail_helpdesk.conversations.actions.forward import Forward
from wagtail_helpdesk.conversations.draft_files import public_id_of, stored_files
from wagtail_helpdesk.conversations.drafts import draft_of
from wagtail_helpdesk.conversations.sanitising import render_html
from wagtail_helpdesk.conversations.serving import page_response
from wagtail_helpdesk.conversations.words import prepare_agent
from wagtail_helpdesk.inbox.composer import FORWARD, REPLY, DraftForm, may_write
from wagtail_helpdesk.inbox.composer_page import forwardable_messages
from wagtail_helpdesk.inbox.rich_text import is_empty, to_message_html
from wagtail_helpdesk.inbox.views.conversation import ConversationView
from wagtail_helpdesk.mail.compose.headers import mailbox_header
from wagtail_helpdesk.mail.outbox.preview import Preview, preview_forward, preview_reply

_STYLE = (
    "body{padding:16px}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:0 12px;margin:0 0 16px;padding-bottom:12px;"
    "border-bottom:1px solid #ccc}"
    "dt{color:#555}dd{margin:0}"
    "summary{margin-top:24px;padding-top:12px;border-top:1px solid #ccc;cursor:pointer}"
)


class PreviewView(ConversationView):
    """POST answers with a page of its own, for a frame: the mail in its reader's language, as HTML and as text."""

    http_method_names = ["post", "options"]
    goes_along = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what the form would send. PermissionDenied for who may neither send it nor have it approved.

        A note is never mailed.
        """
        mode = request.POST.get("mode", "")
        if not may_write(request.user, mode if mode in (REPLY, FORWARD) else REPLY, self.ticket):
            raise PermissionDenied
        passable = list(forwardable_messages(self.ticket)) if mode == FORWARD else []
        form = DraftForm(request.POST, ticket=self.ticket, user=request.user, people=self.people, forwardable=passable)
        form.is_valid()
        data = form.cleaned_data
        body = data.get("body", "")
        html = "" if is_empty(body) else to_message_html(body, site=self.ticket.site)
        try:
            preview = self._preview(data, html)
        except ActionRefused as error:
            return _page({"refusal": error})
        context: dict[str, Any] = {"refusal": _("There is no address to send this reply to.")}
        if preview is not None:
            preview = replace(preview, **self._others(form, data))
            shown = render_html(preview.body.html, inline=self._images())
            context = {"preview": preview, "html": shown}
        return _page(context)

    def _preview(self, data: dict[str, Any], html: str) -> Preview | None:
        files = tuple(stored_files(draft_of(self.request.user, self.ticket)))
        author = self.actor.name
        if data.get("mode") != FORWARD:
            prepared = prepare_agent(html, files)
            return preview_reply(self.ticket, author=author, prepared=prepared, unquoted=bool(data.get("unquoted")))
        chosen = {"messages": map(int, data.get("forwarded", [])), "attachments": map(int, data.get("attached", []))}
        to = data.get("to") or []
        prepared = Forward(ticket=self.ticket, html=html, files=files, to=to, actor=self.actor, **chosen).prepare()
        first = to[0] if to else None
        address, name = (first.address, first.name) if first else ("", "")
        return preview_forward(self.ticket, author=author, prepared=prepared, address=address, name=name)

    def _others(self, form: DraftForm, data: dict[str, Any]) -> dict[str, Any]:
        """Return who else gets it. Each gets a mail of its own; the blind copies are named in none."""
        blind = tuple(map(_name, data.get("bcc") or []))
        if data.get("mode") == FORWARD:
            return {"further": tuple(map(_name, (data.get("to") or [])[1:])), "blind": blind}
        chosen = set(data.get("cc") or [])
        copied = [str(label) for key, label in form.fields["cc"].choices if str(key) in chosen]
        return {"copied": (*copied, *map(_name, data.get("copies") or [])), "blind": blind}

    def _images(self) -> dict[str, str]:
        """Return where the images of the text can be seen: they wait with the draft."""
        files = stored_files(draft_of(self.request.user, self.ticket))
        return {
            file.content_id: reverse("helpdesk_inbox:draft_file", args=[public_id_of(file.content_id)])
            for file in files
            if public_id_of(file.content_id)
        }


def _name(person: Addressed) -> str:
    return mailbox_header(person.name, person.address)


def _page(context: dict[str, Any]) -> HttpResponse:
    html = render_to_string("wagtail_helpdesk/inbox/preview.html", context)
    return page_response(html, title=_("Preview"), style=_STYLE)
