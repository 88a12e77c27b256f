"""An agent ends notices by mail over the link of a digest (RFC 2369, RFC 8058)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from wagtail_helpdesk import conf
from wagtail_helpdesk.notifications.letters import language_of, settings_url
from wagtail_helpdesk.notifications.stop_tokens import user_of
from wagtail_helpdesk.notifications.stopping import gets_mails, stop_mails
from wagtail_helpdesk.portal.privacy import private_page
from wagtail_helpdesk.portal.views.tracking import not_found


# As in LeaveView: mail services post here with nothing but the link.
@method_decorator([csrf_exempt, private_page], name="dispatch")
class StopNoticesView(View):
    """GET asks and changes nothing: mail scanners follow links. POST ends the mails."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show a button, or that it is done; a plain 404 for a link that is not good."""
        user = user_of(token)
        return _show(request, user, done=not gets_mails(user)) if user else not_found(request)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """End the mails. Whoever did so before is told the same."""
        user = user_of(token)
        if user is None:
            return not_found(request)
        stop_mails(user)
        return _show(request, user, done=True)


def _show(request: HttpRequest, user: Any, *, done: bool) -> HttpResponse:
    language = language_of(user)
    context = {
        "helpdesk_base_template": conf.get("BASE_TEMPLATE"),
        "is_done": done,
        "settings_url": settings_url(),
    }
    with translation.override(language):
        request.LANGUAGE_CODE = language
        return render(request, "wagtail_helpdesk/portal/stop_notices.html", context)
