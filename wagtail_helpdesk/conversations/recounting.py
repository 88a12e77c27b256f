"""A ticket's counts and newest words, made anew from its messages."""

from __future__ import annotations

from django.db.models import Count, Max, Q

from wagtail_helpdesk.conversations.choices import MessageState
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.tickets.actions.recount_ticket import recount_ticket
from wagtail_helpdesk.tickets.choices import Visibility


def recount_conversation(ticket_id: int) -> None:
    """Bring the ticket's counts and its newest words in line with the messages it has now."""
    published = Message.objects.filter(ticket=ticket_id, state=MessageState.PUBLISHED)
    newest = published.filter(visibility=Visibility.PUBLIC).order_by("-created_at", "-pk").first()
    facts = published.aggregate(
        messages=Count("pk", distinct=True),
        attachments=Count("attachments", filter=Q(attachments__hidden=False)),
        last=Max("created_at"),
    )
    recount_ticket(
        ticket_id,
        message_count=facts["messages"],
        attachment_count=facts["attachments"],
        last_activity_at=facts["last"],
        preview=newest.reply_text if newest else "",
    )
