"""Files of drafts: uploaded while one writes, and shown in the editor."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_helpdesk.conversations.drafts import draft_of
from wagtail_helpdesk.conversations.models import DraftFile
from wagtail_helpdesk.conversations.serving import file_response
from wagtail_helpdesk.inbox.composer import VERBS, may_write
from wagtail_helpdesk.inbox.draft_files import keep_file, refusal_of
from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.inbox.views.base import InboxMixin, TicketMixin

#: The answer to a file that is not taken.
REFUSED = 422


class UploadView(TicketMixin):
    """POST adds one file to one's draft; our script sends each as soon as it was chosen, pasted or dropped."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer with the file's line in the list. PermissionDenied for who may not write here."""
        mode = request.POST.get("mode", "")
        mode = mode if mode in VERBS else "note"
        if not may_write(request.user, mode, self.ticket):
            raise PermissionDenied
        file = request.FILES.get("file")
        why = refusal_of(request.user, self.ticket, file) if file else _("No file arrived.")
        if why:
            return JsonResponse({"refused": why}, status=REFUSED)
        began = draft_of(request.user, self.ticket) is None
        row = keep_file(request.user, self.ticket, mode, file, inline=request.POST.get("inline") == "1")
        html = render_to_string("wagtail_helpdesk/inbox/draft_file.html", {"file": row, "ticket": self.ticket}, request)
        answer: dict[str, Any] = {"html": html, "id": row.public_id, "name": row.display_name}
        if began:
            answer["version"] = row.draft.version
        if row.inline:
            src = reverse("helpdesk_inbox:draft_file", args=[row.public_id])
            answer["image"] = {"cid": row.content_id, "src": src, "alt": ""}
        return JsonResponse(answer)


class DraftFileView(InboxMixin):
    """GET returns a file of a draft, to who wrote it and to who may see the ticket: a draft can be taken over."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Return the file, an image in place. Http404 for any other."""
        seen = Q(draft__ticket__in=visible_tickets(request.user))
        own = Q(draft__ticket__isnull=True, draft__user=request.user)
        file = get_object_or_404(DraftFile.objects.filter(seen | own), public_id=public_id)
        return file_response(file, inline=True)
