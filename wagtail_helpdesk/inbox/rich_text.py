"""What the editor gives, as the HTML that actions take: plain, with absolute addresses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.rich_text import get_rich_text_editor_widget
from wagtail.rich_text import get_text_for_indexing

from wagtail_helpdesk.conversations.editor_html import to_message_html
from wagtail_helpdesk.inbox.typed_triggers import with_triggers

__all__ = ["FEATURES", "composer_widget", "is_empty", "to_message_html"]

#: What a mail can carry, and an agent needs.
FEATURES = ["bold", "italic", "link", "ol", "ul"]


def composer_widget() -> object:
    """Return the editor that messages are written in."""
    widget = get_rich_text_editor_widget("default", features=FEATURES)
    widget.attrs.update({"aria-label": _("Message")})
    return with_triggers(widget)


def is_empty(html: str) -> bool:
    """Tell whether nothing was written; an untouched editor gives an empty paragraph."""
    return not get_text_for_indexing(html or "").strip()
