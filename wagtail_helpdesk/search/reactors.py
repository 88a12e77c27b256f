"""What the search does on events: it notes what is to be read anew. Words that must go, go at once."""

from __future__ import annotations

from django.db.models import Q

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.events import (
    ContactErased,
    ContactsMerged,
    MessageAdded,
    MessageRedacted,
    MessageReread,
    MessageSplit,
    TicketErased,
    TicketOpened,
    TicketsMerged,
    TicketsUnmerged,
    TicketUpdated,
)
from wagtail_helpdesk.search.indexing import index_soon
from wagtail_helpdesk.search.models import IndexTask, SearchEntry
from wagtail_helpdesk.tickets.models import Ticket

#: The fields whose change is a matter of the ticket's own entry, and those that are in all of its entries.
_OWN = frozenset({"subject", "tags", "requester"})
_ALL = frozenset({"team", "assignee"})


def note_message(event: TicketOpened | MessageAdded | MessageReread) -> None:
    """A message is new, or has other words."""
    index_soon(event.ticket_id, event.message_id)


def note_change(event: TicketUpdated) -> None:
    """A ticket is called otherwise, or is somebody else's."""
    changed = {change.field for change in event.changes}
    if changed & (_OWN | _ALL) or any(name.startswith("field:") for name in changed):
        index_soon(event.ticket_id, whole=bool(changed & _ALL))


def move_entries(event: TicketsMerged) -> None:
    """The source's messages are found in the target; the source itself is not found any more."""
    _move(event.source_id, event.target_id)


def move_entries_back(event: TicketsUnmerged) -> None:
    """What came from the source is found in it again."""
    _move(event.target_id, event.source_id)


def move_split_entry(event: MessageSplit) -> None:
    """The message is found in its new ticket."""
    _move(event.source_id, event.ticket_id)


def forget_message(event: MessageRedacted) -> None:
    """What was taken out of a message is not found any more; the worker reads again what is left."""
    SearchEntry.objects.filter(ticket=event.ticket_id, key=event.message_id).update(words="")
    index_soon(event.ticket_id, event.message_id)
    index_soon(event.ticket_id)


def forget_ticket(event: TicketErased) -> None:
    """Nothing that a ticket said is found any more; the worker takes away the empty entries."""
    SearchEntry.objects.filter(ticket=event.ticket_id).update(words="")
    index_soon(event.ticket_id, whole=True)


def note_contact(event: ContactsMerged) -> None:
    """One person's tickets are the other's."""
    _read_again(Q(participants__contact=event.target_id))


def forget_contact(event: ContactErased) -> None:
    """Name and addresses are found nowhere any more, in whatever ticket they stood."""
    concerned = Q(participants__contact=event.contact_id) | Q(messages__author_contact=event.contact_id)
    tickets = _read_again(concerned)
    for start in range(0, len(tickets), 500):
        SearchEntry.objects.filter(ticket__in=tickets[start : start + 500]).update(words="")


def _move(source_id: int, target_id: int) -> None:
    """Let the entries stand where their messages stand now; those of the tickets themselves stay."""
    keys = list(SearchEntry.objects.filter(ticket=source_id, key__gt=0).values_list("key", flat=True))
    moved = list(Message.objects.filter(pk__in=keys, ticket=target_id).values_list("pk", flat=True))
    SearchEntry.objects.filter(key__in=moved).update(ticket=target_id)
    for ticket_id in (source_id, target_id):
        index_soon(ticket_id, whole=True)


def _read_again(concerned: Q) -> list[int]:
    tickets = list(Ticket.objects.filter(concerned).distinct().values_list("pk", flat=True))
    IndexTask.objects.bulk_create(IndexTask(ticket_id=key, whole=True) for key in tickets)
    return tickets
