"""What open pages of the inbox ask every few seconds: what changed since? Mostly nothing, and that is cheap to say.

Packages beside and above add what they know of tickets (who is looking, who types) with :func:`register_part`.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.tickets.models import TicketEvent

#: Returns something for some of the tickets with these keys. It need not ask whether the user may see them.
Part = Callable[[Any, Sequence[int]], Mapping[int, Any]]

#: Every page looks at everything anew once in so many seconds: times go on, and some changes leave no line in any
#: timeline (a star in another window).
SECONDS = 60
MAX_KEYS = 100

_PARTS: dict[str, Part] = {}


def register_part(name: str, part: Part) -> None:
    """Let each pulse carry ``{name: {ticket: what part returns}}``."""
    _PARTS[name] = part


def parts_for(user: Any, keys: Sequence[int]) -> dict[str, dict[str, Any]]:
    """Return what the registered parts say of those tickets that ``user`` may see. One query beside theirs."""
    found = {name: part(user, keys) for name, part in _PARTS.items()} if keys else {}
    named = {key for values in found.values() for key in values}
    visible = set(visible_tickets(user).filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    return {
        name: {str(key): value for key, value in values.items() if key in visible} for name, values in found.items()
    }


def stamp(user: Any, asked: str, parts: Mapping[str, Any], notices: str) -> str:
    """Return a word that stays the same while nothing happened. One query, to the end of an index."""
    newest = TicketEvent.objects.order_by("-pk").values_list("pk", flat=True).first()
    # Not all pages in the same second.
    turn = (int(timezone.now().timestamp()) + zlib.crc32(str(user.pk).encode()) % SECONDS) // SECONDS
    told = json.dumps([str(user.pk), asked, newest, notices, parts, turn], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:24]
