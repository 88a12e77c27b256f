"""What came of a focus session, read from what was really done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_helpdesk.conversations.choices import Direction, MessageState
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import FINISHED
from wagtail_helpdesk.inbox.focus.models import FocusSession
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import TicketEvent


@dataclass(frozen=True)
class Summary:
    """How many tickets were answered, resolved and skipped, and how long it took."""

    answered: int
    resolved: int
    skipped: int
    time: timedelta

    @property
    def words(self) -> str:
        """All of it as a sentence."""
        parts = [
            ngettext("%(count)d answered", "%(count)d answered", self.answered) % {"count": self.answered},
            ngettext("%(count)d resolved", "%(count)d resolved", self.resolved) % {"count": self.resolved},
            ngettext("%(count)d skipped", "%(count)d skipped", self.skipped) % {"count": self.skipped},
        ]
        minutes = max(round(self.time.total_seconds() / 60), 1)
        time = ngettext("in %(count)d minute", "in %(count)d minutes", minutes) % {"count": minutes}
        return _("%(answered)s, %(resolved)s, %(skipped)s, %(time)s.") % {
            "answered": parts[0],
            "resolved": parts[1],
            "skipped": parts[2],
            "time": time,
        }


def summary_of(session: FocusSession) -> Summary:
    """Return what the agent did in ``session``. Two queries."""
    keys = {*map(int, session.done), *session.skipped, *([session.ticket_id] if session.ticket_id else [])}
    written = Message.objects.filter(
        ticket__in=keys,
        author_user=session.user_id,
        direction=Direction.OUTBOUND,
        created_at__gte=session.started_at,
    ).exclude(state=MessageState.CANCELLED)
    rows = list(written.values_list("ticket", "state", "on_publish__category"))
    # What leaves in a moment resolves the ticket then.
    resolving = {key for key, state, category in rows if state == MessageState.SCHEDULED and category in FINISHED}
    changed = TicketEvent.objects.filter(
        ticket__in=keys,
        actor_user=session.user_id,
        kind=EventKind.STATUS,
        created_at__gte=session.started_at,
        ticket__category__in=FINISHED,
    )
    resolved = resolving | set(changed.values_list("ticket", flat=True))
    answered = {row[0] for row in rows}
    return Summary(len(answered), len(resolved), len(session.skipped), timezone.now() - session.started_at)


def did_something(session: FocusSession, user: Any, ticket: int) -> bool:
    """Tell whether ``user`` did anything with ``ticket`` since it came. One query."""
    since = session.taken_at or session.started_at
    lines = TicketEvent.objects.filter(ticket=ticket, actor_user=user, created_at__gte=since)
    return lines.exclude(kind=EventKind.SKIPPED).exists()
