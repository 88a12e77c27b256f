"""Gets what lies at an address that a stranger wrote, giving away no more than that somebody asked."""

from __future__ import annotations

import http.client
import time
from urllib.parse import urljoin

from wagtail_helpdesk.outside.asking import Answer, BadAddress, TooLong, ask, read_address
from wagtail_helpdesk.outside.guard import Refused

MAX_BYTES = 5 * 1024 * 1024
MAX_REDIRECTS = 4
#: Seconds for everything: names, connections, redirects, the image itself.
TIMEOUT = 8.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Like anybody's browser: no name of ours, no language, no cookie, no referrer.
_HEADERS = {"User-Agent": "Mozilla/5.0", "Accept": "image/*", "Accept-Encoding": "identity"}


class FetchFailed(Exception):
    """There is nothing to be had there. ``str()`` is the kind of failure, without the address."""


def fetch(address: str) -> bytes:
    """Return the bytes at a web ``address``, at most MAX_BYTES, within TIMEOUT. Raises FetchFailed.

    Every hop of a redirect is checked as the first address is.
    """
    deadline = time.monotonic() + TIMEOUT
    for _hop in range(MAX_REDIRECTS + 1):
        answer = _ask(address, deadline)
        if answer.status == 200:
            return answer.body
        location = answer.headers.get("Location", "")
        if answer.status not in _REDIRECTS or not location:
            raise FetchFailed(f"status {answer.status}")
        address = urljoin(address, location)
    raise FetchFailed("redirects")


def _ask(address: str, deadline: float) -> Answer:
    try:
        return ask(read_address(address), _HEADERS, deadline=deadline, max_bytes=MAX_BYTES)
    except BadAddress as error:
        raise FetchFailed("address") from error
    except TooLong as error:
        raise FetchFailed("size") from error
    except Refused as error:
        raise FetchFailed(f"refused {error}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise FetchFailed(type(error).__name__) from error
