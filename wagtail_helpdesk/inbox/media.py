"""The scripts and the style sheet of the inbox's screens. Plain files: no build step."""

from __future__ import annotations

from django.forms import Media
from wagtail.admin.staticfiles import versioned_static

from wagtail_helpdesk.inbox.app import ManifestLink

_FOLDER = "wagtail_helpdesk/inbox"
#: What the account page has too.
_PUSH = "wagtail_helpdesk/app/push"
_STYLES = ("inbox", "search", "toasts", "keys")
#: What several controllers use, and what every screen of the inbox has.
_SHARED = (
    "fragment",
    "place",
    "answers",
    "visit",
    "action_controller",
    "undo_controller",
    "keys_controller",
    "palette_controller",
    "app",
)


def inbox_media(*controllers: str, styles: tuple[str, ...] = ()) -> Media:
    """Return the style sheets, the named controllers and what they share."""
    editor = ("editor",) if "composer" in controllers else ()
    own = [*_SHARED, *editor, *(f"{name}_controller" for name in controllers)]
    scripts = [_PUSH, *(f"{_FOLDER}/{name}" for name in own)]
    return Media(
        css={"all": [ManifestLink(), *(versioned_static(f"{_FOLDER}/{name}.css") for name in (*_STYLES, *styles))]},
        js=[versioned_static(f"{name}.js") for name in scripts],
    )
