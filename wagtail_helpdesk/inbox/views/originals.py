"""The mail that a message came in: its source, its words in another character set."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.replace_words import ReadWithCharset
from wagtail_helpdesk.conversations.characters import scrub
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.scanning import may_open_locked
from wagtail_helpdesk.conversations.serving import (
    body_response,
    content_response,
    prepared_html,
)
from wagtail_helpdesk.inbox.media import inbox_media
from wagtail_helpdesk.inbox.views.base import TicketMixin, inbox_breadcrumb
from wagtail_helpdesk.mail.arriving.caps import configured_caps
from wagtail_helpdesk.mail.arriving.preview import CHARSETS, preview, readable_source, source_of
from wagtail_helpdesk.mail.arriving.raw_store import RawMissing
from wagtail_helpdesk.mail.arriving.translate import read_words, source_file
from wagtail_helpdesk.mail.parsing import parse
from wagtail_helpdesk.mail.parsing.outlook import is_outlook_file
from wagtail_helpdesk.tickets.permissions import may

#: Characters of the source that the page shows; all of it can be downloaded.
SHOWN = 200_000


class OriginalMixin(TicketMixin):
    """For one message of the ticket, and its source."""

    @cached_property
    def message(self) -> Message:
        """The message; Http404 for one that is not of this ticket."""
        return get_object_or_404(Message.objects.for_agents(), pk=self.kwargs["message"], ticket=self.ticket)

    @cached_property
    def raw(self) -> bytes | None:
        """The source, None where it is gone or there never was one."""
        try:
            return source_of(self.message.pk)
        except RawMissing:
            return None

    @property
    def charset(self) -> str:
        """The character set that was chosen; "" for none, and for any that cannot be chosen.

        A file of Outlook's has its words in Unicode, or says how they are written.
        """
        if self.raw is None or is_outlook_file(self.raw):
            return ""
        chosen = (self.request.POST if self.request.method == "POST" else self.request.GET).get("charset", "")
        return chosen if chosen in CHARSETS else ""


class OriginalView(OriginalMixin, WagtailAdminTemplateMixin):
    """Shows the source as text; ``?charset=`` the words as that character set reads them."""

    template_name = "wagtail_helpdesk/inbox/original.html"
    header_icon = "mail"
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page; it says so where the source is gone."""
        raw = self.raw or b""
        readable = readable_source(raw)
        source = scrub(readable[: SHOWN * 2].decode("utf-8", "replace"))
        return self.render_to_response(
            self.get_context_data(
                ticket=self.ticket,
                message=self.message,
                standing_view=self.standing_view,
                source=source[:SHOWN],
                is_cut=len(source) > SHOWN or len(readable) > SHOWN * 2,
                is_outlook=is_outlook_file(raw),
                size=len(raw),
                charsets=CHARSETS.items(),
                charset=self.charset,
                may_change=may(request.user, "change", self.ticket),
                may_download=not _has_locked_file(self.message) or may_open_locked(request.user),
                media=inbox_media("body"),
            )
        )

    def get_page_title(self) -> str:
        """Return what the page is."""
        return _("Original message")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, the ticket, this page."""
        ticket = {"url": f"{self.ticket_url}#message-{self.message.pk}", "label": self.ticket.reference}
        return [*self.breadcrumbs_items, inbox_breadcrumb(), ticket, {"url": "", "label": self.get_page_title()}]


class OriginalSourceView(OriginalMixin):
    """The source, byte for byte as it arrived, to download; never shown by the browser."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the file. Http404 where it is gone, PermissionDenied while a file in it is locked."""
        if self.raw is None:
            raise Http404
        if _has_locked_file(self.message) and not may_open_locked(request.user):
            raise PermissionDenied
        return content_response(source_file(f"{self.ticket.reference}-{self.message.pk}", self.raw))


class OriginalBodyView(OriginalMixin):
    """The words as ``?charset=`` reads them, for a frame. Nothing is stored."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the frame's page; its images are those of the stored message."""
        if self.raw is None or not self.charset:
            raise Http404
        prepared = preview(self.raw, charset=self.charset).prepared
        stored = {file.content_id: file for file in self.message.attachments.all() if file.content_id}

        def file_address(number: int) -> str:
            file = stored.get(prepared.files[number].content_id)
            if file is None:
                return ""
            return request.build_absolute_uri(
                reverse("helpdesk_conversations:file", args=[file.public_id]) + "?inline=1"
            )

        return body_response(prepared_html(prepared, file_address=file_address), title=_("Original message"))


class KeepCharsetView(OriginalMixin):
    """POST ``charset`` keeps the words as that character set reads them."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Write them and go back to the message. PermissionDenied without the right to change the ticket."""
        if self.raw is None or not self.charset:
            raise Http404
        parsed = parse(self.raw, configured_caps(), charset=self.charset)
        words = read_words(parsed, raw=self.raw, differs=False, is_auto_reply=False)
        try:
            ReadWithCharset(message=self.message, words=words, charset=self.charset, actor=self.actor)()
        except ActionRefused as refusal:
            messages.warning(request, str(refusal))
        return redirect(f"{self.ticket_url}#message-{self.message.pk}")


def _has_locked_file(message: Message) -> bool:
    return any(file.is_locked for file in message.attachments.all())
