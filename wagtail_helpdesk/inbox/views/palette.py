"""The command palette: what it finds, and a page of its own for pages without our JavaScript."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.utils import get_keyboard_key_labels_from_request
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk.inbox.media import inbox_media
from wagtail_helpdesk.inbox.palette import MAX_QUERY, find
from wagtail_helpdesk.inbox.shortcuts import EVERYWHERE, grouped, keys_in_words, shortcuts
from wagtail_helpdesk.inbox.views.base import InboxMixin, inbox_breadcrumb


class PaletteView(InboxMixin, WagtailAdminTemplateMixin):
    """GET ``?q=``: JSON for our script, else a page that also lists every shortcut."""

    template_name = "wagtail_helpdesk/inbox/palette_page.html"
    header_icon = "search"
    page_title = _("Find anything")
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return what is found."""
        query = request.GET.get("q", "")
        if not self.is_fetched:
            return self.render_to_response(self.get_context_data(query=query, groups=find(request, query)))
        groups = find(request, query, with_views=False)
        found = [{"label": str(group.label), "entries": [asdict(entry) for entry in group.entries]} for group in groups]
        response = JsonResponse({"groups": found})
        response["Cache-Control"] = "private, no-store"
        return response

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, this page."""
        return [*self.breadcrumbs_items, inbox_breadcrumb(), {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return what the page shows."""
        labels = get_keyboard_key_labels_from_request(self.request)
        table = [
            (group, [(entry.label, keys_in_words(entry.keys, labels)) for entry in entries])
            for group, entries in grouped(shortcuts(user=self.request.user))
        ]
        return super().get_context_data(
            max_query=MAX_QUERY, table=table, where=EVERYWHERE, media=inbox_media(), **kwargs
        )
