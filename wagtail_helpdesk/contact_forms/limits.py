"""How often somebody may send something over a public page."""

from __future__ import annotations

import ipaddress
import time

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from wagtail_helpdesk import conf

_HOUR = 3600


def seconds_to_wait(scope: str, who: str) -> int:
    """Count one submission of ``who`` within ``scope``; return 0 if it is allowed, else how long the limit holds.

    Counted in Django's cache, by the hour, under a keyed hash: no address is kept. ``who`` "" is not limited. A cache
    that keeps nothing (the dummy backend) limits nothing.
    """
    if not who:
        return 0
    now = int(time.time())
    name = salted_hmac("wagtail_helpdesk.limits", f"{scope}|{who}", algorithm="sha256").hexdigest()
    key = f"helpdesk-submissions-{name}-{now // _HOUR}"
    cache.add(key, 0, timeout=_HOUR)
    try:
        count = cache.incr(key)
    except ValueError:
        # Gone between the two calls, or never kept.
        return 0
    return 0 if count <= conf.get("SUBMISSIONS_PER_HOUR") else _HOUR - now % _HOUR


def client_address(request: HttpRequest) -> str:
    """Return the network address that a limit counts by, "" where there is none.

    That is the peer of the connection (REMOTE_ADDR). A peer in a private network that says whom it forwards for is the
    site's own proxy: then it is the last entry of X-Forwarded-For, the one that this proxy wrote. A site with more
    proxies in a row lets its server or a middleware set REMOTE_ADDR. IPv6 counts by the /64 that a customer is given.
    """
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    forwarded = _address(request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip())
    if forwarded is not None and (peer is None or peer.is_private):
        peer = forwarded
    if peer is None:
        return ""
    if peer.version == 6:
        return str(ipaddress.ip_network((peer, 64), strict=False))
    return str(peer)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
