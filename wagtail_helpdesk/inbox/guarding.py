"""Reasons to look up before an answer is sent, beside messages that nobody has read (``send_guard``)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from wagtail_helpdesk.inbox.presence import present_at
from wagtail_helpdesk.inbox.thread import events_in_words
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import Ticket

#: Whoever answers wants to know of these.
_MATTERS = frozenset({EventKind.STATUS, EventKind.ASSIGNEE, EventKind.TEAM, EventKind.SPLIT})


def reasons_to_wait(ticket: Ticket, user: Any, *, seen_event: int) -> list[str]:
    """Return what colleagues did since the event ``seen_event``, and who is writing an answer; [] for nothing."""
    new = Q(pk__gt=seen_event, kind__in=_MATTERS, actor_kind="user") & ~Q(actor_user=user)
    reasons = [words for _line, words in events_in_words(ticket, user, new)]
    writing = [who.words for who in present_at([ticket.pk], user).get(ticket.pk, []) if who.is_typing]
    return [_("%(reason)s.") % {"reason": reason} for reason in [*reasons, *writing]]
