"""A mail that came as a file: looked at in place, without being stored as a message."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk.conversations.cards import cards_of
from wagtail_helpdesk.conversations.choices import Flag
from wagtail_helpdesk.conversations.file_names import clean_file_name, number_duplicates
from wagtail_helpdesk.conversations.files import read_file
from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.conversations.scanning import may_open_locked
from wagtail_helpdesk.conversations.serving import (
    body_response,
    content_response,
    prepared_html,
)
from wagtail_helpdesk.inbox.media import inbox_media
from wagtail_helpdesk.inbox.views.base import TicketMixin, inbox_breadcrumb
from wagtail_helpdesk.mail.arriving.preview import Preview, preview


class AttachedMailMixin(TicketMixin):
    """For one file of the ticket that is a mail (message/rfc822)."""

    http_method_names = ["get", "head", "options"]

    @cached_property
    def attachment(self) -> Attachment:
        """The file; Http404 for one that is no mail or of another ticket, PermissionDenied for a locked one."""
        messages = Message.objects.for_agents().filter(ticket=self.ticket)
        file = get_object_or_404(Attachment, public_id=self.kwargs["public_id"], message__in=messages)
        if not file.is_mail:
            raise Http404
        if file.is_locked and not may_open_locked(self.request.user):
            raise PermissionDenied
        return file

    @cached_property
    def mail(self) -> Preview:
        """What the mail says; Http404 when the storage has lost it."""
        try:
            return preview(read_file(self.attachment))
        except OSError as error:
            raise Http404 from error

    def url(self, name: str, *args: Any) -> str:
        """Return the address of something of this mail."""
        return reverse(f"helpdesk_tickets:{name}", args=[self.ticket.pk, self.attachment.public_id, *args])


class AttachedMailView(AttachedMailMixin, WagtailAdminTemplateMixin):
    """Shows people, time, words and files of the mail."""

    template_name = "wagtail_helpdesk/inbox/attached_mail.html"
    header_icon = "mail"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page."""
        prepared = self.mail.prepared
        names = number_duplicates(
            [clean_file_name(file.name, fallback=f"file-{n}") for n, file in enumerate(prepared.files, 1)]
        )
        files = [
            {"name": name, "size": len(file.content), "url": self.url("attached_mail_file", number)}
            for number, (file, name) in enumerate(zip(prepared.files, names, strict=True))
            if not file.hidden
        ]
        return self.render_to_response(
            self.get_context_data(
                ticket=self.ticket,
                attachment=self.attachment,
                mail=self.mail,
                flags=[Flag(flag).label for flag in prepared.flags],
                cards=cards_of(prepared.cards),
                files=files,
                body_url=self.url("attached_mail_body"),
                media=inbox_media("body"),
            )
        )

    def get_page_title(self) -> str:
        """Return the subject, else the name of the file."""
        return self.mail.subject or self.attachment.display_name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, the ticket, this page."""
        ticket = {"url": f"{self.ticket_url}#message-{self.attachment.message_id}", "label": self.ticket.reference}
        return [*self.breadcrumbs_items, inbox_breadcrumb(), ticket, {"url": "", "label": self.get_page_title()}]


class AttachedMailBodyView(AttachedMailMixin):
    """The words of the mail, for the frame; images from elsewhere are never loaded."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Return the frame's page."""

        def file_address(number: int) -> str:
            return request.build_absolute_uri(self.url("attached_mail_file", number) + "?inline=1")

        return body_response(prepared_html(self.mail.prepared, file_address=file_address), title=self.mail.subject)


class AttachedMailFileView(AttachedMailMixin):
    """A file of the mail, to save, or with ``?inline=1`` to see where it is an image."""

    def get(self, request: HttpRequest, *args: Any, number: int, **kwargs: Any) -> HttpResponse:
        """Return the file. Http404 for a number that no file has."""
        files = self.mail.prepared.files
        if number >= len(files):
            raise Http404
        return content_response(files[number], inline=request.GET.get("inline") == "1")
