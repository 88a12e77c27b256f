"""Tickets that were found, ready to be shown: where the words stand, who wrote them and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.search.engine import Place
from wagtail_helpdesk.search.finding import search, understand
from wagtail_helpdesk.search.language import Query
from wagtail_helpdesk.search.snippets import Piece, beginning, pieces, snippet
from wagtail_helpdesk.tickets.models import Ticket

_READ = ("ticket", "direction", "author_name", "text", "reply_text", "created_at")


@dataclass(frozen=True)
class FoundFile:
    """A file: its name in pieces, and the words around the find in its text, [] where it was found by its name."""

    name: list[Piece]
    snippet: list[Piece]


@dataclass(frozen=True)
class Hit:
    """One ticket that was found, and the newest of its places."""

    ticket: Ticket
    at: datetime
    #: The subject in pieces, those that were looked for told apart.
    subject: list[Piece]
    #: The words around the find, else the message's first; [] where it is the ticket itself that was found.
    snippet: list[Piece]
    #: The files that were found by their name or their text.
    files: list[FoundFile]
    #: The message's key and author; None and "" where it is the ticket itself.
    message_id: int | None = None
    author: str = ""
    is_note: bool = False


def find(user: Any, text: str, limit: int = 10) -> list[Hit]:
    """Return up to ``limit`` tickets that ``user`` may see and ``text`` finds, the newest first.

    For whoever offers tickets while somebody types: ``text`` may hold operators and numbers.
    """
    query = understand(text)
    places = search(user, query, limit=limit).places
    tickets = Ticket.objects.select_related("status", "requester").in_bulk([place.ticket_id for place in places])
    return hits_of([(tickets[place.ticket_id], place) for place in places if place.ticket_id in tickets], query)


def hits_of(found: Sequence[tuple[Ticket, Place]], query: Query) -> list[Hit]:
    """Return the hits of tickets that may be shown. Two queries, however many there are."""
    keys = [place.message_id for _ticket, place in found if place.message_id]
    named = Attachment.objects.filter(hidden=False).select_related("search_text")
    files = Prefetch("attachments", named.only("message", "display_name", "search_text__text"))
    messages = Message.objects.only(*_READ).prefetch_related(files).in_bulk(keys) if keys else {}
    return [_hit(ticket, place, messages.get(place.message_id), query) for ticket, place in found]


def _hit(ticket: Ticket, place: Place, message: Message | None, query: Query) -> Hit:
    subject = pieces(ticket.display_subject, query)
    if message is None or message.ticket_id != ticket.pk:
        return Hit(ticket, place.at, subject, snippet=[], files=[])
    around = snippet(message.reply_text, query) or snippet(message.text, query) or beginning(message.reply_text)
    files = [FoundFile(pieces(file.display_name, query), _around(file, query)) for file in message.attachments.all()]
    return Hit(
        ticket,
        message.created_at,
        subject,
        snippet=around,
        files=[file for file in files if file.snippet or any(piece.is_found for piece in file.name)],
        message_id=message.pk,
        author=message.author_name,
        is_note=message.is_note,
    )


def _around(file: Attachment, query: Query) -> list[Piece]:
    return snippet(file.search_text.text, query) if hasattr(file, "search_text") else []
