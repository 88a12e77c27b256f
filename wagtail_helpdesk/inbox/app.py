"""The help desk as an app on a phone: its manifest, and what its service worker knows. Nobody's data is in either."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from wagtail_helpdesk.notifications.push.devices import is_on as push_is_on
from wagtail_helpdesk.version import VERSION

_FOLDER = "wagtail_helpdesk/app"
_SOURCE = Path(__file__).resolve().parent.parent / "static" / _FOLDER / "worker.js"
#: Of the admin's header.
COLOUR = "#2e1f5e"
#: File, size, purpose.
_ICONS = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-maskable-512.png", "512x512", "maskable"),
)


@dataclass(frozen=True)
class ManifestLink:
    """What stands in the head of each screen of the inbox, among its style sheets. The script reads the worker's
    address from it, and where devices are turned on."""

    def __html__(self) -> str:
        """Return the elements. Without credentials a browser would be led to the sign-in page."""
        return format_html(
            '<link rel="manifest" href="{}" crossorigin="use-credentials" data-helpdesk-worker="{}"'
            ' data-helpdesk-push="{}">'
            '<link rel="apple-touch-icon" href="{}">',
            reverse("helpdesk_app:manifest"),
            reverse("helpdesk_app:worker"),
            reverse("helpdesk_app:push") if push_is_on() else "",
            static(f"{_FOLDER}/icon-apple-180.png"),
        )


def manifest() -> dict[str, Any]:
    """Return the web app's manifest, in the language that is active."""
    site, desk = str(getattr(settings, "WAGTAIL_SITE_NAME", "")), _("Help desk")
    inbox = reverse("helpdesk_inbox:index")
    return {
        "id": inbox,
        "name": _("%(site)s help desk") % {"site": site} if site else desk,
        "short_name": desk,
        "description": _("The shared inbox of the help desk"),
        "lang": get_language() or settings.LANGUAGE_CODE,
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": inbox,
        "scope": scope(),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": COLOUR,
        "icons": [
            {"src": static(f"{_FOLDER}/{name}"), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in _ICONS
        ]
        + [{"src": static(f"{_FOLDER}/icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
        "shortcuts": [
            {"name": _("My day"), "url": reverse("helpdesk_inbox:my_day")},
            {"name": _("New ticket"), "url": reverse("helpdesk_tickets:new")},
        ],
    }


def scope() -> str:
    """Return the address below which the app lives: that of the worker's script, so that no header has to widen it."""
    return reverse("helpdesk_app:worker").rpartition("/")[0] + "/"


def worker_script(origin: str) -> str:
    """Return the service worker with what it has to know; another text where anything of it changed.

    ``origin`` is the site's own: the worker compares whole addresses.
    """
    page = reverse("helpdesk_app:offline")
    files = [static(f"{_FOLDER}/{name}") for name in ("offline.css", "offline.js")]
    assets = [origin + address if address.startswith("/") else address for address in files]
    push = {
        "address": reverse("helpdesk_app:push"),
        "title": _("Help desk"),
        "icon": static(f"{_FOLDER}/icon-192.png"),
    }
    told = json.dumps([page, assets, push, get_language(), VERSION, _source()])
    name = f"helpdesk-app-{hashlib.sha256(told.encode()).hexdigest()[:12]}"
    known = json.dumps({"name": name, "page": page, "assets": assets, "push": push})
    # No text of it can end a script: it is a file of its own.
    return f"globalThis.HELPDESK_APP = {known};\n{_source()}"


@cache
def _source() -> str:
    return _SOURCE.read_text()
