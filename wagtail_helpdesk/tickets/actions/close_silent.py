"""A ticket that waits for its customer closes by itself: after a silence, or at the time that an agent chose.

The worker does it in small steps. Each ticket is looked at again with its row locked, claimed by a conditional UPDATE
and changed together with the line of its timeline: whoever is killed has done the whole of it or nothing, and of
several workers one does it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.events import Actor, describe_error
from wagtail_helpdesk.tickets.actions.base import TicketAction
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.blocking import open_blockers
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.closing import closes_after_warning, is_to_be_closed, is_to_be_warned
from wagtail_helpdesk.tickets.models import Ticket
from wagtail_helpdesk.tickets.querysets import TicketQuerySet
from wagtail_helpdesk.tickets.state import STAYS_OPEN, silence_from

logger = logging.getLogger(__name__)

#: Tickets that one round closes, or warns of.
BATCH = 200
#: Keys that one round reads of a mailbox: tickets that cannot be done now do not hide those behind them.
MOST = 1000


class Enough(Exception):
    """No more can be done now: the rest of the tickets is for a later round."""


class SilenceAction(TicketAction):
    """What the worker does to a silent ticket. What is not due (any more) is left as it is."""

    def claim(self, **fields: Any) -> bool:
        """Write ``fields`` if the ticket is as silent as it was when it was read; return whether it is."""
        ticket = self.ticket
        as_it_was = Ticket.objects.filter(
            pk=ticket.pk,
            category=Category.PENDING,
            silent_since=ticket.silent_since,
            close_warned_at=ticket.close_warned_at,
            close_on=ticket.close_on,
        )
        if not as_it_was.update(**fields):
            return False
        for column, value in fields.items():
            setattr(ticket, column, value)
        return True

    def is_blocked(self) -> bool:
        """Tell whether the ticket waits for another one. Then its silence begins anew: it is not the customer's fault,
        and nobody is warned of what does not come.
        """
        if not open_blockers(self.ticket):
            return False
        if self.claim(close_on=None, **silence_from(timezone.now())):
            self.record(EventKind.CLOSING, what="blocked")
        return True


class CloseSilent(SilenceAction):
    """Resolve a ticket whose time has come.

    Resolved and not closed: an answer within the mailbox's days reopens it, as after an agent's "resolved".
    """

    def execute(self) -> Ticket | None:
        """Return the ticket; None where its time has not come, or where it waits for another one."""
        ticket = self.ticket
        if not is_to_be_closed(ticket, ticket.mailbox, timezone.now()) or self.is_blocked():
            return None
        cause = "close_on" if ticket.close_on else f"silence:{ticket.mailbox.close_after_days}"
        if not self.claim(**STAYS_OPEN):
            return None
        actor = Actor(self.actor.kind, self.actor.id, self.actor.name, cause=cause)
        resolved = default_status(Category.RESOLVED)
        return ChangeStatus(ticket=ticket, status=resolved, actor=actor, depth=self.depth).as_part()


class AnnounceClosing(SilenceAction):
    """Write down that the customer of a silent ticket is told. Whoever tells does so in the same unit of work.

    ``why_not``: a stable code where nobody can be told, and the ticket closes all the same; "off": nobody is to be.
    """

    def __init__(self, *, why_not: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.why_not = why_not

    def execute(self) -> datetime | None:
        """Return when the ticket closes; None where there is nothing to announce (any more)."""
        ticket, now = self.ticket, timezone.now()
        if not is_to_be_warned(ticket, ticket.mailbox, now) or self.is_blocked():
            return None
        self.prepare()
        closes = closes_after_warning(ticket, ticket.mailbox, now)
        if not self.claim(close_warned_at=now):
            raise ActionRefused(_("Somebody else changed this ticket meanwhile."))
        if not self.why_not:
            self.record(EventKind.CLOSING, what="warned", until=closes.isoformat())
        elif self.why_not != "off":
            self.record(EventKind.CLOSING, what="unwarned", until=closes.isoformat(), cause=self.why_not)
        return closes

    def prepare(self) -> None:
        """Find out whether the customer can be told. Whatever this raises leaves the ticket as it is."""


def close_silent() -> int:
    """Close the tickets whose time has come; return how many (at most BATCH)."""

    def close(ticket: Ticket) -> bool:
        return CloseSilent(ticket=ticket, actor=Actor.system())() is not None

    return work_off(due_to_close(timezone.now()), close)


def work_off(ranges: Iterable[QuerySet[Ticket]], work: Callable[[Ticket], bool]) -> int:
    """Do ``work`` on each ticket until BATCH were done; return how many. One that fails does not keep the others."""
    done = 0
    for ticket in _tickets(ranges):
        try:
            done += work(ticket)
        except (ActionRefused, Ticket.DoesNotExist):
            # Merged or erased at this very moment.
            continue
        except OperationalError:
            raise
        except Enough:
            break
        except Exception as error:  # noqa: BLE001 - the others go on
            logger.error("silent_ticket_failed ticket=%s error=%s", ticket.pk, describe_error(error))
        if done >= BATCH:
            break
    return done


def silent_tickets(mailbox: Mailbox) -> TicketQuerySet:
    """Return the tickets of a mailbox that may close by themselves after a silence; an index leads to them."""
    # A list of one value: see ``inbox.standing_views``.
    return Ticket.objects.current().filter(mailbox=mailbox, asleep__in=[False], close_on__isnull=True)


def due_to_close(now: datetime) -> Iterator[QuerySet[Ticket]]:
    """Yield the tickets whose time has come, in parts: an index leads to each of them."""
    chosen = Ticket.objects.current().filter(asleep__in=[False], close_on__lte=now)
    yield chosen.order_by("close_on", "pk")
    for mailbox in Mailbox.objects.filter(close_after_days__gt=0):
        silent = silent_tickets(mailbox).filter(silent_since__lte=now - timedelta(days=mailbox.close_after_days))
        warned_by = now - timedelta(days=mailbox.warn_before_days)
        yield silent.filter(close_warned_at__lte=warned_by).order_by("close_warned_at", "pk")
        if not mailbox.warn_before_days:
            yield silent.filter(close_warned_at__isnull=True).order_by("silent_since", "pk")


def _tickets(ranges: Iterable[QuerySet[Ticket]]) -> Iterator[Ticket]:
    for one in ranges:
        for pk in list(one.values_list("pk", flat=True)[:MOST]):
            yield Ticket(pk=pk)
