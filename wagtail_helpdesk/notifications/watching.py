"""Who watches a ticket and hears of everything, who muted it and hears of mentions only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wagtail_helpdesk.events import MessageAdded
from wagtail_helpdesk.notifications.models import NoticePreference
from wagtail_helpdesk.tickets.actions.follow_ticket import write_reader
from wagtail_helpdesk.tickets.choices import Watch
from wagtail_helpdesk.tickets.models import TicketReader


@dataclass(frozen=True)
class Marks:
    """The keys of the users who watch a ticket, and of those who muted it."""

    watching: set[Any] = field(default_factory=set)
    muted: set[Any] = field(default_factory=set)


def marks_of(ticket_id: int) -> Marks:
    """Return who watches and who muted a ticket. One query."""
    marks = Marks()
    for user, watch in TicketReader.objects.filter(ticket=ticket_id).exclude(watch="").values_list("user", "watch"):
        (marks.watching if watch == Watch.WATCHING else marks.muted).add(user)
    return marks


def watch_as_writer(event: MessageAdded) -> None:
    """Whoever writes on a ticket watches it, where the own preference says so and nothing else was chosen for it."""
    user = event.actor.id
    if event.actor.kind != "user" or user is None:
        return
    if not NoticePreference.objects.filter(user=user, watch_replied=True).exists():
        return
    if not TicketReader.objects.filter(ticket=event.ticket_id, user=user).exclude(watch="").exists():
        write_reader(event.ticket_id, user, watch=Watch.WATCHING)
