"""Devices that show an agent's notices: what scripts ask, and the buttons on the account page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_helpdesk.inbox.views.base import InboxMixin
from wagtail_helpdesk.notifications.push.devices import (
    BadSubscription,
    Handed,
    devices_of,
    is_on,
    note_seen,
    queue_test,
    turn_on,
)
from wagtail_helpdesk.notifications.push.keys import public_key
from wagtail_helpdesk.notifications.push.models import PushSubscription


class PushMixin(InboxMixin):
    """For those who may view tickets, where the site uses push messages; elsewhere there is no such page."""

    http_method_names = ["post", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Raise Http404 where the site uses none."""
        if not is_on():
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class PushView(PushMixin):
    """GET returns what a browser subscribes with, POST takes its subscription."""

    http_method_names = ["get", "post", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the site's public key, and the token that a post needs: a service worker sees no page."""
        return JsonResponse({"key": public_key(), "token": get_token(request)})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Turn a device on; with ``old`` (a hash) in the place of that one, which must be the user's."""
        handed = Handed(*(request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")))
        try:
            device = turn_on(request, handed, old_hash=request.POST.get("old", ""))
        except BadSubscription:
            return JsonResponse({"error": "subscription"}, status=422)
        return JsonResponse({"id": device.pk}) if device else JsonResponse({"error": "old"}, status=404)


class SeenDeviceView(PushMixin):
    """POST ``hash``: the user is signed in on this device. Says whether it is on for the user."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Note it."""
        return JsonResponse({"known": note_seen(request, request.POST.get("hash", ""))})


class DeviceView(PushMixin):
    """A button beside one of the user's own devices; anybody else's does not exist."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it, and go back."""
        self.act(get_object_or_404(devices_of(request.user), pk=pk))
        return redirect(reverse("wagtailadmin_account") + "#tab-notifications")

    def act(self, device: PushSubscription) -> None:
        """Do what the button says."""
        raise NotImplementedError


class TestDeviceView(DeviceView):
    """Sends a test."""

    def act(self, device: PushSubscription) -> None:
        """Let the worker send it."""
        queue_test(device)
        said = _("A test is on its way to %(device)s. It should be there within a few seconds.")
        messages.success(self.request, said % {"device": device.label})


class RemoveDeviceView(DeviceView):
    """Turns a device off."""

    def act(self, device: PushSubscription) -> None:
        """Forget it."""
        label = device.label
        device.delete()
        messages.success(self.request, _("%(device)s shows no notices any more.") % {"device": label})
