"""Which mailbox an address is of: as it stands, as a reply address, or as a bounce address."""

from __future__ import annotations

from collections.abc import Mapping

from wagtail_helpdesk.addresses import is_address, normalise_address
from wagtail_helpdesk.mail.identity import split_bounce_address, split_reply_address
from wagtail_helpdesk.mail.models import OutboundMail


def mailbox_of(address: str, own: Mapping[str, int]) -> int | None:
    """Return the key of the mailbox that ``address`` belongs to, None for anybody else's.

    ``own`` are the addresses of our mailboxes (``desk.querysets.own_addresses``). One query for a bounce address.
    """
    parts = split_bounce_address(address)
    if parts:
        # Reports come back to the mailbox that sent, whatever address the site takes them at.
        return OutboundMail.objects.filter(public_id=parts.public_id).values_list("mailbox", flat=True).first()
    return written_mailbox(address, own)


def written_mailbox(address: str, own: Mapping[str, int]) -> int | None:
    """Return the key of the mailbox that people write to under ``address``, None for anybody else's. No query."""
    parts = split_reply_address(address)
    plain = parts.mailbox_address if parts else address
    return own.get(normalise_address(plain)) if is_address(plain) else None
