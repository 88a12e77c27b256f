"""What each row of a list is to the one who looks at it: unread, starred, being answered. Three queries a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Draft, Message
from wagtail_helpdesk.desk.absences import FIELD, away_until
from wagtail_helpdesk.desk.choices import UNRESOLVED
from wagtail_helpdesk.desk.models import Absence
from wagtail_helpdesk.inbox.people import display_name
from wagtail_helpdesk.tickets.choices import Watch
from wagtail_helpdesk.tickets.models import Ticket, TicketReader


@dataclass(frozen=True)
class Marks:
    """The marks of one ticket for one agent."""

    unread: bool = False
    starred: bool = False
    muted: bool = False
    #: Whether the agent has an unsent draft there.
    drafted: bool = False
    #: Colleagues who have one.
    drafting: tuple[str, ...] = ()
    #: "away until ..." of an assignee who is.
    away: str = ""


def marks_of(tickets: Sequence[Ticket], user: Any) -> dict[int, Marks]:
    """Return the marks of each ticket by its key."""
    keys = [ticket.pk for ticket in tickets]
    if not keys:
        return {}
    readers = {row.ticket_id: row for row in TicketReader.objects.filter(user=user, ticket__in=keys)}
    newest, absences = _newest_messages_and_absences(keys, user)
    drafts: dict[int, list[Any]] = {}
    for draft in Draft.objects.filter(ticket__in=keys).select_related("user").order_by("pk"):
        drafts.setdefault(draft.ticket_id, []).append(draft.user)
    return {
        ticket.pk: _marks(ticket, user, readers, newest, drafts.get(ticket.pk, []), absences.get(ticket.pk))
        for ticket in tickets
    }


def _marks(
    ticket: Ticket,
    user: Any,
    readers: dict[int, TicketReader],
    newest: dict[int, int | None],
    authors: list[Any],
    absence: Absence | None,
) -> Marks:
    reader = readers.get(ticket.pk)
    seen = reader.seen_message if reader else 0
    return Marks(
        # What is over asks nobody to read it.
        unread=ticket.category in UNRESOLVED and (newest.get(ticket.pk) or 0) > seen,
        starred=bool(reader and reader.starred),
        muted=bool(reader and reader.watch == Watch.MUTED),
        drafted=any(author.pk == user.pk for author in authors),
        drafting=tuple(display_name(author) for author in authors if author.pk != user.pk),
        away=away_until(absence),
    )


def _newest_messages_and_absences(keys: Sequence[int], user: Any) -> tuple[dict[int, int | None], dict[int, Absence]]:
    """Return the key of each ticket's newest message that somebody else wrote, to which an index leads; and the absence
    of its assignee, where there is one. One query."""
    messages = Message.objects.filter(
        Q(author_user__isnull=True) | ~Q(author_user=user), ticket=OuterRef("pk"), state=MessageState.PUBLISHED
    )
    newest = Subquery(messages.order_by("-created_at", "-pk").values("pk")[:1])
    names = ("starts_at", "ends_at", "time_zone")
    columns = [f"assignee__{FIELD}__{name}" for name in names]
    rows = list(
        Ticket.objects.filter(pk__in=keys).order_by().annotate(newest=newest).values_list("pk", "newest", *columns)
    )
    absences = {
        pk: Absence(**dict(zip(names, values, strict=True))) for pk, _key, *values in rows if values[0] is not None
    }
    return {pk: key for pk, key, *_values in rows}, absences


def newest_message_key() -> int:
    """Return the key of the newest message there is: what a list made now has not seen is newer."""
    return Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
