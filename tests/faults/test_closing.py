"""SIGKILL while silent tickets are warned of and closed: no customer is warned twice, none loses the warning."""

from __future__ import annotations

import itertools
from datetime import timedelta

from django.utils import timezone

from tests.faults.conftest import Victim
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_mailbox, default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail import closing
from wagtail_helpdesk.mail.models import AutoReplyLedger, OutboundMail
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions import close_silent
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus
from wagtail_helpdesk.tickets.models import Ticket

HERE = __name__
DAY = timedelta(days=1)


def warn() -> None:
    """What a worker does for silent tickets."""
    closing.warn_silent()


def close() -> None:
    """What a worker does for those whose time has come."""
    close_silent.close_silent()


def silent_ticket(number: int, days: int, **fields: object) -> Ticket:
    """Return a ticket that nobody has written on for so many days; its mailbox closes after fourteen."""
    mailbox = default_mailbox()
    mailbox.close_after_days, mailbox.warn_before_days = 14, 3
    mailbox.save()
    ticket = factories.make_ticket(address=f"c{number}@d{number}.example", mailbox=mailbox)
    ChangeStatus(ticket=ticket, status=default_status(Category.PENDING), actor=Actor.system())()
    OutboundMail.objects.all().delete()
    AutoReplyLedger.objects.all().delete()
    Ticket.objects.exclude(pk=ticket.pk).update(silent_since=None)
    Ticket.objects.filter(pk=ticket.pk).update(silent_since=timezone.now() - days * DAY, **fields)
    return ticket


def test_warning_killed_at_each_step(victim: Victim) -> None:
    numbers = itertools.count()
    ticket = Ticket()

    def prepare() -> tuple[str, list[str]]:
        nonlocal ticket
        ticket = silent_ticket(next(numbers), 12)
        return f"{HERE}.warn", []

    for _step in victim.kill_at_each_step(prepare):
        ticket.refresh_from_db()
        mails = OutboundMail.objects.filter(ticket=ticket, kind="closing")
        lines = ticket.events.filter(kind="closing")
        is_warned = ticket.close_warned_at is not None
        assert (mails.count(), lines.count()) == (is_warned, is_warned)
        assert victim.run(f"{HERE}.warn") and victim.run(f"{HERE}.warn")
        assert (mails.count(), lines.count()) == (1, 1)


def test_closing_killed_at_each_step(victim: Victim) -> None:
    numbers = itertools.count()
    ticket = Ticket()

    def prepare() -> tuple[str, list[str]]:
        nonlocal ticket
        ticket = silent_ticket(next(numbers), 20, close_warned_at=timezone.now() - 4 * DAY)
        return f"{HERE}.close", []

    for _step in victim.kill_at_each_step(prepare):
        ticket.refresh_from_db()
        lines = ticket.events.filter(kind="status", data__new="Resolved")
        assert lines.count() == (ticket.category == Category.RESOLVED)
        assert (ticket.silent_since is None) is (ticket.category == Category.RESOLVED)
        assert victim.run(f"{HERE}.close") and victim.run(f"{HERE}.close")
        ticket.refresh_from_db()
        assert (ticket.category, lines.count()) == (Category.RESOLVED, 1)
