"""What the inbox fetches in the background."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.shortcuts import redirect

from wagtail_helpdesk.inbox.counts import count_text, count_views
from wagtail_helpdesk.inbox.filters import tags_for
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.standing_views import DEFAULT
from wagtail_helpdesk.inbox.views.base import InboxMixin
from wagtail_helpdesk.notifications.reading import unread_text

MAX_SUGGESTIONS = 10


class IndexView(InboxMixin):
    """Leads to the view that the inbox opens with."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """Redirect."""
        return redirect(view_url(DEFAULT))


class CountsView(InboxMixin):
    """The count of each view in words, by its name, and that of the new notices."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """Return {"mine": "12", "all": "1000+", ..., "notices": ""}."""
        counts = {slug: count_text(count) for slug, count in count_views(request.user).items()}
        response = JsonResponse(counts | {"notices": unread_text(request.user)})
        response["Cache-Control"] = "private, no-store"
        return response


class TagsView(InboxMixin):
    """Suggestions for the field of tags, from the tickets that one may see."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """Return the names that begin with ``?term=``."""
        term = request.GET.get("term", "").strip()
        names = tags_for(request.user, beginning=term)[:MAX_SUGGESTIONS].values_list("name", flat=True) if term else []
        return JsonResponse(list(names), safe=False)
