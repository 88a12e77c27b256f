"""Where the inbox opens, and what its fields ask in the background."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from wagtail_helpdesk.inbox.filters import tags_for
from wagtail_helpdesk.inbox.links import view_url
from wagtail_helpdesk.inbox.places import find_view
from wagtail_helpdesk.inbox.saved.lists import preference_of
from wagtail_helpdesk.inbox.similar import visible_organisations
from wagtail_helpdesk.inbox.standing_views import DEFAULT
from wagtail_helpdesk.inbox.views.base import InboxMixin

MAX_SUGGESTIONS = 10


class IndexView(InboxMixin):
    """Leads to the view that the user's inbox opens with."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Redirect."""
        chosen = find_view(preference_of(request.user).opens_with, request.user)
        return redirect(view_url(chosen or DEFAULT))


class OrganisationsView(InboxMixin):
    """Suggestions for a customer's organisation, from the tickets that one may see."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """Return the names that have the words of ``?q=``."""
        found = visible_organisations(request.user, request.GET.get("q", "")[:200], limit=MAX_SUGGESTIONS)
        return JsonResponse({"found": [{"value": one.name} for one in found]})


class TagsView(InboxMixin):
    """Suggestions for the field of tags, from the tickets that one may see."""

    def get(self, request: HttpRequest) -> JsonResponse:
        """Return the names that begin with ``?term=``."""
        term = request.GET.get("term", "").strip()
        names = tags_for(request.user, beginning=term)[:MAX_SUGGESTIONS].values_list("name", flat=True) if term else []
        return JsonResponse(list(names), safe=False)
