"""The earlier words that stand below a reply."""

from __future__ import annotations

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.mail.choices import QuoteHistory
from wagtail_helpdesk.mail.compose.content import Quoted

#: More are not quoted, whatever the mailbox is set to.
MAX_MESSAGES = 20


def quoted_history(message: Message, wanted: str) -> list[Quoted]:
    """Return the public messages of the ticket before ``message``, newest first, as many as ``wanted`` says."""
    if wanted == QuoteHistory.NONE:
        return []
    earlier = (
        Message.objects.public()
        .filter(ticket=message.ticket_id, created_at__lte=message.created_at, redacted_at__isnull=True)
        .exclude(pk=message.pk)
        .order_by("-created_at", "-pk")
    )
    most = 1 if wanted == QuoteHistory.LAST else MAX_MESSAGES
    return [Quoted(row.author_name or row.from_address, row.created_at, row.reply_text) for row in earlier[:most]]
