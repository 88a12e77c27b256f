"""What pages of the inbox share."""

from __future__ import annotations

from typing import Any

from django import template
from wagtail.admin.utils import get_keyboard_key_labels_from_request

from wagtail_helpdesk.inbox import shortcuts
from wagtail_helpdesk.inbox.leaving import leaving_messages

register = template.Library()


@register.inclusion_tag("wagtail_helpdesk/inbox/keys.html", takes_context=True)
def helpdesk_keys(context: dict[str, Any], where: str) -> dict[str, Any]:
    """Render the keys and the palette of a page: ``where`` is "list" or "ticket"; "everywhere" for other pages."""
    request = context["request"]
    labels = get_keyboard_key_labels_from_request(request)
    table = shortcuts.table_for_page(where, request.user)
    for entry in table:
        entry["hint"] = shortcuts.keys_in_words(entry["keys"], labels)
    groups: dict[str, list[dict[str, Any]]] = {}
    for entry in table:
        groups.setdefault(entry["group"], []).append(entry)
    return {"request": request, "where": where, "table": table, "groups": groups, "mod": labels.MOD}


@register.inclusion_tag("wagtail_helpdesk/inbox/leaving.html", takes_context=True)
def leaving_strip(context: template.Context, ticket: Any = None) -> dict[str, Any]:
    """Show what is about to leave; a ticket's own page shows its messages itself."""
    request = context["request"]
    but_of = ticket.pk if ticket else None
    return {"request": request, "leaving": leaving_messages(request.user, but_of=but_of)}
