"""What stands above a conversation: subject, state, and what can be done with one click."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from wagtail_helpdesk.desk.choices import FINISHED, HIDDEN
from wagtail_helpdesk.inbox.closing import CloseOnForm, close_presets
from wagtail_helpdesk.inbox.due import due_of
from wagtail_helpdesk.inbox.durations import short_time_since
from wagtail_helpdesk.inbox.reading import reader_of
from wagtail_helpdesk.inbox.snoozing import SnoozeForm, choice_again, presets
from wagtail_helpdesk.tickets.closing import closes_at
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.permissions import may


def head_of(
    ticket: Ticket, request: HttpRequest, *, snooze: SnoozeForm | None = None, close_on: CloseOnForm | None = None
) -> dict[str, Any]:
    """Return the context of ``head.html``. One query (``ticket`` has its mailbox).

    ``snooze``, ``close_on``: a form that was refused, to be shown again.
    """
    user = request.user
    may_change = may(user, "change", ticket)
    can_snooze = may_change and ticket.category not in (*FINISHED, *HIDDEN)
    return {
        "ticket": ticket,
        "waits": short_time_since(ticket.customer_waiting_since),
        "due": due_of(ticket, timezone.localdate()),
        "reader": reader_of(user, ticket),
        "may_change": may_change,
        "may_merge": may(user, "merge", ticket),
        "may_delete": may(user, "delete", ticket),
        "may_promote": may(user, "promote", ticket),
        "can_snooze": can_snooze,
        "closes_at": closes_at(ticket, ticket.mailbox),
        "can_close_on": can_snooze and not ticket.asleep,
        "close_on_form": close_on or CloseOnForm(),
        "close_on_presets": close_presets(timezone.now()) if can_snooze else [],
        "snooze_form": snooze or SnoozeForm(),
        "snooze_again": choice_again(ticket, request) if can_snooze else None,
        "snooze_presets": presets(timezone.now()) if can_snooze else [],
    }
