"""Pages of the inbox that are no list of tickets, with the views beside them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk.inbox.counts import views_with_counts
from wagtail_helpdesk.inbox.dropping import with_drops
from wagtail_helpdesk.inbox.last_seen import note_seen
from wagtail_helpdesk.inbox.media import inbox_media
from wagtail_helpdesk.inbox.views.base import InboxMixin, inbox_breadcrumb


class BoardView(InboxMixin, WagtailAdminTemplateMixin):
    """Subclasses name their template, their title and ``board``, by which the menu knows them."""

    board = ""
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page. Whoever looks is here."""
        note_seen(request.user)
        return self.render_to_response(self.get_context_data())

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return Home, Inbox, this page."""
        return [*self.breadcrumbs_items, inbox_breadcrumb(), {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the views with their counts, and what subclasses add."""
        views = with_drops(views_with_counts(self.request.user, scopes=self.scopes))
        media = inbox_media("pulse", styles=("lists", "board"))
        return super().get_context_data(views=views, board=self.board, media=media, **kwargs)
