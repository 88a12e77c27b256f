"""Write one message with its files and Message-IDs. What every action of this package ends in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wagtail_helpdesk import events
from wagtail_helpdesk.conversations.choices import IdRole
from wagtail_helpdesk.conversations.files import store_files
from wagtail_helpdesk.conversations.models import Message, MessageIdIndex
from wagtail_helpdesk.conversations.words import Prepared
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class KnownIds:
    """Hashes (sha256 hex) of the Message-IDs that an arriving message is, and that it names."""

    own: str = ""
    referenced: tuple[str, ...] = ()


def write_message(
    *,
    ticket: Ticket,
    prepared: Prepared,
    actor: Actor,
    ids: KnownIds | None = None,
    **fields: Any,
) -> Message:
    """Return the new message. ``fields`` are further columns. IntegrityError when ``external_key`` is taken."""
    message = Message.objects.create(
        ticket=ticket,
        author_contact_id=actor.id if actor.kind == "contact" else None,
        author_user_id=actor.id if actor.kind == "user" else None,
        author_name=actor.name[:200],
        text=prepared.text,
        html=prepared.html,
        reply_text=prepared.reply_text,
        reply_html=prepared.reply_html,
        remote_images=prepared.remote_images,
        sanitizer_version=prepared.sanitizer_version,
        flags=prepared.flags,
        cards=list(prepared.cards),
        subject=prepared.subject,
        **fields,
    )
    store_files(message, prepared.files)
    if ids is not None:
        _remember_ids(message, ids, message.created_at)
    return message


def _remember_ids(message: Message, ids: KnownIds, at: datetime) -> None:
    rows = [(ids.own, IdRole.THEIRS)] if ids.own else []
    rows += [(value, IdRole.REFERENCED) for value in dict.fromkeys(ids.referenced) if value != ids.own]
    events.write_later(
        [
            MessageIdIndex(id_hash=value, role=role, ticket_id=message.ticket_id, message=message, created_at=at)
            for value, role in rows
        ]
    )
