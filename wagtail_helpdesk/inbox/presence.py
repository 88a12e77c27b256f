"""Who has a ticket open, and who is writing an answer: a row for each agent and ticket, kept alive by the open page.

A page says every few seconds that it is there (``HEARTBEAT``); a row that was not renewed means nothing any more, so
that nobody stays who closed the lid. A row says what its owner does with a ticket, and only those are told who may see
that ticket themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.inbox.models import Presence
from wagtail_helpdesk.inbox.people import display_name, initials, picture_url
from wagtail_helpdesk.tickets.models import Ticket

#: Seconds between two signs of life of an open page, and between two looks of others.
HEARTBEAT = 4
#: Two signs of life may be lost; with the other's next look somebody is gone within 15 seconds.
ALIVE = timedelta(seconds=10)
#: Somebody who rests for a moment is still writing.
TYPING = timedelta(seconds=6)
#: When the rows of those who are gone are removed.
KEPT = timedelta(hours=1)
#: More people than this are not named.
MAX_NAMED = 20


@dataclass(frozen=True)
class Present:
    """A colleague who has a ticket open."""

    name: str
    initials: str
    picture: str
    is_typing: bool

    @property
    def words(self) -> str:
        """Who does what: "Ben reads this", "Ben is writing an answer"."""
        words = _("%(name)s is writing an answer") if self.is_typing else _("%(name)s reads this")
        return words % {"name": self.name}


def come(user: Any, ticket: Ticket, *, typing: bool) -> None:
    """Note that ``user`` has ``ticket`` open. One UPDATE, but for the first time."""
    now = timezone.now()
    rows = Presence.objects.filter(ticket=ticket, user=user)
    values = {"seen_at": now, "typed_at": now if typing else F("typed_at")}
    if rows.update(**values):
        return
    try:
        with transaction.atomic():
            Presence.objects.create(ticket=ticket, user=user, seen_at=now, typed_at=now if typing else None)
    except IntegrityError:
        rows.update(**values)


def go(user: Any, ticket: Ticket) -> None:
    """Note that ``user`` closed ``ticket``. A second window on it comes back with its next sign of life."""
    Presence.objects.filter(ticket=ticket, user=user).delete()


def present_at(tickets: Iterable[int], user: Any) -> dict[int, list[Present]]:
    """Return by ticket who else has it open, those who write first. One query.

    ``tickets`` are keys of tickets that ``user`` may see: nothing is asked here.
    """
    now = timezone.now()
    rows = (
        Presence.objects.filter(ticket__in=list(tickets), seen_at__gt=now - ALIVE, user__is_active=True)
        .exclude(user=user)
        .select_related("user__wagtail_userprofile")
        .order_by("pk")
    )
    present: dict[int, list[Present]] = defaultdict(list)
    for row in rows:
        is_typing = row.typed_at is not None and row.typed_at > now - TYPING
        who = Present(display_name(row.user), initials(row.user), picture_url(row.user), is_typing)
        present[row.ticket_id].append(who)
    return {ticket: sorted(people, key=lambda who: not who.is_typing)[:MAX_NAMED] for ticket, people in present.items()}


def open_elsewhere(user: Any) -> set[int]:
    """Return the keys of all tickets that somebody but ``user`` has open now. One query, of few rows."""
    rows = Presence.objects.filter(seen_at__gt=timezone.now() - ALIVE, user__is_active=True).exclude(user=user)
    return set(rows.values_list("ticket", flat=True))


def presence_part(user: Any, keys: Sequence[int]) -> dict[int, str]:
    """Return by ticket what stands in a list's row (``inbox.pulse`` leaves out what ``user`` may not see)."""
    template = "wagtail_helpdesk/inbox/row_presence.html"
    return {key: render_to_string(template, {"present": people}) for key, people in present_at(keys, user).items()}


def forget_gone() -> int:
    """Remove the rows of those who are long gone; return how many."""
    return Presence.objects.filter(seen_at__lt=timezone.now() - KEPT).delete()[0]
