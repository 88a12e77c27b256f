"""Addresses of ours that stand in mails."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from wagtail.models import Site


def tracking_url(token: str, site: Site | None) -> str:
    """Return the absolute address of a tracking page; "" where the site has not included our addresses."""
    try:
        path = reverse("wagtail_helpdesk:tracking", args=[token])
    except NoReverseMatch:
        return ""
    return f"{site.root_url}{path}" if site else ""
