"""What pages of a focus session show of it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import ngettext

from wagtail_helpdesk.inbox.focus.forms import SkipForm
from wagtail_helpdesk.inbox.focus.models import FocusSession
from wagtail_helpdesk.inbox.focus.queue import MOST
from wagtail_helpdesk.inbox.links import ticket_url, view_url
from wagtail_helpdesk.inbox.places import Place


def bar_context(session: FocusSession, place: Place, form: SkipForm | None = None) -> dict[str, Any]:
    """Return the context of ``focus_bar.html``. No query."""
    return {
        "focus": session,
        "left": left_words(session.left),
        "list_url": view_url(place),
        "skip_form": form or SkipForm(),
    }


def left_words(left: int) -> str:
    """Return how many tickets there are still to do: "12 left"."""
    count = f"{number_format(MOST, force_grouping=False)}+" if left > MOST else number_format(left)
    return ngettext("%(count)s left", "%(count)s left", left) % {"count": count}


def session_url(session: FocusSession, place: Place) -> str:
    """Return where the session is now: its ticket, else the page that says that there is none."""
    if session.ticket_id is None:
        return reverse("helpdesk_inbox:focus")
    return ticket_url(session.ticket_id, place.in_focus)
