"""Who is told of what in the app, and of what nobody is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.mail.helpers import make_mail, take_in
from wagtail_helpdesk import events
from wagtail_helpdesk.contacts.actions.erase_contact import EraseContact
from wagtail_helpdesk.conversations.choices import Flag
from wagtail_helpdesk.conversations.mentions import colleagues, find_mentions, handles_of
from wagtail_helpdesk.events import Actor, DeliveryProblem, MailHeld
from wagtail_helpdesk.mail.models import OutboundMail
from wagtail_helpdesk.notifications.models import Notice, NoticePreference
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.move_ticket import MoveTicket
from wagtail_helpdesk.tickets.models import Ticket, TicketAccess


def told(*, since=0):
    """Return {(who, kind, what)} of the notices after ``since``."""
    rows = Notice.objects.filter(pk__gt=since).select_related("user")
    return {(row.user.first_name, row.kind, row.what) for row in rows}


@pytest.fixture
def last(ticket):
    """The newest notice before the test does anything."""
    return max(Notice.objects.values_list("pk", flat=True), default=0)


def assign(ticket, user, by):
    return AssignTicket(ticket=Ticket.objects.get(pk=ticket.pk), assignee=user, actor=Actor.of_user(by))()


def test_new_ticket_is_told_to_its_team_only(desk, ticket):
    assert told() == {(name, "team", "opened") for name in ("Lea", "Bruno", "Clara")}
    assert set(Notice.objects.values_list("mail_state", flat=True)) == {"none"}
    assert Notice.objects.first().actor_name == "Ana Souza"


def test_new_ticket_that_somebody_has_already(desk):
    factories.make_ticket(team=desk.team, mailbox=desk.mailbox, ticket_fields={"assignee": desk.agent})
    assert told() == {("Bruno", "assigned", ""), ("Lea", "team", "opened"), ("Clara", "team", "opened")}


def test_assigned(desk, ticket, last):
    assign(ticket, desk.agent, by=desk.colleague)
    assert told(since=last) == {("Bruno", "assigned", "")}
    assert Notice.objects.latest("pk").mail_state == "waiting"


def test_own_changes_tell_nobody(desk, ticket, last):
    assign(ticket, desk.agent, by=desk.agent)
    factories.add_note(ticket, desk.agent, "<p>@bruno a note to myself</p>")
    factories.add_reply(ticket, desk.agent)
    assert told(since=last) == set()


def test_answer_goes_to_the_assignee_else_to_the_team(desk, ticket, last):
    factories.add_customer_message(ticket)
    assert told(since=last) == {(name, "team", "answered") for name in ("Lea", "Bruno", "Clara")}
    assign(ticket, desk.agent, by=desk.agent)
    last = Notice.objects.latest("pk").pk
    factories.add_customer_message(ticket)
    assert told(since=last) == {("Bruno", "answered", "")}


def test_answer_to_an_assignee_who_left_goes_to_the_team(desk, ticket, last):
    assign(ticket, desk.agent, by=desk.agent)
    desk.agent.is_active = False
    desk.agent.save()
    factories.add_customer_message(ticket)
    assert told(since=last) == {("Lea", "team", "answered"), ("Clara", "team", "answered")}


def test_moved_to_another_team(desk, ticket, last):
    MoveTicket(ticket=ticket, team=desk.other_team, actor=Actor.of_user(desk.manager))()
    assert told(since=last) == {("Carla", "team", "moved")}


def test_agent_who_writes_as_a_customer_is_not_told(desk):
    desk.agent.email = "Bruno@Example.com"
    desk.agent.save()
    factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="bruno@example.com")
    assert told() == {("Lea", "team", "opened"), ("Clara", "team", "opened")}


@pytest.mark.parametrize("channel", ["spam", "archive", "trash"])
def test_nobody_is_told_of(desk, channel):
    if channel == "spam":
        factories.make_ticket(team=desk.team, mailbox=desk.mailbox, is_spam=True)
    elif channel == "archive":
        first = take_in(make_mail("Old"), desk.mailbox, origin="archive")
        answer = make_mail("Older", in_reply_to=f"<{first.message_id_header}>")
        assert take_in(answer, desk.mailbox, origin="archive").ticket == first.ticket
    else:
        ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        Notice.objects.all().delete()
        TrashTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
        assign(ticket, desk.agent, by=desk.manager)
    assert Ticket.objects.exists()
    assert told() == set()


def test_automatic_reply_is_told_in_the_app_only(desk, ticket):
    assign(ticket, desk.agent, by=desk.agent)
    factories.add_customer_message(ticket, "I am away", flags=(Flag.AUTO_REPLY,))
    notice = Notice.objects.latest("pk")
    assert (notice.kind, notice.in_app, notice.mail_state) == ("answered", True, "none")


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"in_app": True, "by_mail": True}, (True, "waiting")),
        ({"in_app": False, "by_mail": True}, (False, "waiting")),
        ({"in_app": True, "by_mail": False}, (True, "none")),
        ({"in_app": False, "by_mail": False}, None),
    ],
)
def test_each_agent_chooses(desk, ticket, last, chosen, expected):
    NoticePreference.objects.create(user=desk.agent, choices={"assigned": chosen})
    assign(ticket, desk.agent, by=desk.manager)
    assert Notice.objects.filter(pk__gt=last).values_list("in_app", "mail_state").first() == expected


class TestMentions:
    def test_agent_of_the_team(self, desk, ticket, last):
        note = factories.add_note(ticket, desk.agent, "<p>What do you think, @clara?</p>")
        assert told(since=last) == {("Clara", "mentioned", "")}
        assert Notice.objects.latest("pk").message == note
        assert not TicketAccess.objects.exists()

    def test_agent_of_another_team_gets_access(self, desk, ticket, last):
        factories.add_note(ticket, desk.agent, "<p>@Carla@example.com please look</p>")
        assert told(since=last) == {("Carla", "mentioned", "")}
        assert Ticket.objects.visible_to(desk.other_agent).filter(pk=ticket.pk).exists()
        assert ticket.events.filter(kind="shared").exists()

    def test_who_may_not_share_gives_no_access(self, desk, ticket, last):
        factories.add_note(ticket, desk.light, "<p>@carla @clara please look</p>")
        assert told(since=last) == {("Clara", "mentioned", "")}
        assert not TicketAccess.objects.exists()

    def test_who_may_see_no_tickets_is_not_told(self, desk, ticket, last):
        factories.add_note(ticket, desk.agent, "<p>@editor please look</p>")
        assert told(since=last) == set()

    def test_note_without_a_name_asks_nothing(self, desk, ticket, django_assert_max_num_queries):
        with django_assert_max_num_queries(0):
            assert colleagues("write to ana@example.org") == {}


class Person:
    """A user as :func:`handles_of` sees one."""

    def __init__(self, pk, login, name=""):
        self.pk, self.login, self.name = pk, login, name

    def get_username(self):
        return self.login

    def get_full_name(self):
        return self.name


PEOPLE = [
    Person(1, "bruno", "Bruno Lima"),
    Person(2, "bruno.silva@example.com", "Bruno Silva"),
    Person(3, "ana", "Ana"),
    Person(4, "ana2", "Ana"),
    Person(5, "strauß", "Jürgen Strauß"),
]


@pytest.mark.parametrize(
    ("text", "users", "unknown", "ambiguous"),
    [
        ("no names", (), (), ()),
        ("@bruno", (1,), (), ()),
        ("(@BRUNO, look!)", (1,), (), ()),
        ("@bruno's idea. And @bruno.", (1,), (), ()),
        ("@Bruno Silva and @bruno", (2, 1), (), ()),
        ("@BrunoSilva", (2,), (), ()),
        ("@bruno.silva: see", (2,), (), ()),
        ("@bruno.silva@example.com", (2,), (), ()),
        ("@Bruno\u00a0Silva", (2,), (), ()),
        ("@bruno.souza", (), ("bruno.souza",), ()),
        ("@brunolima2", (), ("brunolima2",), ()),
        ("@ana2", (4,), (), ()),
        ("@Ana", (), (), ("Ana",)),
        ("@STRAUSS @strauß", (5,), ("STRAUSS",), ()),
        ("mail bruno@example.com or x@bruno", (), (), ()),
        ("@@bruno @ bruno @", (), (), ()),
        ("@nobody. @nobody-else-", (), ("nobody", "nobody-else"), ()),
        ("@bruno " * 30, (1,), (), ()),
    ],
)
def test_find_mentions(text, users, unknown, ambiguous):
    found = find_mentions(text, handles_of(PEOPLE))
    assert (found.users, found.unknown, found.ambiguous) == (users, unknown, ambiguous)


def trouble(ticket, what, *, audience="customer", message=None):
    mail = OutboundMail.objects.create(
        public_id=f"t{OutboundMail.objects.count()}",
        audience=audience,
        kind="reply",
        purpose_key=f"{OutboundMail.objects.count():064x}",
        ticket=ticket,
        mailbox=ticket.mailbox,
        message_id_header=f"t{OutboundMail.objects.count()}@x",
    )
    with events.unit_of_work():
        events.publish(
            DeliveryProblem(
                actor=Actor.system(),
                ticket_id=ticket.pk,
                outbound_id=mail.pk,
                message_id=message.pk if message else None,
                what=what,
            )
        )


class TestDelivery:
    def test_assignee_else_author_else_team(self, desk, ticket, last):
        reply = factories.add_reply(ticket, desk.colleague)
        trouble(ticket, "failed")
        assert told(since=last) == {(name, "delivery", "failed") for name in ("Lea", "Bruno", "Clara")}
        last = Notice.objects.latest("pk").pk
        trouble(ticket, "uncertain", message=reply)
        assert told(since=last) == {("Clara", "delivery", "uncertain")}
        assign(ticket, desk.agent, by=desk.agent)
        last = Notice.objects.latest("pk").pk
        trouble(ticket, "bounced", message=reply)
        assert told(since=last) == {("Bruno", "delivery", "bounced")}

    @pytest.mark.parametrize(
        ("what", "state"), [("failed", "waiting"), ("bounced", "none"), ("complained", "none"), ("late", "waiting")]
    )
    def test_reports_cause_no_mail(self, desk, ticket, what, state):
        NoticePreference.objects.create(user=desk.agent, choices={"delivery": {"by_mail": True}})
        assign(ticket, desk.agent, by=desk.agent)
        trouble(ticket, what)
        assert Notice.objects.latest("pk").mail_state == state

    def test_trouble_with_a_notice_tells_nobody(self, desk, ticket, last):
        trouble(ticket, "bounced", audience="agent")
        assert told(since=last) == set()


@pytest.mark.parametrize("named", ["agent", "other_agent", "editor", None])
def test_held_mail_is_told_to_the_agent_it_names_in_the_app_only(desk, ticket, last, named):
    NoticePreference.objects.create(user=desk.agent, choices={"held": {"by_mail": True}})
    user_id = getattr(desk, named).pk if named else None
    with events.unit_of_work():
        events.publish(MailHeld(actor=Actor.system(), inbound_id=1, ticket_id=ticket.pk, user_id=user_id))
    expected = {("Bruno", "held", "mine")} if named == "agent" else {(n, "held", "") for n in ("Lea", "Bruno", "Clara")}
    assert told(since=last) == expected
    assert Notice.objects.latest("pk").mail_state == "none"


def test_name_of_an_erased_contact_goes(desk, ticket):
    EraseContact(contact=ticket.requester, actor=Actor.of_user(desk.administrator))()
    assert set(Notice.objects.values_list("actor_name", flat=True)) == {""}


def test_queries_do_not_grow_with_the_team(desk):
    def opening():
        with CaptureQueriesContext(connection) as queries:
            factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        return len(queries)

    opening()
    few = opening()
    for number in range(10):
        factories.make_user(f"more{number}", group=factories.AGENTS, teams=[desk.team])
    assert opening() == few
    assert Notice.objects.filter(ticket=Ticket.objects.latest("pk")).count() == 13
