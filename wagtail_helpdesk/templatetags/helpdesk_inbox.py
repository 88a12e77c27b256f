"""What the inbox's templates have in common."""

from typing import Any

from django import template
from wagtail.admin.utils import get_keyboard_key_labels_from_request

from wagtail_helpdesk.inbox import shortcuts

register = template.Library()


@register.inclusion_tag("wagtail_helpdesk/inbox/keys.html", takes_context=True)
def helpdesk_keys(context: dict[str, Any], where: str) -> dict[str, Any]:
    """Render the keys and the palette of a page: ``where`` is "list" or "ticket"; "everywhere" for other pages."""
    request = context["request"]
    labels = get_keyboard_key_labels_from_request(request)
    table = shortcuts.table_for_page(where)
    for entry in table:
        entry["hint"] = shortcuts.keys_in_words(entry["keys"], labels)
    groups: dict[str, list[dict[str, Any]]] = {}
    for entry in table:
        groups.setdefault(entry["group"], []).append(entry)
    return {"request": request, "where": where, "table": table, "groups": groups, "mod": labels.MOD}
