"""What a device shows. Only the device can read it, yet it may lie on a table: whoever wants sees no subject on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_helpdesk.notifications.choices import NoticeKind
from wagtail_helpdesk.notifications.letters import language_of
from wagtail_helpdesk.notifications.models import Notice
from wagtail_helpdesk.notifications.preferences import shows_subject
from wagtail_helpdesk.notifications.words import sentence

#: Characters of a subject, and references in a list.
MAX_SUBJECT = 160
MAX_REFERENCES = 6
NEWS_TAG = "helpdesk-news"
_URGENT = frozenset({NoticeKind.ASSIGNED, NoticeKind.ANSWERED, NoticeKind.MENTIONED, NoticeKind.APPROVAL})


def tag_of(ticket_id: int) -> str:
    """Return the tag of a ticket: of notifications with one tag a device shows the last."""
    return f"helpdesk-ticket-{ticket_id}"


def urgency_of(notices: Sequence[Notice]) -> str:
    """Return how much a sleeping device should care (RFC 8030 5.3)."""
    return "high" if not notices or any(notice.kind in _URGENT for notice in notices) else "normal"


def content_of(user: Any, notices: Sequence[Notice], read: Iterable[int] = ()) -> dict[str, Any]:
    """Return what the service worker shows of ``notices`` (oldest first, with their tickets), in the user's language.

    ``read``: keys of tickets whose notifications a device may take away. Without notices it is a test.
    """
    with translation.override(language_of(user)):
        shown = _of_notices(user, notices) if notices else _of_test()
        return {
            **shown,
            "close": [tag_of(ticket) for ticket in read],
            "lang": translation.get_language() or settings.LANGUAGE_CODE,
            "dir": "rtl" if translation.get_language_bidi() else "ltr",
        }


def _of_test() -> dict[str, str]:
    return {
        "title": _("Help desk"),
        "body": _("This device shows your notices."),
        "tag": "helpdesk-test",
        "url": reverse("wagtailadmin_account") + "#tab-notifications",
    }


def _of_notices(user: Any, notices: Sequence[Notice]) -> dict[str, str]:
    tickets = {notice.ticket_id: notice.ticket for notice in notices}
    if len(tickets) == 1:
        return _of_ticket(notices, shows_subject(user))
    references = [ticket.reference for ticket in tickets.values()]
    more = "…" if len(references) > MAX_REFERENCES else ""
    return {
        "title": ngettext("News on %(count)s ticket", "News on %(count)s tickets", len(tickets))
        % {"count": len(tickets)},
        "body": ", ".join(references[:MAX_REFERENCES]) + more,
        "tag": NEWS_TAG,
        "url": reverse("helpdesk_inbox:notices"),
    }


def _of_ticket(notices: Sequence[Notice], with_subject: bool) -> dict[str, str]:
    last = notices[-1]
    ticket = last.ticket
    # Without the subject no name either.
    said = sentence(last) if with_subject else last.get_kind_display()
    lines = [ticket.display_subject[:MAX_SUBJECT]] if with_subject else []
    if len(notices) > 1:
        count = len(notices) - 1
        lines.append(ngettext("and %(count)s more", "and %(count)s more", count) % {"count": count})
    where = f"#message-{last.message_id}" if last.message_id else ""
    return {
        "title": _("%(ticket)s · %(sentence)s") % {"ticket": ticket.reference, "sentence": said},
        "body": "\n".join(lines),
        "tag": tag_of(ticket.pk),
        "url": reverse("helpdesk_tickets:ticket", args=[ticket.pk]) + where,
    }
