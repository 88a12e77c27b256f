"""The page that a form was sent from."""

from __future__ import annotations

from typing import Any

import swapper
from django.http import HttpRequest
from wagtail.models import Site


def source_fields(request: HttpRequest, page_id: str) -> dict[str, Any]:
    """Return the columns of a ticket that say where it came from.

    ``page_id`` is what the form said, so anything: only a live page of this request's site is taken.
    """
    site = Site.find_for_request(request)
    fields: dict[str, Any] = {"site": site} if site else {}
    page = _live_page(page_id)
    parts = page.get_url_parts(request) if page and site else None
    if parts is None or parts[0] != site.pk:
        return fields
    return fields | {
        "source_page_id": page.pk,
        "source_title": page.title[:255],
        "source_url": (page.get_full_url(request) or "")[:500],
    }


def _live_page(page_id: str) -> Any:
    # Nineteen digits may be more than the database's integers hold.
    if not (page_id.isascii() and page_id.isdecimal() and len(page_id) < 19):
        return None
    page = swapper.load_model("wagtailcore", "Page").objects.live().filter(pk=page_id).first()
    return page.specific if page else None
