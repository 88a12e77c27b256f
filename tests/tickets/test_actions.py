"""Every action on a ticket: as everybody, twice, against somebody else's change, and what it writes down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from wagtail_helpdesk import events
from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.add_note import AddNote
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_priority, default_status
from wagtail_helpdesk.desk.models import Priority, Status
from wagtail_helpdesk.events import Actor, TicketUpdated
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.base import Conflict
from wagtail_helpdesk.tickets.actions.change_priority import ChangePriority
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus, RestoreTicket, TrashTicket
from wagtail_helpdesk.tickets.actions.change_subject import ChangeSubject
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets, UnmergeTickets
from wagtail_helpdesk.tickets.actions.move_ticket import MoveTicket
from wagtail_helpdesk.tickets.actions.participants import RevokeTrackingLink, token_for
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.actions.tag_ticket import TagTicket
from wagtail_helpdesk.tickets.models import Ticket, TicketEvent

AGENTS = {"agent", "colleague", "manager", "administrator", "superuser"}
MANAGERS = {"manager", "administrator", "superuser"}
EVERYBODY = AGENTS | {"light", "other_agent", "editor", "guest"}


def high() -> Priority:
    return Priority.objects.get(level=10)


#: name: (what makes the action, who may)
ACTIONS: dict[str, tuple[Callable[[Any, Ticket, Actor], Any], set[str]]] = {
    "status": (lambda d, t, a: ChangeStatus(ticket=t, status=default_status(Category.OPEN), actor=a), AGENTS),
    "spam": (lambda d, t, a: ChangeStatus(ticket=t, status=default_status(Category.SPAM), actor=a), AGENTS),
    "trash by status": (
        lambda d, t, a: ChangeStatus(ticket=t, status=default_status(Category.TRASH), actor=a),
        MANAGERS,
    ),
    "trash": (lambda d, t, a: TrashTicket(ticket=t, actor=a), MANAGERS),
    "assign": (lambda d, t, a: AssignTicket(ticket=t, assignee=d.agent, actor=a), AGENTS),
    "move": (lambda d, t, a: MoveTicket(ticket=t, team=d.other_team, actor=a), AGENTS),
    "priority": (lambda d, t, a: ChangePriority(ticket=t, priority=high(), actor=a), AGENTS),
    "subject": (lambda d, t, a: ChangeSubject(ticket=t, subject="Other", actor=a), AGENTS),
    "tag": (lambda d, t, a: TagTicket(ticket=t, add=["vat"], actor=a), AGENTS),
    "share": (lambda d, t, a: ShareTicket(ticket=t, team=d.other_team, actor=a), AGENTS),
    "reply": (lambda d, t, a: Reply(ticket=t, html="<p>Hello</p>", actor=a), AGENTS),
    "note": (lambda d, t, a: AddNote(ticket=t, html="<p>Hello</p>", actor=a), AGENTS | {"light", "guest"}),
}


@pytest.fixture
def people(desk: Any, ticket: Ticket) -> dict[str, Any]:
    guest = factories.make_user("guest", group=factories.AGENTS)
    ShareTicket(ticket=ticket, user=guest, actor=Actor.of_user(desk.agent))()
    return {name: guest if name == "guest" else getattr(desk, name) for name in EVERYBODY}


@pytest.mark.parametrize("persona", sorted(EVERYBODY))
def test_rights_as(persona, people, desk, ticket):
    actor, done = Actor.of_user(people[persona]), set()
    for name, (make, _allowed) in ACTIONS.items():
        own = Ticket.objects.get(pk=ticket.pk)
        before = TicketEvent.objects.count()
        try:
            with events.unit_of_work():
                make(desk, own, actor)()
                done.add(name)
                raise InterruptedError
        except PermissionDenied:
            assert TicketEvent.objects.count() == before
        except InterruptedError:
            pass  # takes the action back, so that the next one meets the same ticket
    assert done == {name for name, (_make, allowed) in ACTIONS.items() if persona in allowed}


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize(("state", "reason"), [("erased_at", "erased"), ("merged_into", "merged")])
def test_nothing_is_done_to_a_ticket_that_is_gone(name, state, reason, desk, ticket):
    value = timezone.now() if state == "erased_at" else factories.make_ticket(mailbox=desk.mailbox)
    Ticket.objects.filter(pk=ticket.pk).update(**{state: value})
    before = Ticket.objects.filter(pk=ticket.pk).values().get(), TicketEvent.objects.count()
    with pytest.raises(ActionRefused, match=reason):
        ACTIONS[name][0](desk, ticket, Actor.of_user(desk.superuser))()
    assert (Ticket.objects.filter(pk=ticket.pk).values().get(), TicketEvent.objects.count()) == before


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any, Any]]:
    """The changes that were published, as (field, old, new)."""
    seen: list[tuple[str, Any, Any]] = []

    def listen(event: TicketUpdated) -> None:
        seen.extend((change.field, change.old, change.new) for change in event.changes)

    monkeypatch.setattr(events, "_reactors", (*events.installed(), events.Reactor(TicketUpdated, listen)))
    return seen


def lines(ticket: Ticket) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the timeline after the opening, as (kind, who, data)."""
    rows = TicketEvent.objects.filter(ticket=ticket).exclude(kind__in=["opened", "delivery"]).order_by("pk")
    return [(row.kind, row.actor_name, row.data) for row in rows]


def run_twice(action: Callable[[], Any]) -> None:
    action()()
    action()()


def test_status(desk, ticket, updates):
    old, new = ticket.status, default_status(Category.PENDING)
    run_twice(lambda: ChangeStatus(ticket=ticket, status=new, actor=Actor.of_user(desk.agent)))
    ticket.refresh_from_db()
    assert (ticket.status, ticket.category) == (new, Category.PENDING)
    assert lines(ticket) == [("status", "Bruno", {"old": "New", "new": "Pending", "was": "new", "category": "pending"})]
    assert updates == [("status", old.pk, new.pk), ("category", "new", "pending")]


def test_two_statuses_of_one_category(desk, ticket, updates):
    waiting = Status.objects.create(name="Waiting for parts", category=Category.OPEN)
    ChangeStatus(ticket=ticket, status=default_status(Category.OPEN), actor=Actor.of_user(desk.agent))()
    ChangeStatus(ticket=ticket, status=waiting, actor=Actor.of_user(desk.agent))()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.category) == (waiting, Category.OPEN)


def test_trash_and_restore_find_the_way_back(desk, ticket):
    pending = default_status(Category.PENDING)
    actor = Actor.of_user(desk.manager)
    ChangeStatus(ticket=ticket, status=pending, actor=actor)()
    ChangeStatus(ticket=ticket, status=default_status(Category.SPAM), actor=actor)()
    TrashTicket(ticket=ticket, actor=actor)()
    trashed = Ticket.objects.get(pk=ticket.pk)
    RestoreTicket(ticket=trashed, actor=actor)()
    restored = Ticket.objects.get(pk=ticket.pk)
    assert (restored.status, restored.restore_status) == (pending, None)


def test_restore_from_trash_needs_the_right_to_delete(desk, ticket):
    TrashTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
    with pytest.raises(PermissionDenied):
        RestoreTicket(ticket=Ticket.objects.get(pk=ticket.pk), actor=Actor.of_user(desk.agent))()


def test_assign(desk, ticket, updates):
    run_twice(lambda: AssignTicket(ticket=ticket, assignee=desk.colleague, actor=Actor.of_user(desk.agent)))
    run_twice(lambda: AssignTicket(ticket=ticket, assignee=None, actor=Actor.of_user(desk.agent)))
    assert lines(ticket) == [
        ("assignee", "Bruno", {"old": "", "new": "Clara"}),
        ("assignee", "Bruno", {"old": "Clara", "new": ""}),
    ]
    assert updates == [("assignee", None, desk.colleague.pk), ("assignee", desk.colleague.pk, None)]


@pytest.mark.parametrize("persona", ["editor", "inactive"])
def test_nobody_is_assigned_who_cannot_work_on_it(persona, desk, ticket):
    inactive = factories.make_user("gone", group=factories.AGENTS, is_active=False)
    with pytest.raises(ActionRefused):
        user = inactive if persona == "inactive" else desk.editor
        AssignTicket(ticket=ticket, assignee=user, actor=Actor.of_user(desk.agent))()
    assert Ticket.objects.get(pk=ticket.pk).assignee is None


def test_move(desk, ticket, updates):
    run_twice(lambda: MoveTicket(ticket=ticket, team=desk.other_team, actor=Actor.of_user(desk.manager)))
    assert lines(ticket) == [("team", "Manager", {"old": "Billing", "new": "Repairs"})]
    assert updates == [("team", desk.team.pk, desk.other_team.pk)]
    assert not Ticket.objects.visible_to(desk.agent).exists()
    assert Ticket.objects.visible_to(desk.other_agent).exists()


def test_priority(desk, ticket, updates):
    run_twice(lambda: ChangePriority(ticket=ticket, priority=high(), actor=Actor.of_user(desk.agent)))
    assert lines(ticket) == [("priority", "Bruno", {"old": "Normal", "new": "High"})]
    assert updates == [("priority", default_priority().pk, high().pk)]


def test_subject_is_one_line_of_bounded_length(desk, ticket, updates):
    run_twice(
        lambda: ChangeSubject(ticket=ticket, subject="  Two\r\nlines " + "x" * 600, actor=Actor.of_user(desk.agent))
    )
    subject = Ticket.objects.get(pk=ticket.pk).subject
    assert subject.startswith("Two lines x") and len(subject) == 500
    assert len(updates) == len(lines(ticket)) == 1


def test_tags(desk, ticket, updates):
    actor = Actor.of_user(desk.agent)
    run_twice(lambda: TagTicket(ticket=ticket, add=[" vat ", "", "invoice"], actor=actor))
    run_twice(lambda: TagTicket(ticket=ticket, remove=["vat", "never there"], actor=actor))
    assert set(ticket.tags.names()) == {"invoice"}
    assert updates == [("tags", [], ["invoice", "vat"]), ("tags", ["invoice", "vat"], ["invoice"])]


def test_tags_of_two_agents_do_not_undo_each_other(desk, ticket):
    first, second = Ticket.objects.get(pk=ticket.pk), Ticket.objects.get(pk=ticket.pk)
    TagTicket(ticket=first, add=["one"], actor=Actor.of_user(desk.agent))()
    TagTicket(ticket=second, add=["two"], actor=Actor.of_user(desk.colleague))()
    assert set(ticket.tags.names()) == {"one", "two"}


def test_tags_do_not_fill_the_sites_own(desk, ticket):
    from taggit.models import Tag

    TagTicket(ticket=ticket, add=["zebedee"], actor=Actor.of_user(desk.agent))()
    assert not Tag.objects.filter(name="zebedee").exists()


class TestConflicts:
    """Promise 10: two agents cannot overwrite each other unawares."""

    @pytest.mark.parametrize("name", ["status", "assign", "move", "priority"])
    def test_a_change_meanwhile_is_told(self, name, desk, ticket):
        theirs, mine, seen = self.pair(name, desk)
        theirs(ticket, Actor.of_user(desk.colleague), seen)()
        before = Ticket.objects.filter(pk=ticket.pk).values().get()
        with pytest.raises(Conflict):
            mine(ticket, Actor.of_user(desk.agent), seen)()
        assert Ticket.objects.filter(pk=ticket.pk).values().get() == before

    @pytest.mark.parametrize("name", ["status", "assign", "move", "priority"])
    def test_the_same_wish_is_no_conflict(self, name, desk, ticket):
        theirs, _mine, seen = self.pair(name, desk)
        theirs(ticket, Actor.of_user(desk.colleague), seen)()
        theirs(ticket, Actor.of_user(desk.agent), seen)()
        assert len(lines(ticket)) == 1

    @pytest.mark.parametrize("name", ["status", "assign", "move", "priority"])
    def test_who_saw_the_newest_may_go_on(self, name, desk, ticket):
        theirs, mine, seen = self.pair(name, desk)
        theirs(ticket, Actor.of_user(desk.colleague), seen)()
        now = Ticket.objects.get(pk=ticket.pk)
        seen_now = {
            "status": now.status_id,
            "assign": now.assignee_id,
            "move": now.team_id,
            "priority": now.priority_id,
        }
        mine(ticket, Actor.of_user(desk.manager), seen_now[name])()
        assert len(lines(ticket)) == 2

    @staticmethod
    def pair(name: str, desk: Any) -> tuple[Callable[..., Any], Callable[..., Any], Any]:
        third = factories.make_team("Third")
        third.members.add(desk.agent, desk.colleague)
        desk.other_team.members.add(desk.agent, desk.colleague)
        default, low = default_priority(), Priority.objects.get(level=-10)
        new, opened, closed = (default_status(category) for category in (Category.NEW, Category.OPEN, Category.CLOSED))

        def maker(kind: type, field: str, value: Any) -> Callable[..., Any]:
            return lambda ticket, actor, seen: kind(ticket=ticket, actor=actor, seen=seen, **{field: value})

        return {
            "status": (maker(ChangeStatus, "status", opened), maker(ChangeStatus, "status", closed), new.pk),
            "assign": (
                maker(AssignTicket, "assignee", desk.colleague),
                maker(AssignTicket, "assignee", desk.agent),
                None,
            ),
            "move": (maker(MoveTicket, "team", desk.other_team), maker(MoveTicket, "team", third), desk.team.pk),
            "priority": (
                maker(ChangePriority, "priority", high()),
                maker(ChangePriority, "priority", low),
                default.pk,
            ),
        }[name]


class TestMerge:
    def test_needs_the_right_on_both(self, desk, ticket):
        foreign = factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox)
        for source, target in ((ticket, foreign), (foreign, ticket)):
            with pytest.raises(PermissionDenied):
                MergeTickets(source=source, target=target, actor=Actor.of_user(desk.agent))()
        MergeTickets(source=foreign, target=ticket, actor=Actor.of_user(desk.manager))()

    def test_refuses_what_makes_no_sense(self, desk, ticket):
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        actor = Actor.of_user(desk.agent)
        with pytest.raises(ActionRefused):
            MergeTickets(source=ticket, target=ticket, actor=actor)()
        MergeTickets(source=ticket, target=other, actor=actor)()
        for source, target in ((ticket, other), (other, ticket)):
            with pytest.raises(ActionRefused):
                MergeTickets(source=source, target=target, actor=actor)()

    def test_whoever_saw_the_source_sees_its_words_in_the_target(self, desk, ticket):
        foreign = factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox)
        MergeTickets(source=foreign, target=ticket, actor=Actor.of_user(desk.manager))()
        assert Ticket.objects.visible_to(desk.other_agent).filter(pk=ticket.pk).exists()

    def test_answers_to_the_source_find_the_target(self, desk, ticket):
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox, address="ana@example.org")
        token = token_for(other.participants.get(), "reply")
        MergeTickets(source=other, target=ticket, actor=Actor.of_user(desk.agent))()
        token.refresh_from_db()
        assert (token.ticket, token.revoked_at) == (ticket, None)
        assert token.participant == ticket.participants.get()
        assert Ticket.objects.get(pk=other.pk).current() == ticket

    def test_chain_of_merges_is_followed_and_undone_from_its_end(self, desk):
        first, second, third = (factories.make_ticket(team=desk.team, mailbox=desk.mailbox) for _n in range(3))
        actor = Actor.of_user(desk.agent)
        one = MergeTickets(source=first, target=second, actor=actor)()
        two = MergeTickets(source=second, target=third, actor=actor)()
        assert Ticket.objects.get(pk=first.pk).current() == third
        with pytest.raises(ActionRefused):
            UnmergeTickets(merge=one, actor=actor)()
        UnmergeTickets(merge=two, actor=actor)()
        UnmergeTickets(merge=one, actor=actor)()
        assert not Ticket.objects.filter(merged_into__isnull=False).exists()
        assert [ticket.messages.count() for ticket in (first, second, third)] == [1, 1, 1]

    def test_is_undone_once(self, desk, ticket):
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        actor = Actor.of_user(desk.agent)
        merge = MergeTickets(source=other, target=ticket, actor=actor)()
        stale = type(merge).objects.get(pk=merge.pk)
        UnmergeTickets(merge=merge, actor=actor)()
        with pytest.raises(ActionRefused):
            UnmergeTickets(merge=stale, actor=actor)()

    def test_cycle_by_hand_ends(self, desk, ticket):
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        Ticket.objects.filter(pk=ticket.pk).update(merged_into=other)
        Ticket.objects.filter(pk=other.pk).update(merged_into=ticket)
        assert Ticket.objects.get(pk=ticket.pk).current().pk in {ticket.pk, other.pk}


class TestErase:
    def test_only_from_the_trash_and_with_the_right(self, desk, ticket):
        with pytest.raises(ActionRefused):
            EraseTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
        TrashTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
        with pytest.raises(PermissionDenied):
            EraseTicket(ticket=ticket, actor=Actor.of_user(desk.agent))()
        EraseTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
        with pytest.raises(ActionRefused):
            RestoreTicket(ticket=Ticket.objects.get(pk=ticket.pk), actor=Actor.of_user(desk.manager))()


def test_tracking_link_is_revoked_and_a_new_one_made(desk, ticket):
    participant = ticket.participants.get()
    old = token_for(participant, "portal")
    assert token_for(participant, "portal") == old
    assert RevokeTrackingLink(participant=participant, actor=Actor.of_user(desk.agent))() == 1
    assert RevokeTrackingLink(participant=participant, actor=Actor.of_user(desk.agent))() == 0
    assert token_for(participant, "portal") != old
    assert [kind for kind, _who, _data in lines(ticket)] == ["token_revoked"]


def test_failed_reactor_is_told_on_the_ticket(desk, ticket, monkeypatch):
    def broken(event: TicketUpdated) -> None:
        raise ValueError("ana@example.org")

    monkeypatch.setattr(events, "_reactors", (events.Reactor(TicketUpdated, broken),))
    ChangeSubject(ticket=ticket, subject="Other", actor=Actor.of_user(desk.agent))()
    line = TicketEvent.objects.get(ticket=ticket, kind="failure")
    assert line.data == {"error": "ValueError"} and "broken" in line.cause
    assert Ticket.objects.get(pk=ticket.pk).subject == "Other"


def test_failed_reactor_to_contacts_is_not_told_on_some_ticket(desk, ticket, monkeypatch):
    """The event's ids are a contact's; a ticket may have the same number."""
    from wagtail_helpdesk.contacts.actions.merge_contacts import MergeContacts
    from wagtail_helpdesk.contacts.models import Contact
    from wagtail_helpdesk.events import ContactsMerged

    def broken(event: ContactsMerged) -> None:
        raise ValueError

    monkeypatch.setattr(events, "_reactors", (events.Reactor(ContactsMerged, broken),))
    twin = Contact.objects.create(pk=ticket.pk + 10_000, name="Twin")
    target = Contact.objects.get_or_create(pk=ticket.pk)[0]
    MergeContacts(source=twin, target=target, actor=Actor.system())()
    assert not TicketEvent.objects.filter(kind="failure").exists()
