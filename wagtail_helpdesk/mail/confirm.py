"""A mail that names one of ours proves that ours arrived."""

from __future__ import annotations

from wagtail_helpdesk.mail.choices import OutboundState
from wagtail_helpdesk.mail.identity import own_public_id
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.parsing import ParsedMail


def confirm_sent(parsed: ParsedMail) -> None:
    """Settle the uncertain mails of ours that ``parsed`` is a copy of, or answers."""
    named = (own_public_id(one) for one in {parsed.message_id, *parsed.in_reply_to, *parsed.references})
    public_ids = [public_id for public_id in named if public_id]
    if public_ids:
        OutboundMail.objects.filter(public_id__in=public_ids, state=OutboundState.UNCERTAIN).update(
            state=OutboundState.SENT, last_error=""
        )
