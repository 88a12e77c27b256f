"""A ticket's conversation: messages and folded events, by time, in a fixed number of queries.

A long one is read in stretches (``inbox.windows``): what is folded costs a page nothing but a line of keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Max, Q

from wagtail_helpdesk import conf
from wagtail_helpdesk.conversations.choices import Direction
from wagtail_helpdesk.conversations.file_types import INLINE_TYPES
from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.inbox import windows
from wagtail_helpdesk.inbox.conversation import EventsItem, MessageItem, message_item, messages_for
from wagtail_helpdesk.inbox.standing_views import visible_tickets
from wagtail_helpdesk.inbox.subjects import other_subjects
from wagtail_helpdesk.inbox.timeline import SILENT, describe, tickets_named
from wagtail_helpdesk.inbox.windows import Entry
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent

#: A machine can change a ticket thousands of times: of one stretch no more than the newest of these are shown.
MAX_EVENTS = 500


@dataclass(frozen=True)
class Gap:
    """Messages that are not in the page: those between the messages ``after`` and ``before``, by key."""

    after: int
    before: int
    count: int
    #: The newest of them: where the link leads without JavaScript.
    nearest: int
    template = "gap"

    @property
    def next_count(self) -> int:
        """How many of them one step shows."""
        return min(self.count, windows.STEP)


@dataclass(frozen=True)
class UnreadLine:
    """Stands above the first message that came since the person looked."""

    count: int
    template = "unread"


Item = MessageItem | EventsItem | Gap | UnreadLine


@dataclass(frozen=True)
class Conversation:
    """What stands in the page, and how far it goes: the newest message's key and the newest event's."""

    items: list[Item]
    last_seen: int = 0
    last_event: int = 0
    #: The first message that came since the person looked, 0 where there is none; and how many there are.
    first_unread: int = 0
    unread: int = 0

    @property
    def messages(self) -> list[MessageItem]:
        """The messages that stand in the page."""
        return [item for item in self.items if isinstance(item, MessageItem)]

    @property
    def gaps(self) -> list[Gap]:
        """What does not stand in it."""
        return [item for item in self.items if isinstance(item, Gap)]


def conversation_of(ticket: Ticket, user: Any, *, seen: int = 0, around: int | None = None) -> Conversation:
    """Return what the page of ``ticket`` shows to ``user``, who had seen the messages up to the key ``seen``.

    ``around``: the key of a message that has to stand in it.
    """
    # First: what happens between two of these queries is new to the page, not lost to it.
    last_event = last_event_of(ticket)
    order = order_of(ticket)
    unread = [place for place, entry in enumerate(order) if seen and entry.pk > seen and entry.author != user.pk]
    place = next((place for place, entry in enumerate(order) if entry.pk == around), None) if around else None
    stretches = windows.shown_at_first(len(order), unread=unread[0] if unread else None, around=place)
    first_unread = order[unread[0]].pk if unread else 0
    return Conversation(
        items=_items(ticket, user, order, stretches, line=UnreadLine(len(unread)), above=first_unread),
        last_seen=max((entry.pk for entry in order), default=0),
        last_event=last_event,
        first_unread=first_unread,
        unread=len(unread),
    )


def unfold(ticket: Ticket, user: Any, *, after: int, before: int, around: int | None = None) -> list[Item]:
    """Return what takes the place of a gap: some of its messages, and a gap for the rest. [] where there is no such.

    ``around``: a message of them that is to be shown; else the newest ones are.
    """
    order = order_of(ticket)
    places = {entry.pk: place for place, entry in enumerate(order)}
    if after not in places or before not in places:
        return []
    gap = range(places[after] + 1, places[before])
    place = places.get(around) if around else None
    if around and place not in gap:
        return []
    return _items(ticket, user, order, windows.unfolded(gap, around=place), within=gap)


def last_event_of(ticket: Ticket) -> int:
    """Return the key of the newest line of the timeline. One query."""
    return ticket.events.aggregate(newest=Max("pk"))["newest"] or 0


def order_of(ticket: Ticket) -> list[Entry]:
    """Return all messages in order, without their words. One query."""
    columns = ("pk", "created_at", "author_user", "direction", "subject")
    return [
        Entry(pk, at, author, direction == Direction.INBOUND, subject)
        for pk, at, author, direction, subject in ticket.messages.for_agents().in_order().values_list(*columns)
    ]


def events_in_words(ticket: Ticket, user: Any, within: Q | None = None) -> list[tuple[TicketEvent, str]]:
    """Return the ticket's timeline, without what the conversation shows itself. Names no ticket of others."""
    found = ticket.events.exclude(kind__in=SILENT)
    if within is not None:
        found = found.filter(within)
    events = list(found.order_by("-created_at", "-pk")[:MAX_EVENTS])[::-1]
    named = tickets_named(events)
    visible = visible_tickets(user).filter(pk__in=named).only("pk") if named else []
    references = {other.pk: other.reference for other in visible}
    return [(event, describe(event, references)) for event in events]


def _items(
    ticket: Ticket,
    user: Any,
    order: Sequence[Entry],
    stretches: Sequence[range],
    *,
    within: range | None = None,
    line: UnreadLine | None = None,
    above: int = 0,
) -> list[Item]:
    """Return the items of the stretches with gaps between them, and with ``line`` above the message ``above``."""
    within = range(len(order)) if within is None else within
    shown = [order[place].pk for stretch in stretches for place in stretch]
    messages = {message.pk: message for message in messages_for([ticket.pk]).filter(pk__in=shown)} if shown else {}
    others = other_subjects(ticket, order, messages)
    first_seen = _first_places(ticket, order)
    lines = events_in_words(ticket, user, _between(order, stretches))
    items: list[Item] = []
    end = within.start
    for stretch in stretches:
        items += _gap(order, range(end, stretch.start))
        entries = []
        for place in stretch:
            message = messages.get(order[place].pk)
            if message is not None:
                before = {sha for sha, first in first_seen.items() if first < place}
                item = message_item(message, user, frozenset(before))
                entries.append(replace(item, other_subject=others.get(message.pk, "")))
        merged = merged_items(entries, [entry for entry in lines if _belongs(entry[0].created_at, order, stretch)])
        for item in merged:
            if line and isinstance(item, MessageItem) and item.message.pk == above:
                items.append(line)
            items.append(item)
        end = stretch.stop
    return items + _gap(order, range(end, within.stop))


def _gap(order: Sequence[Entry], places: range) -> list[Gap]:
    if not places:
        return []
    return [
        Gap(
            after=order[places.start - 1].pk,
            before=order[places.stop].pk,
            count=len(places),
            nearest=order[places.stop - 1].pk,
        )
    ]


def _bounds(order: Sequence[Entry], stretch: range) -> tuple[datetime | None, datetime | None]:
    """Return from when to before when something happened among the messages of ``stretch``; None for no bound."""
    start = order[stretch.start].at if stretch.start > 0 else None
    return start, order[stretch.stop].at if stretch.stop < len(order) else None


def _belongs(at: datetime, order: Sequence[Entry], stretch: range) -> bool:
    start, stop = _bounds(order, stretch)
    return (start is None or at >= start) and (stop is None or at < stop)


def _between(order: Sequence[Entry], stretches: Iterable[range]) -> Q:
    """Return the condition for the events among the messages of ``stretches``."""
    condition = Q(pk__in=[])
    for stretch in stretches:
        start, stop = _bounds(order, stretch)
        part = Q() if start is None else Q(created_at__gte=start)
        if stop is not None:
            part &= Q(created_at__lt=stop)
        if not part:
            return Q()
        condition |= part
    return condition


def _first_places(ticket: Ticket, order: Sequence[Entry]) -> dict[str, int]:
    """Return where each image of the conversation came first, by its sha256. One query."""
    places = {entry.pk: place for place, entry in enumerate(order)}
    images = Attachment.objects.filter(message__ticket=ticket, sniffed_type__in=INLINE_TYPES)
    first: dict[str, int] = {}
    for message, sha256 in images.order_by().values_list("message", "sha256"):
        place = places.get(message)
        if place is not None and place < first.get(sha256, len(order)):
            first[sha256] = place
    return first


def merged_items(
    messages: Sequence[MessageItem], lines: Iterable[tuple[TicketEvent, str]]
) -> list[MessageItem | EventsItem]:
    """Return both by time, with the events between two messages as one item."""
    stream: list[Any] = [*messages, *lines]
    stream.sort(key=lambda entry: entry.at if isinstance(entry, MessageItem) else entry[0].created_at)
    items: list[MessageItem | EventsItem] = []
    for is_message, group in groupby(stream, key=lambda entry: isinstance(entry, MessageItem)):
        entries = list(group)
        items += entries if is_message else [EventsItem(entries)]
    return items


def numbers_in(items: Iterable[Item]) -> set[int]:
    """Return the numbers of tickets that our own words in ``items`` name, such as HD-12. No query."""
    pattern = re.compile(rf"(?<![\w-]){re.escape(conf.get('REFERENCE_PREFIX'))}([0-9]{{1,18}})(?![\w-])", re.IGNORECASE)
    return {
        int(number)
        for item in items
        if isinstance(item, MessageItem) and not item.is_framed
        for number in pattern.findall(item.body)
    }
