"""A message's formatted text and the files, each under an address of its own."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.conversations.serving import body_html, body_response, file_response
from wagtail_helpdesk.portal.links import file_path, read_file_path
from wagtail_helpdesk.portal.privacy import private_page
from wagtail_helpdesk.portal.visits import visit_by_public_id, visit_by_token


@require_safe
@private_page
def message_body(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Return the page that a frame of the conversation shows: foreign HTML, sanitised, without remote images."""
    visit = visit_by_token(token)
    if visit is None:
        raise Http404
    message = get_object_or_404(visit.messages().prefetch_related("attachments"), pk=pk)
    html = body_html(
        message,
        file_address=lambda file: request.build_absolute_uri(f"{file_path(visit, file)}?inline=1"),
        whole=True,
    )
    return body_response(html, title=visit.ticket.reference)


@require_safe
@private_page
def file(request: HttpRequest, signed: str) -> FileResponse:
    """Return a file to whom it was shown, as long as the tracking link is good; ``?inline=1`` shows images in place."""
    named = read_file_path(signed)
    visit = visit_by_public_id(named[0]) if named else None
    if visit is None:
        raise Http404
    attachment = get_object_or_404(Attachment, public_id=named[1], message__in=visit.messages())
    return file_response(attachment, inline=request.GET.get("inline") == "1")
