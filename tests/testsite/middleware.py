"""A strict Content-Security-Policy, so that a browser test fails on any inline script, style or foreign address."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PUBLIC_POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
# Draftail sets style attributes; Wagtail itself knows no other way.
INBOX_POLICY = f"{PUBLIC_POLICY}; style-src-attr 'unsafe-inline'"


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Send the policy with each answer that has none of its own, Wagtail's own admin screens left out."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith("/admin/helpdesk/"):
            response.headers.setdefault("Content-Security-Policy", INBOX_POLICY)
        elif not request.path.startswith("/admin/"):
            response.headers.setdefault("Content-Security-Policy", PUBLIC_POLICY)
        return response

    return middleware
