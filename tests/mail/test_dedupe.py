"""The same mail is taken once; two mails that share a Message-ID are two."""

from __future__ import annotations

import threading

import pytest
from django.db import close_old_connections, connection
from django.test import override_settings

from tests.mail.helpers import make_mail, take_in
from tests.personas import Desk
from wagtail_helpdesk.mail.arriving.accept import Envelope, Origin, accept
from wagtail_helpdesk.mail.arriving.process import process
from wagtail_helpdesk.mail.models import InboundDelivery, InboundMail, OutboundMail
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.models import Ticket, TicketAccess, TicketLink


def test_same_mail_twice(desk: Desk) -> None:
    message = make_mail("Hello")
    take_in(message, desk.mailbox)
    accepted = accept(message.as_bytes(), Envelope(), Origin("pipe", desk.mailbox.pk))
    assert not accepted.is_new
    assert InboundDelivery.objects.get().origin == "pipe"
    assert process(accepted.mail.pk).state == "done"
    assert Ticket.objects.count() == 1


def test_another_route_is_the_same_mail(desk: Desk) -> None:
    raw = make_mail("Hello").as_bytes()
    take_in(raw, desk.mailbox)
    routed = b"Received: from relay\nDelivered-To: support@desk.example\nX-Spam-Score: 1\n" + raw.replace(
        b"\n", b"\r\n"
    )
    assert not accept(routed, Envelope(), Origin("import", desk.mailbox.pk)).is_new


def test_list_footer(desk: Desk) -> None:
    message = make_mail("Hello\n")
    first = take_in(message, desk.mailbox)
    altered = take_in(message.as_bytes() + b"-- \nThe list\n", desk.mailbox)
    assert (altered.outcome, altered.ticket_id) == ("duplicate", first.ticket_id)
    assert Ticket.objects.count() == 1


def test_reused_message_id(desk: Desk) -> None:
    """Parcel services use one Message-ID for many mails."""
    for number in range(2):
        message = make_mail(f"Parcel {number}", message_id="<same@parcel.example>")
        message.replace_header("Date", f"Fri, 20 Nov 2026 10:0{number}:00 +0000")
        assert take_in(message, desk.mailbox).outcome == "opened"
    assert Ticket.objects.count() == 2


def test_without_message_id(desk: Desk) -> None:
    one, two = make_mail("One"), make_mail("Two")
    for message in (one, two):
        del message["Message-ID"]
    assert [take_in(message, desk.mailbox).outcome for message in (one, two)] == ["opened", "opened"]
    assert not accept(one.as_bytes(), Envelope(), Origin("import", desk.mailbox.pk)).is_new


def test_collations_do_not_join_what_differs(desk: Desk) -> None:
    """Some databases take <CAB@x> for <cab@x>, and josé for jose."""
    for message_id, sender in (
        ("<cab@x.example>", "jose@example.org"),
        ("<CAB@x.example>", "josé@example.org"),
        ("<Cab@x.example>", "JOSE@example.org"),
    ):
        assert take_in(make_mail("Hi", message_id=message_id, sender=sender), desk.mailbox).outcome == "opened"
    assert Ticket.objects.values("requester").distinct().count() == 2


@pytest.fixture
def second_mailbox(desk: Desk):
    return factories.make_mailbox("repairs@desk.example", team=desk.other_team)


def test_two_mailboxes_one_ticket(desk: Desk, second_mailbox) -> None:
    message = make_mail("Hello", to="support@desk.example, repairs@desk.example")
    mail = take_in(message, second_mailbox)
    assert mail.ticket.mailbox == desk.mailbox
    assert TicketAccess.objects.get(ticket=mail.ticket).team == desk.other_team
    assert Ticket.objects.visible_to(desk.other_agent).get() == mail.ticket
    assert not accept(message.as_bytes(), Envelope(), Origin("import", desk.mailbox.pk)).is_new


@override_settings(WAGTAIL_HELPDESK={"MULTI_MAILBOX": "per_mailbox"})
def test_two_mailboxes_two_linked_tickets(desk: Desk, second_mailbox) -> None:
    message = make_mail("Hello", to="support@desk.example, repairs@desk.example")
    first, second = take_in(message, desk.mailbox), take_in(message, second_mailbox)
    assert first.ticket.team == desk.team
    assert second.ticket.team == desk.other_team
    assert TicketLink.objects.get(kind="sibling").target == first.ticket


def test_mail_to_none_of_our_mailboxes(desk: Desk) -> None:
    mail = take_in(make_mail("Hello", to="somebody@else.example"), None)
    assert (mail.outcome, mail.ticket_id, mail.state) == ("no_mailbox", None, "done")


def test_one_mailbox_of_ours_writes_to_another(desk: Desk, second_mailbox) -> None:
    """Real mail, without an acknowledgement."""
    mail = take_in(make_mail("Please repair", sender="support@desk.example", to="repairs@desk.example"), second_mailbox)
    assert mail.outcome == "opened"
    assert OutboundMail.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_accepted_by_several_processes_at_once(desk: Desk) -> None:
    raw = make_mail("Hello").as_bytes()
    barrier = threading.Barrier(4)
    errors: list[Exception] = []

    def take() -> None:
        try:
            barrier.wait()
            accepted = accept(raw, Envelope(), Origin("import", desk.mailbox.pk))
            process(accepted.mail.pk, may_defer=False)
        except Exception as error:  # noqa: BLE001 - whatever a thread meets is the test's to see
            errors.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert (InboundMail.objects.count(), Ticket.objects.count(), OutboundMail.objects.count()) == (1, 1, 1)
    assert InboundDelivery.objects.count() == 3
