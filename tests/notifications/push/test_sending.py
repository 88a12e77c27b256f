"""Notices on devices: who gets one, what is in it, what never is, and what a push service may answer."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.notifications.push.conftest import NOW, Browser
from tests.notifications.push.test_encryption import verify
from wagtail_helpdesk import vault
from wagtail_helpdesk.conversations.choices import Flag
from wagtail_helpdesk.desk.models import Mailbox
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.notifications.actions.mark_read import mark_read
from wagtail_helpdesk.notifications.models import Notice, NoticePreference
from wagtail_helpdesk.notifications.push import sending
from wagtail_helpdesk.notifications.push.devices import queue_test
from wagtail_helpdesk.notifications.push.keys import public_key
from wagtail_helpdesk.notifications.push.models import Push, PushKey, PushSubscription
from wagtail_helpdesk.notifications.push.planning import FEW, STALE
from wagtail_helpdesk.notifications.push.sending import queue_pushes, send_pushes
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.actions.move_ticket import MoveTicket
from wagtail_helpdesk.tickets.models import Ticket


def later(clock, seconds=10):
    """Let time pass, then let the worker's two steps do what is due; return how many were tried."""
    clock.shift(timedelta(seconds=seconds))
    queue_pushes()
    return send_pushes()


def states():
    return set(Notice.objects.filter(kind="answered").values_list("push_state", flat=True))


def test_an_answer_reaches_the_assignees_devices_alone(clock, desk, owned, device, service):
    device(desk.agent, "/phone")
    device(desk.agent, "/desktop")
    device(desk.colleague, "/clara")
    factories.add_customer_message(owned, "Still quokkawords!")
    assert later(clock, 9) == 0
    assert later(clock, 1) == 2
    assert {path for path, _headers, _body in service.seen} == {"/phone", "/desktop"}
    message = owned.messages.latest("pk")
    for shown in service.shown():
        assert shown == {
            "title": f"{owned.reference} · Ana Souza answered on your ticket",
            "body": owned.subject,
            "tag": f"helpdesk-ticket-{owned.pk}",
            "url": f"/admin/helpdesk/tickets/{owned.pk}/#message-{message.pk}",
            "close": [],
            "lang": "en",
            "dir": "ltr",
        }
    assert later(clock, 3600) == 0
    assert states() == {"pushed"}
    assert set(PushSubscription.objects.filter(user=desk.agent).values_list("failures", flat=True)) == {0}
    assert not Push.objects.exists()


def test_what_the_service_sees(clock, desk, owned, device, service):
    device(desk.agent)
    factories.add_customer_message(owned, "Still quokkawords!")
    later(clock)
    ((_path, headers, body),) = service.seen
    assert {name: headers[name] for name in ("Content-Encoding", "Urgency", "TTL")} == {
        "Content-Encoding": "aes128gcm",
        "Urgency": "high",
        "TTL": str(int(STALE.total_seconds())),
    }
    assert len(headers["Topic"]) <= 32
    assert str(owned.pk) not in headers["Topic"]
    token, _comma, key = headers["Authorization"].removeprefix("vapid t=").partition(", k=")
    assert key == public_key()
    claims = verify(token, key)
    assert claims["aud"] == f"http://127.0.0.1:{service.port}"
    assert claims["sub"] == f"mailto:{Mailbox.objects.order_by('pk').first().address}"
    assert int(NOW.timestamp()) < claims["exp"] <= int(NOW.timestamp()) + 86400
    everything = repr(headers).encode() + body
    for word in (b"quokka", b"Ana", owned.subject.encode(), owned.reference.encode(), b"bruno"):
        assert word not in everything
    assert not {"Cookie", "User-Agent", "Referer"} & headers.keys()
    with pytest.raises(InvalidTag):
        Browser().open(body)


def test_without_the_subject(clock, desk, owned, device, service):
    NoticePreference.objects.create(user=desk.agent, show_subject=False)
    device(desk.agent)
    factories.add_customer_message(owned)
    later(clock)
    (shown,) = service.shown()
    assert shown["title"] == f"{owned.reference} · A customer answered me"
    assert shown["body"] == ""
    assert "Ana" not in str(shown)


def test_what_follows_within_a_minute_is_one(clock, desk, owned, device, service):
    device(desk.agent)
    factories.add_customer_message(owned, "one")
    assert later(clock) == 1
    (first,) = service.seen
    service.seen.clear()
    for _number in range(3):
        clock.shift(timedelta(seconds=12))
        factories.add_customer_message(owned, "more")
        assert later(clock, 0) == 0
    assert later(clock, 24) == 1
    assert service.seen[0][1]["Topic"] == first[1]["Topic"]
    (shown,) = service.shown()
    assert shown["body"] == f"{owned.subject}\nand 2 more"


def test_many_tickets_at_once_are_one(clock, desk, device, service):
    device(desk.agent)
    tickets = [factories.make_ticket(team=desk.team, mailbox=desk.mailbox) for _number in range(FEW + 1)]
    for ticket in tickets:
        AssignTicket(ticket=ticket, assignee=desk.agent, actor=Actor.of_user(desk.manager))()
    assert later(clock) == 1
    (shown,) = service.shown()
    assert shown["title"] == f"News on {FEW + 1} tickets"
    assert all(ticket.reference in shown["body"] for ticket in tickets)
    assert shown["url"] == "/admin/helpdesk/inbox/notices/"


def test_read_in_the_admin_is_not_pushed(clock, desk, owned, device, service):
    device(desk.agent)
    factories.add_customer_message(owned)
    mark_read(desk.agent, ticket_id=owned.pk)
    assert later(clock) == 0
    assert states() == {"dropped"}


def test_read_between_the_two_steps_is_not_pushed(clock, desk, owned, device, service):
    device(desk.agent)
    factories.add_customer_message(owned)
    clock.shift(timedelta(seconds=10))
    assert queue_pushes() == 1
    mark_read(desk.agent, ticket_id=owned.pk)
    send_pushes()
    assert service.seen == []
    assert not Push.objects.exists()


def test_the_next_push_takes_away_what_was_read_elsewhere(clock, desk, owned, device, service):
    device(desk.agent)
    factories.add_customer_message(owned)
    later(clock)
    mark_read(desk.agent, ticket_id=owned.pk)
    other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    AssignTicket(ticket=other, assignee=desk.agent, actor=Actor.of_user(desk.manager))()
    service.shown()
    later(clock)
    (shown,) = service.shown()
    assert shown["close"] == [f"helpdesk-ticket-{owned.pk}"]


def test_own_doing_and_machines_ring_nowhere(clock, desk, owned, device, service):
    device(desk.agent)
    factories.add_note(owned, desk.agent, "<p>@bruno myself</p>")
    factories.add_customer_message(owned, "I am away", flags=(Flag.AUTO_REPLY,))
    assert later(clock) == 0


@pytest.mark.parametrize("what", ["no device", "signed out", "turned off for it", "switched off", "new password"])
def test_whom_nothing_reaches(clock, desk, owned, device, service, settings, what):
    if what == "signed out":
        device(desk.agent, signed_in_until=NOW)
    elif what != "no device":
        device(desk.agent)
    if what == "turned off for it":
        NoticePreference.objects.create(user=desk.agent, choices={"answered": {"in_app": True, "by_push": False}})
    if what == "switched off":
        settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "PUSH": False}
    if what == "new password":
        desk.agent.set_password("another")
        desk.agent.save()
    factories.add_customer_message(owned)
    later(clock)
    assert service.seen == []
    assert Notice.objects.filter(kind="answered").count() == 1
    if what != "new password":
        assert states() == {"none"}


def to_other_team(desk, ticket):
    AssignTicket(ticket=ticket, assignee=None, actor=Actor.of_user(desk.manager))()
    MoveTicket(ticket=ticket, team=desk.other_team, actor=Actor.of_user(desk.manager))()


def deactivate(desk, ticket):
    desk.agent.is_active = False
    desk.agent.save()


def lose_rights(desk, ticket):
    desk.agent.groups.clear()


def trash(desk, ticket):
    TrashTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()


def erase(desk, ticket):
    trash(desk, ticket)
    EraseTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()


def delete_user(desk, ticket):
    type(desk.agent).objects.filter(pk=desk.agent.pk).delete()


def sign_out(desk, ticket):
    PushSubscription.objects.update(signed_in_until=NOW)


LOSSES = [to_other_team, deactivate, lose_rights, trash, erase, delete_user, sign_out]


@pytest.mark.parametrize("lose", LOSSES)
@pytest.mark.parametrize("queued", [False, True])
def test_rights_count_when_it_leaves(clock, desk, owned, device, service, lose, queued):
    device(desk.agent)
    factories.add_customer_message(owned)
    clock.shift(timedelta(seconds=10))
    if queued:
        assert queue_pushes() == 1
    lose(desk, owned)
    queue_pushes()
    send_pushes()
    assert service.seen == []
    assert not Push.objects.exists()


def test_merged_ticket_leads_to_where_it_is_now(clock, desk, owned, device, service):
    device(desk.agent)
    factories.add_customer_message(owned)
    clock.shift(timedelta(seconds=10))
    queue_pushes()
    target = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    MergeTickets(target=target, source=owned, actor=Actor.of_user(desk.manager))()
    send_pushes()
    (shown,) = service.shown()
    assert target.reference in shown["title"]


def test_to_a_mailbox_of_its_own(clock, desk, owned, device, service):
    device(desk.colleague)
    own = {"team": {"in_app": True, "by_push": True}}
    NoticePreference.objects.create(user=desk.colleague, mailboxes={str(desk.mailbox.pk): own})
    ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
    later(clock)
    (shown,) = service.shown()
    assert ticket.reference in shown["title"]


class TestAnswers:
    """What a push service may answer, and what it does to the device."""

    @pytest.fixture
    def told(self, clock, desk, owned, device):
        found = device(desk.agent)
        factories.add_customer_message(owned)
        return found

    def tried(self, clock, found, seconds=10):
        count = later(clock, seconds)
        return count, PushSubscription.objects.filter(pk=found.pk).first()

    @pytest.mark.parametrize("status", [404, 410])
    def test_gone(self, clock, told, service, status):
        service.answer("/one", status=status)
        assert self.tried(clock, told) == (1, None)
        assert not Push.objects.exists()

    def test_busy_with_a_wish(self, clock, told, service):
        service.answer("/one", status=429, Retry_After="600")
        _count, found = self.tried(clock, told)
        assert (found.failures, found.last_error) == (1, "status 429")
        assert self.tried(clock, told, 599)[0] == 0
        service.answer("/one", status=201)
        count, found = self.tried(clock, told, 1)
        assert (count, found.failures, found.last_error, found.failing_since) == (1, 0, "", None)

    @pytest.mark.parametrize("status", [500, 503, 400, 403])
    def test_trouble_pauses_ever_longer_and_ends_when_it_is_no_news(self, clock, told, service, status):
        service.answer("/one", status=status)
        counts = [self.tried(clock, told, seconds)[0] for seconds in (10, 59, 1, 299, 1, 899, 1, 3599, 1)]
        assert counts == [1, 0, 1, 0, 1, 0, 1, 0, 1]
        assert PushSubscription.objects.get().failures == 5
        assert self.tried(clock, told, 4 * 3600)[0] == 0
        assert not Push.objects.exists()

    def test_a_device_that_rests_keeps_what_comes(self, clock, desk, told, service):
        service.answer("/one", status=500)
        self.tried(clock, told)
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        AssignTicket(ticket=other, assignee=desk.agent, actor=Actor.of_user(desk.manager))()
        service.answer("/one", status=201)
        assert self.tried(clock, told, 20)[0] == 0
        assert self.tried(clock, told, 40)[0] == 2

    def test_refused_for_days_is_forgotten(self, clock, told, desk, owned, service):
        service.answer("/one", status=403)
        self.tried(clock, told)
        clock.shift(timedelta(days=3))
        factories.add_customer_message(owned)
        assert self.tried(clock, told) == (1, None)

    def test_too_large_is_dropped_and_harms_nobody(self, clock, told, service):
        service.answer("/one", status=413)
        _count, found = self.tried(clock, told)
        assert found.failures == 0
        assert not Push.objects.exists()

    def test_a_resolver_that_fails_takes_no_device_away(self, clock, told, desk, owned, service, monkeypatch):
        def fails(*args, **options):
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

        with monkeypatch.context() as patch:
            patch.setattr(socket, "getaddrinfo", fails)
            _count, found = self.tried(clock, told)
            assert (found.failures, found.last_error) == (1, "name")
            clock.shift(timedelta(days=4))
            factories.add_customer_message(owned)
            _count, found = self.tried(clock, told)
            assert found is not None
        clock.shift(timedelta(hours=1))
        factories.add_customer_message(owned)
        _count, found = self.tried(clock, told)
        assert (found.failures, found.failing_since) == (0, None)

    def test_a_redirect_is_not_followed(self, clock, told, service):
        service.answer("/one", status=307, Location=service.url("/other"))
        _count, found = self.tried(clock, told)
        assert [path for path, _headers, _body in service.seen] == ["/one"]
        assert found.last_error == "status 307"

    def test_an_endless_answer_is_not_read(self, clock, told, service):
        written = []

        def endless(handler):
            handler.send_response(201)
            handler.end_headers()
            try:
                for _number in range(2_000):
                    handler.wfile.write(b"x" * 65536)
                    written.append(1)
            except OSError:
                pass

        service.answers["/one"] = endless
        _count, found = self.tried(clock, told)
        assert found.failures == 0
        assert len(written) < 2_000

    def test_silence_ends_and_others_of_that_service_wait(self, clock, desk, told, device, service, monkeypatch):
        monkeypatch.setattr(sending, "TIMEOUT", 0.2)
        device(desk.agent, "/two")
        done = threading.Event()
        service.answers["/one"] = service.answers["/two"] = lambda handler: done.wait(5)
        _count, found = self.tried(clock, told)
        done.set()
        assert found.last_error == "TimeoutError"
        assert len(service.seen) == 1
        second = PushSubscription.objects.exclude(pk=found.pk).get()
        assert second.failures == 0
        service.answers.clear()
        assert self.tried(clock, told, 120)[0] == 2

    @pytest.mark.parametrize("endpoint", ["https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/x"])
    def test_machines_inside_are_not_asked(self, clock, told, service, endpoint):
        PushSubscription.objects.update(endpoint=vault.seal(endpoint))
        _count, found = self.tried(clock, told)
        assert service.seen == []
        assert found.last_error == "refused address"

    def test_secrets_stay_out_of_the_log(self, clock, told, service, caplog):
        service.answer("/one", status=500)
        self.tried(clock, told)
        assert "push_failed" in caplog.text
        for secret in ("/one", str(service.port), "bruno", "vapid"):
            assert secret not in caplog.text


def test_a_test_is_sent_without_waiting(clock, desk, device, service):
    found = device(desk.agent, failures=3, failing_since=NOW, rests_until=NOW + timedelta(hours=4))
    queue_test(found)
    assert send_pushes() == 1
    (shown,) = service.shown()
    assert shown["title"] == "Help desk"
    assert PushSubscription.objects.get().failures == 0


def test_two_workers_push_once(clock, desk, owned, device, service, monkeypatch):
    device(desk.agent)
    factories.add_customer_message(owned)
    clock.shift(timedelta(seconds=10))
    plan = sending._plan
    second = []

    def while_another_plans(*args):
        planned = plan(*args)
        if not second:
            second.append(True)
            assert queue_pushes() == 1
        return planned

    monkeypatch.setattr(sending, "_plan", while_another_plans)
    assert queue_pushes() == 0
    turn = sending._turn

    def while_another_sends(*args):
        monkeypatch.setattr(sending, "_turn", turn)
        assert send_pushes() == 1
        return turn(*args)

    monkeypatch.setattr(sending, "_turn", while_another_sends)
    assert send_pushes() == 0
    assert len(service.seen) == 1


def test_a_process_that_died_sends_again_what_shows_once(clock, desk, owned, device, service, monkeypatch):
    device(desk.agent)
    factories.add_customer_message(owned)
    monkeypatch.setattr(sending, "_write", lambda *args: None)
    assert later(clock) == 1
    assert later(clock, 119) == 0
    assert later(clock, 1) == 1
    first, second = service.seen
    assert first[1]["Topic"] == second[1]["Topic"]
    one, two = service.shown()
    assert one == two


def test_what_waits_is_replaced_by_what_is_newer(clock, desk, owned, device, service):
    device(desk.agent)
    service.answer("/one", status=500)
    factories.add_customer_message(owned)
    later(clock)
    clock.shift(timedelta(seconds=55))
    factories.add_customer_message(owned)
    later(clock)
    assert Push.objects.count() == 1


def test_a_lost_key_sends_nothing_and_loses_nobody(clock, desk, owned, device, service):
    device(desk.agent)
    PushKey.objects.update(private="gAAAA")
    factories.add_customer_message(owned)
    later(clock)
    assert service.seen == []
    assert PushSubscription.objects.get().last_error == "SealBroken"


def test_in_the_agents_language(clock, desk, owned, device, service):
    from wagtail.users.models import UserProfile

    UserProfile.objects.update_or_create(user=desk.agent, defaults={"preferred_language": "pt-br"})
    device(desk.agent)
    factories.add_customer_message(owned)
    later(clock)
    (shown,) = service.shown()
    assert shown["lang"] == "pt-br"


def test_nothing_waits_costs_a_query_each(clock, desk, device, django_assert_num_queries):
    with django_assert_num_queries(1):
        queue_pushes()
    with django_assert_num_queries(1):
        send_pushes()


def test_devices_cost_no_query_where_notices_are_made(clock, desk, device):
    def telling():
        with CaptureQueriesContext(connection) as queries:
            factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        return len(queries)

    telling()
    without = telling()
    for number in range(3):
        device(desk.agent, f"/{number}")
    assert telling() == without


def test_erasing_leaves_nothing(clock, desk, owned, device, service):
    device(desk.agent)
    factories.add_customer_message(owned)
    clock.shift(timedelta(seconds=10))
    queue_pushes()
    erase(desk, owned)
    send_pushes()
    assert not Push.objects.exists()
    assert not Notice.objects.filter(ticket=owned.pk).exists()
    assert Ticket.objects.get(pk=owned.pk).erased_at
