"""What tickets and messages are found by: their rows' words, made of what stands in the database now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db.models import Prefetch

from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.search.models import SearchEntry
from wagtail_helpdesk.search.words import long_numbers, marked, split, words_of
from wagtail_helpdesk.tickets.models import Ticket

#: Participants and files of one ticket or message that are named.
MAX_NAMES = 50
#: Words of the texts of one message's files.
MAX_FILE_WORDS = 10_000
_READ = ("ticket", "author_name", "from_address", "author_contact", "subject", "text", "reply_text", "recipients")


def team_mark(team_id: int) -> str:
    """Return the word that stands in every entry of a team's tickets."""
    return f"_t{team_id}"


def assignee_mark(user_id: Any) -> str:
    """Return the word that stands in every entry of a user's tickets."""
    return "_a" + re.sub(r"\W|_", "", str(user_id))


def month_mark(moment: datetime) -> str:
    """Return the word that stands in every entry of a month: by it the newest are found first."""
    return f"_m{moment.astimezone(UTC):%Y%m}"


def entries_of(tickets: Iterable[int], messages: Iterable[int]) -> list[SearchEntry]:
    """Return the unsaved entries of these tickets themselves, and of these messages.

    None for what is erased, merged into another or not published. Nine queries at most, however many there are.
    """
    found = _tickets([*tickets], Message.objects.filter(pk__in=[*messages]).values("ticket"))
    asked = set(tickets)
    rows = [_of_ticket(ticket) for ticket in found.values() if ticket.pk in asked and ticket.merged_into_id is None]
    published = Message.objects.filter(pk__in=[*messages], ticket__in=found, state=MessageState.PUBLISHED)
    named = Attachment.objects.filter(hidden=False).select_related("search_text")
    files = Prefetch("attachments", named.only("message", "display_name", "search_text__text"))
    read = published.only(*_READ, "created_at").prefetch_related(files, "author_contact__emails")
    return [*rows, *(_of_message(row, found[row.ticket_id]) for row in read)]


def _tickets(keys: list[int], of_messages: Any) -> dict[int, Ticket]:
    keys = sorted({*keys, *of_messages.values_list("ticket", flat=True)})
    tickets = Ticket.objects.filter(pk__in=keys, erased_at__isnull=True).select_related("requester")
    people = ("requester__emails", "participants__contact__emails")
    return {ticket.pk: ticket for ticket in tickets.prefetch_related("tags", *people)}


def _of_ticket(ticket: Ticket) -> SearchEntry:
    asking = _person(ticket.requester)
    others = [
        _person(row.contact) for row in ticket.participants.all()[:MAX_NAMES] if row.contact_id != ticket.requester_id
    ]
    parts = [
        *words_of(ticket.subject),
        *words_of(ticket.reference),
        *(word for person in (asking, *others) for word in words_of(person)),
        *(word for tag in ticket.tags.all() for word in words_of(tag.name)),
        *(word for text in _values(ticket) for word in words_of(text)),
        *marked("s", split(ticket.subject)),
        *marked("f", split(asking)),
    ]
    return _entry(-ticket.pk, ticket, ticket.last_activity_at, parts)


def _values(ticket: Ticket) -> Iterator[str]:
    """What stands in the fields that an administrator added: an order's number is looked for."""
    for value in ticket.custom_fields.values():
        texts = value if isinstance(value, list) else [value.get("title") if isinstance(value, dict) else value]
        yield from (text for text in texts if isinstance(text, str))


def _of_message(message: Message, ticket: Ticket) -> SearchEntry:
    # What a later message quotes is found already, by the message it is from; the first one is never cut.
    text = message.reply_text or message.text
    author = " ".join(filter(None, [message.author_name, message.from_address, _known(message.author_contact)]))
    parts = [
        *words_of(message.subject),
        *words_of(text),
        *(word for file in message.attachments.all()[:MAX_NAMES] for word in words_of(file.display_name)),
        *islice((word for text in texts_of(message) for word in words_of(text)), MAX_FILE_WORDS),
        *long_numbers(text),
        *marked("s", split(message.subject)),
        *marked("f", split(author)),
        *marked("r", split(" ".join(_recipients(message)))),
    ]
    return _entry(message.pk, ticket, message.created_at, parts)


def texts_of(message: Message) -> Iterator[str]:
    """Yield the texts of the message's files, as far as they were read. Uses ``attachments`` as prefetched here."""
    for file in message.attachments.all()[:MAX_NAMES]:
        if hasattr(file, "search_text"):
            yield file.search_text.text


def _entry(key: int, ticket: Ticket, at: datetime, words: list[str]) -> SearchEntry:
    marks = [team_mark(ticket.team_id), month_mark(at)]
    if ticket.assignee_id is not None:
        marks.append(assignee_mark(ticket.assignee_id))
    # With a space on either side, so that each word can be told from the middle of another.
    return SearchEntry(
        key=key, ticket_id=ticket.pk, team_id=ticket.team_id, at=at, words=f" {' '.join([*words, *marks])} "
    )


def _person(contact: Contact) -> str:
    return " ".join(filter(None, [contact.name, *(email.address for email in contact.emails.all())]))


def _known(contact: Contact | None) -> str:
    return _person(contact) if contact is not None else ""


def _recipients(message: Message) -> Iterator[str]:
    rows = [row for kind in message.recipients.values() if isinstance(kind, list) for row in kind][:MAX_NAMES]
    for row in rows:
        yield from filter(None, [row.get("name"), row.get("address")])
