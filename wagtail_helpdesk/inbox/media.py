"""The scripts and the style sheet of the inbox's screens. Plain files: no build step."""

from __future__ import annotations

from django.forms import Media
from wagtail.admin.staticfiles import versioned_static

_FOLDER = "wagtail_helpdesk/inbox"


def inbox_media(*controllers: str, styles: tuple[str, ...] = ()) -> Media:
    """Return the style sheets, the named controllers and what they share."""
    names = [f"{name}_controller" for name in controllers]
    return Media(
        css={"all": [versioned_static(f"{_FOLDER}/{name}.css") for name in ("inbox", "toasts", *styles)]},
        js=[versioned_static(f"{_FOLDER}/{name}.js") for name in ("fragment", "answers", "action_controller", *names)],
    )
