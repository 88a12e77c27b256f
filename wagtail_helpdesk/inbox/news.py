"""What happened to a ticket since a page of it was made: the parts to put into the page, and the words to say it in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.inbox.conversation import MessageItem, message_item, messages_for
from wagtail_helpdesk.inbox.thread import Item, events_in_words, merged_items
from wagtail_helpdesk.inbox.timeline import SILENT
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent

#: More new messages than this come with a new page.
MAX_NEW = 30
#: What puts messages elsewhere than at the end: the page has to be loaded again.
_REORDERS = frozenset({EventKind.MERGED, EventKind.UNMERGED, EventKind.SPLIT})

_ARRIVED: dict[str, Promise] = {
    "customer": _("New message from %(name)s"),
    "third_party": _("New message from %(name)s"),
    "reply": _("%(name)s answered"),
    "scheduled": _("%(name)s answered: the reply leaves soon"),
    "waiting": _("%(name)s wrote a reply that waits for approval"),
    "note": _("%(name)s made a note"),
}


@dataclass(frozen=True)
class Arrival:
    """A message of somebody else that came while the page was open."""

    pk: int
    words: str


@dataclass(frozen=True)
class News:
    """What is new."""

    #: To stand at the end of the conversation.
    items: list[Item] = field(default_factory=list)
    #: Messages that stand in the page and look different now.
    changed: list[MessageItem] = field(default_factory=list)
    #: Those that do not stand there any more.
    gone: list[int] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    #: What colleagues and the help desk did, a sentence for each.
    changes: list[str] = field(default_factory=list)
    #: The order of the messages is another one: nothing of the above is told.
    reordered: bool = False


def with_version(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Return ``tickets`` with the keys of their newest message and event: a page compares them with its own."""
    return tickets.annotate(
        newest_message=_newest(Message.objects.for_agents()), newest_event=_newest(TicketEvent.objects.all())
    )


def _newest(rows: QuerySet) -> Coalesce:
    of_ticket = rows.filter(ticket=OuterRef("pk")).order_by().values("ticket").annotate(newest=Max("pk"))
    return Coalesce(Subquery(of_ticket.values("newest")), 0, output_field=IntegerField())


def news_since(ticket: Ticket, user: Any, *, message: int, event: int) -> News:
    """Return what came after the message and the event of these keys. A fixed number of queries."""
    events = list(ticket.events.filter(pk__gt=event).order_by("pk"))
    messages = list(messages_for([ticket.pk]).filter(pk__gt=message)[: MAX_NEW + 1])
    if len(messages) > MAX_NEW or any(line.kind in _REORDERS for line in events):
        return News(reordered=True)
    items = [message_item(new, user) for new in messages]
    lines = events_in_words(ticket, user, Q(pk__gt=event)) if any(line.kind not in SILENT for line in events) else []
    changed, gone = _looked_at_again(ticket, user, events, before=message)
    return News(
        items=merged_items(items, lines),
        changed=changed,
        gone=gone,
        arrivals=[Arrival(item.message.pk, _in_words(item)) for item in items if not item.is_mine],
        changes=[words for line, words in lines if line.actor_user_id != user.pk],
    )


def _looked_at_again(
    ticket: Ticket, user: Any, events: Sequence[TicketEvent], *, before: int
) -> tuple[list[MessageItem], list[int]]:
    """Return the messages that the events speak of and that the page has, and the keys of those that are gone."""
    named = {line.data.get("message") for line in events}
    keys = [key for key in named if isinstance(key, int) and key <= before]
    if not keys:
        return [], []
    shown = [message_item(message, user) for message in messages_for([ticket.pk]).filter(pk__in=keys)]
    gone = Message.objects.filter(ticket=ticket, pk__in=keys, state=MessageState.CANCELLED)
    return shown, list(gone.values_list("pk", flat=True))


def _in_words(item: MessageItem) -> str:
    return _ARRIVED[item.kind] % {"name": item.message.author_name or item.message.from_address or _("somebody")}
