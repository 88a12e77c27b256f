"""Tells browsers which links to fetch ahead: those that our JavaScript marks when pointer or focus rest on them.

As a header with a file of its own, since the policy allows no script in the page. Wagtail's admin forbids every cache
to keep a page, so that a plain ``<link rel="prefetch">`` would fetch it twice.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse

from wagtail_helpdesk.inbox.views.base import InboxMixin

_RULES = {"prefetch": [{"where": {"selector_matches": "a.helpdesk-ahead"}, "eagerness": "immediate"}]}


class AheadView(InboxMixin):
    """The rules."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return them."""
        return JsonResponse(_RULES, content_type="application/speculationrules+json")


class AheadMixin:
    """For pages with links to tickets."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        """Name the rules."""
        response = super().render_to_response(context, **kwargs)
        response["Speculation-Rules"] = f'"{reverse("helpdesk_inbox:ahead")}"'
        return response
