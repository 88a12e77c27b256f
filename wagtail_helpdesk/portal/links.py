"""The addresses of a conversation, its messages and its files."""

from __future__ import annotations

from django.urls import reverse

from wagtail_helpdesk.conversations.models import Attachment
from wagtail_helpdesk.portal.visits import Visit
from wagtail_helpdesk.tickets.models import TicketToken
from wagtail_helpdesk.tickets.tokens import ID_LENGTH, MAC_LENGTH, mac, verify_mac

_FILE = "portal-file"


def tracking_path(token: TicketToken) -> str:
    """Return the path of a participant's conversation."""
    return reverse("wagtail_helpdesk:tracking", args=[token.signed])


def body_path(visit: Visit, message_id: int) -> str:
    """Return the path of one message's formatted text."""
    return reverse("wagtail_helpdesk:tracking_message", args=[visit.token.signed, message_id])


def file_path(visit: Visit, attachment: Attachment) -> str:
    """Return the path of a file for one participant. It does not give away the link to the conversation."""
    named = visit.token.public_id + attachment.public_id
    return reverse("wagtail_helpdesk:file", args=[named + mac(_FILE, named)])


def read_file_path(signed: str) -> tuple[str, str] | None:
    """Return the public ids of token and attachment in a file's address that is ours, None for any other text."""
    named, given = signed[:-MAC_LENGTH], signed[-MAC_LENGTH:]
    if not (signed.isascii() and verify_mac(_FILE, named, given)):
        return None
    return named[:ID_LENGTH], named[ID_LENGTH:]
