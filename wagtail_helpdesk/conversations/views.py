"""Message bodies and files for agents. What an agent may not see does not exist: 404."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.conversations.serving import body_html, body_response, file_response
from wagtail_helpdesk.tickets.models import Ticket


@require_safe
def message_body(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the page that the frame of one message shows; ``?whole=1`` adds the quoted text."""
    visible = Ticket.objects.visible_to(request.user).current()
    messages = Message.objects.for_agents().filter(ticket__in=visible).prefetch_related("attachments")
    message = get_object_or_404(messages, pk=pk)
    html = body_html(
        message,
        file_address=lambda file: request.build_absolute_uri(f"{file_url(file)}?inline=1"),
        whole=request.GET.get("whole") == "1",
    )
    return body_response(html, title=message.author_name)


@require_safe
def attachment(request: HttpRequest, public_id: str) -> FileResponse:
    """Return one file: to save, or with ``?inline=1`` to see where it is an image."""
    visible = Ticket.objects.visible_to(request.user).current()
    messages = Message.objects.for_agents().filter(ticket__in=visible)
    file = get_object_or_404(Attachment, public_id=public_id, message__in=messages)
    return file_response(file, inline=request.GET.get("inline") == "1")


def file_url(file: Attachment) -> str:
    """Return the path of a file for agents."""
    return reverse("helpdesk_conversations:file", args=[file.public_id])
