"""What a phone asks for to install the help desk as an app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from wagtail_helpdesk.inbox.app import manifest, worker_script
from wagtail_helpdesk.inbox.views.base import InboxMixin


class AppView(InboxMixin):
    """For those who may view tickets. Like all of Wagtail's admin, nothing on the way keeps it."""

    http_method_names = ["get", "head", "options"]


class ManifestView(AppView):
    """The web app's manifest."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return it."""
        return JsonResponse(manifest(), content_type="application/manifest+json")


class WorkerView(AppView):
    """The service worker. Its address is the top of what it may serve."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the script."""
        origin = request.build_absolute_uri("/").rstrip("/")
        return HttpResponse(worker_script(origin), content_type="text/javascript; charset=utf-8")


class OfflineView(AppView):
    """The page that the worker keeps for when there is no connection."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it. It is the same for everybody of one language."""
        return render(request, "wagtail_helpdesk/app/offline.html")
