"""Mails that did not get through: told once, and flagged on their ticket until somebody is done with them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.personas import Desk
from wagtail_helpdesk import events
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.mail.reporting.problems import refresh_delivery_flag, tell_problem
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets, UnmergeTickets
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent, TicketMerge


@pytest.fixture
def mail(desk: Desk, ticket: Ticket) -> OutboundMail:
    factories.add_reply(ticket, desk.agent)
    return OutboundMail.objects.filter(ticket=ticket, kind="reply").get()


def is_flagged(ticket: Ticket) -> bool:
    ticket.refresh_from_db()
    return ticket.delivery_failed


@pytest.mark.parametrize(
    ("state", "recipient", "settled", "flagged"),
    [
        ("failed", "pending", False, True),
        ("failed", "refused_perm", True, False),
        ("uncertain", "pending", False, True),
        ("partial", "refused_perm", False, True),
        ("partial", "accepted", False, False),
        ("sent", "accepted", False, False),
        ("sent", "bounced", False, True),
        ("sent", "delayed", False, False),
        ("sent", "bounced", True, False),
        ("retry", "refused_temp", False, False),
        ("cancelled", "refused_perm", False, False),
    ],
)
def test_flag(ticket: Ticket, mail: OutboundMail, state: str, recipient: str, settled: bool, flagged: bool) -> None:
    mail.recipients.update(state=recipient)
    OutboundMail.objects.filter(pk=mail.pk).update(state=state, settled_at=timezone.now() if settled else None)
    refresh_delivery_flag(ticket.pk)
    assert is_flagged(ticket) is flagged


def test_a_problem_is_told_with_a_line_an_event_and_the_flag(
    ticket: Ticket, mail: OutboundMail, django_capture_on_commit_callbacks
) -> None:
    heard = []

    def hear(sender: type, event: events.DeliveryProblem, **kwargs: object) -> None:
        heard.append((event.ticket_id, event.outbound_id, event.message_id, event.what))

    OutboundMail.objects.filter(pk=mail.pk).update(state="failed")
    events.subscribe(events.DeliveryProblem, hear)
    with django_capture_on_commit_callbacks(execute=True):
        tell_problem(mail, "failed", reason="550")
    assert heard == [(ticket.pk, mail.pk, mail.message_id, "failed")]
    line = TicketEvent.objects.get(ticket=ticket, kind="delivery", data__what="failed")
    assert (line.cause, line.data["mail"]) == ("550", mail.pk)
    assert is_flagged(ticket)


def test_flag_goes_with_the_mails_of_a_merge(desk: Desk, ticket: Ticket, mail: OutboundMail) -> None:
    target = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    OutboundMail.objects.filter(pk=mail.pk).update(state="failed")
    refresh_delivery_flag(ticket.pk)
    actor = Actor.of_user(desk.manager)
    MergeTickets(source=ticket, target=target, actor=actor)()
    assert (is_flagged(target), is_flagged(ticket)) == (True, False)
    UnmergeTickets(merge=TicketMerge.objects.get(), actor=actor)()
    assert (is_flagged(target), is_flagged(ticket)) == (False, True)
