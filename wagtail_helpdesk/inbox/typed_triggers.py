"""What stands ready while one writes: "/" or "::" for saved replies, "??" for articles, "@" for colleagues, "#" for
tickets, "{" for values.
"""

from __future__ import annotations

from typing import Any

from django.forms import Media
from django.utils.translation import gettext as _
from wagtail.admin.staticfiles import versioned_static

from wagtail_helpdesk.inbox.media import inbox_media

_FOLDER = "wagtail_helpdesk/inbox"


def with_triggers(widget: Any) -> Any:
    """Return the editor's widget without Wagtail's own list at "/", where it has one."""
    options = getattr(widget, "options", None)
    if isinstance(options, dict):
        # Options of Draftail itself (docs.draftail.org): no component, no list.
        options["commandToolbar"] = None
        options["placeholder"] = _("Write. / brings a saved reply, ?? an article, # a ticket, { a value.")
    return widget


def writing_media(*controllers: str) -> Media:
    """Return the media of a screen on which one writes."""
    own = Media(
        css={"all": [versioned_static(f"{_FOLDER}/{name}.css") for name in ("choices", "writing")]},
        js=[versioned_static(f"{_FOLDER}/{name}.js") for name in ("choices", "insertion")],
    )
    return own + inbox_media("triggers", "picker", *controllers)
