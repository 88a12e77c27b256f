"""What pages of the inbox share."""

from __future__ import annotations

from typing import Any

from django import template

from wagtail_helpdesk.inbox.leaving import leaving_messages

register = template.Library()


@register.inclusion_tag("wagtail_helpdesk/inbox/leaving.html", takes_context=True)
def leaving_strip(context: template.Context, ticket: Any = None) -> dict[str, Any]:
    """Show what is about to leave; a ticket's own page shows its messages itself."""
    request = context["request"]
    but_of = ticket.pk if ticket else None
    return {"request": request, "leaving": leaving_messages(request.user, but_of=but_of)}
