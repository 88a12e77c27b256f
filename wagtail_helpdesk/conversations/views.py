"""Message bodies and files for agents. What an agent may not see does not exist: 404."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.conversations.remote_images.proxy import (
    find_image,
    load_picture,
    shows_remote_images,
    sign_image,
)
from wagtail_helpdesk.conversations.scanning import may_open_locked
from wagtail_helpdesk.conversations.serving import body_html, body_response, file_response, picture_response
from wagtail_helpdesk.tickets.models import Ticket


@require_safe
def message_body(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the page that the frame of one message shows; ``?whole=1`` adds the quoted text."""
    message = get_object_or_404(_messages(request).prefetch_related("attachments"), pk=pk)

    def image_address(address: str) -> str:
        path = reverse("helpdesk_conversations:image", args=[message.pk, sign_image(message.pk, address)])
        return request.build_absolute_uri(path)

    html = body_html(
        message,
        file_address=lambda file: request.build_absolute_uri(f"{file_url(file)}?inline=1"),
        image_address=image_address if shows_remote_images(message) else None,
        whole=request.GET.get("whole") == "1",
    )
    return body_response(html, title=message.author_name)


@require_safe
def remote_image(request: HttpRequest, pk: int, signature: str) -> HttpResponse:
    """Return an image from elsewhere that a message names, fetched by us; 404 unless somebody allowed it."""
    message = get_object_or_404(_messages(request), pk=pk)
    address = find_image(message, signature) if shows_remote_images(message) else None
    if address is None:
        raise Http404
    return picture_response(*load_picture(address))


@require_safe
def attachment(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return one file: to save, or with ``?inline=1`` to see where it is an image.

    One that may start a program is given out after a warning only, with ``?anyway=1``.
    """
    file = get_object_or_404(Attachment, public_id=public_id, message__in=_messages(request))
    unlocked = may_open_locked(request.user)
    if file.is_locked and not unlocked:
        raise PermissionDenied
    if (file.is_dangerous or file.is_infected) and request.GET.get("anyway") != "1":
        return DangerousFileView.as_view()(request, file=file)
    return file_response(file, inline=request.GET.get("inline") == "1", unlocked=unlocked)


class DangerousFileView(WagtailAdminTemplateMixin, TemplateView):
    """Asks before a file is given out that may do harm."""

    template_name = "wagtail_helpdesk/conversations/dangerous_file.html"
    page_title = gettext_lazy("This file may do harm")
    header_icon = "warning"

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home and this page."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]


def file_url(file: Attachment) -> str:
    """Return the path of a file for agents."""
    return reverse("helpdesk_conversations:file", args=[file.public_id])


def _messages(request: HttpRequest) -> QuerySet[Message]:
    visible = Ticket.objects.visible_to(request.user).current()
    return Message.objects.for_agents().filter(ticket__in=visible).select_related("author_contact")
