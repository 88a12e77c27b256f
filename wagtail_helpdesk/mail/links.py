"""Addresses of ours that stand in mails."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from wagtail.models import Site

from wagtail_helpdesk.remembering import remembered
from wagtail_helpdesk.tickets.actions.participants import token_for
from wagtail_helpdesk.tickets.choices import Role, TokenPurpose
from wagtail_helpdesk.tickets.models import TicketParticipant


@remembered
def default_site() -> Site | None:
    """Return the site that links lead to where nothing else names one."""
    return Site.objects.filter(is_default_site=True).first()


def tracking_url(token: str, site: Site | None) -> str:
    """Return the absolute address of a tracking page; "" where the site has not included our addresses."""
    return _absolute("tracking", token, site)


def leave_headers(participant: TicketParticipant, site: Site | None) -> list[list[str]]:
    """Return the headers by which somebody who is only copied in leaves (RFC 2369 3.2); none for anybody else."""
    if participant.role != Role.CC:
        return []
    url = _absolute("leave", token_for(participant, TokenPurpose.LEAVE).signed, site)
    if not url:
        return []
    return unsubscribe_headers(url)


def stop_url(token: str, site: Site | None) -> str:
    """Return the absolute address where an agent ends notices by mail; "" as for ``tracking_url``."""
    return _absolute("stop_notices", token, site)


def unsubscribe_headers(url: str) -> list[list[str]]:
    """Return the headers that name ``url``: with one click where that is safe, over https (RFC 8058 3.1)."""
    headers = [["List-Unsubscribe", f"<{url}>"]]
    if url.startswith("https:"):
        headers.append(["List-Unsubscribe-Post", "List-Unsubscribe=One-Click"])
    return headers


def _absolute(name: str, token: str, site: Site | None) -> str:
    try:
        path = reverse(f"wagtail_helpdesk:{name}", args=[token])
    except NoReverseMatch:
        return ""
    return f"{site.root_url}{path}" if site else ""
