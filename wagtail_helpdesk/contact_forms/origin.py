"""Where a form post came from, for forms without a CSRF token: their pages are cached for everyone."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest


def is_same_origin(request: HttpRequest) -> bool:
    """Tell whether a post may come from a page of this site.

    What the browser says in Sec-Fetch-Site decides; where it says nothing, Origin must be this host. A client that
    sends neither is no browser, and cannot be made to post by another site.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() == request.get_host().lower()
    return True
