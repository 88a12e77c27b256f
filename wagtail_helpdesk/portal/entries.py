"""A conversation as a customer reads it: plain values, so that no template can reach further."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from wagtail_helpdesk.conversations.cards import Card, cards_of
from wagtail_helpdesk.conversations.choices import Direction, Flag
from wagtail_helpdesk.conversations.file_types import may_show_inline
from wagtail_helpdesk.conversations.linkify import text_to_html
from wagtail_helpdesk.conversations.models import Attachment, Message
from wagtail_helpdesk.conversations.sanitising import CleanHtml, render_html
from wagtail_helpdesk.portal.links import body_path, file_path
from wagtail_helpdesk.portal.visits import Visit
from wagtail_helpdesk.tickets.choices import Channel


@dataclass(frozen=True, slots=True)
class File:
    """A file of a message."""

    name: str
    size: int
    #: "" while the site's scanner has not cleared it.
    url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One message. ``body`` is what it says, ``whole`` the same with quoted text where there is more.

    ``frame_url`` is where a foreign message can be seen as its author formatted it, "" where it has no format.
    """

    pk: int
    author: str
    is_own: bool
    is_ours: bool
    is_unverified: bool
    written_at: datetime
    body: CleanHtml
    whole: CleanHtml | None
    frame_url: str
    files: tuple[File, ...]
    cards: tuple[Card, ...] = ()


def conversation(visit: Visit) -> list[Entry]:
    """Return what the visitor may read, oldest first. Two queries, however many messages."""
    messages = visit.messages().in_order().select_related("author_contact").prefetch_related("attachments")
    return [_entry(message, visit) for message in messages]


def _entry(message: Message, visit: Visit) -> Entry:
    ours = message.direction == Direction.OUTBOUND
    formatted_by_us = message.channel == Channel.AGENT and bool(message.reply_html)
    body = text_to_html(shown_text(message))
    if formatted_by_us:
        images = [file for file in message.attachments.all() if file.hidden and may_show_inline(file.sniffed_type)]
        inline = {file.content_id: f"{file_path(visit, file)}?inline=1" for file in images}
        body = render_html(message.reply_html, inline=inline)
    foreign_html = bool(message.html) and not formatted_by_us
    return Entry(
        pk=message.pk,
        author=_author(message, visit),
        is_own=not ours and message.author_contact_id == visit.contact.pk,
        is_ours=ours,
        is_unverified=Flag.OUTSIDE_SENDER in message.flags,
        written_at=message.created_at,
        body=body,
        whole=text_to_html(message.text) if message.has_quote and not foreign_html else None,
        frame_url=body_path(visit, message.pk) if foreign_html else "",
        files=tuple(_file(attachment, visit) for attachment in message.attachments.all() if not attachment.hidden),
        cards=tuple(cards_of(message.cards)),
    )


def shown_text(message: Message) -> str:
    """Return the new words; of a message whose words were taken out, that they were."""
    return _("This text was removed.") if message.redacted_at else message.reply_text


def _author(message: Message, visit: Visit) -> str:
    """Return a name, never an address: some people's names are their addresses."""
    if message.direction == Direction.OUTBOUND:
        name = message.author_name
        return name if name and "@" not in name else visit.ticket.mailbox.name
    name = message.author_name or getattr(message.author_contact, "name", "")
    return name if name and "@" not in name else _("Customer")


def _file(attachment: Attachment, visit: Visit) -> File:
    url = "" if attachment.is_locked else file_path(visit, attachment)
    return File(attachment.display_name, attachment.size, url)
