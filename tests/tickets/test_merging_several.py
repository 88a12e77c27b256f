"""Several tickets go into one, in any order, and come out again in any other."""

from __future__ import annotations

from collections import defaultdict
from itertools import permutations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wagtail_helpdesk.contacts.actions.merge_contacts import MergeContacts
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.models import Mention
from wagtail_helpdesk.intake.incoming import Person
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_field import ChangeField
from wagtail_helpdesk.tickets.actions.change_participant import ChangeParticipant
from wagtail_helpdesk.tickets.actions.change_requester import ChangeRequester
from wagtail_helpdesk.tickets.actions.follow_ticket import StarTicket, WatchTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets, UnmergeTickets, live_merges
from wagtail_helpdesk.tickets.actions.participants import token_for
from wagtail_helpdesk.tickets.actions.share_ticket import ShareTicket
from wagtail_helpdesk.tickets.actions.tag_ticket import TagTicket
from wagtail_helpdesk.tickets.choices import ParticipantState, Role, TokenPurpose
from wagtail_helpdesk.tickets.custom_fields.models import TicketField
from wagtail_helpdesk.tickets.models import Ticket, TicketMerge, TicketReader, TicketToken

PEOPLE = [f"{name}@example.org" for name in ("ana", "ben", "cleo", "dan")]
TAGS = ["late", "march", "paper"]


def merge(source, target):
    return MergeTickets(source=source, target=target, actor=Actor.system())()


def undo(merged):
    return UnmergeTickets(merge=merged, actor=Actor.system())()


def people(ticket):
    """By contact, the row of each and how that person takes part."""
    return {row.contact_id: (row.pk, row.role, row.state) for row in ticket.participants.all()}


def seen_by(ticket):
    """Return the teams and users who may see it."""
    ticket = Ticket.objects.get(pk=ticket.pk)
    shared = {one for pair in ticket.access.values_list("team", "user") for one in zip("tu", pair, strict=True)}
    return {(kind, key) for kind, key in {*shared, ("t", ticket.team_id), ("u", ticket.assignee_id)} if key}


def snapshot(ticket):
    ticket = Ticket.objects.get(pk=ticket.pk)
    return {
        "people": people(ticket),
        "tokens": set(ticket.tokens.values_list("pk", "participant", "revoked_at")),
        "tags": set(ticket.tags.names()),
        "access": sorted(ticket.access.values_list("team", "user"), key=str),
        "readers": set(ticket.readers.values_list("user", "starred", "watch")),
        "mentions": set(ticket.mentions.values_list("user", flat=True)),
        "fields": ticket.custom_fields,
        "waits": ticket.customer_waiting_since,
        "merged": ticket.merged_into_id,
    }


def stray_tokens():
    return [
        token.pk
        for token in TicketToken.objects.filter(participant__isnull=False).select_related("participant")
        if token.participant.ticket_id != token.ticket_id
    ]


@pytest.fixture
def make(desk):
    """Return a function that makes a ticket of people: the first asks, the others are copied in."""

    def make(*who, team=None, tags=(), **fields):
        asks, *copied = who
        ticket = factories.make_ticket(
            team=team or desk.team,
            mailbox=desk.mailbox,
            address=asks,
            copied=tuple(Person(one) for one in copied),
            ticket_fields={"tags": tuple(tags)},
            **fields,
        )
        for row in ticket.participants.all():
            token_for(row, TokenPurpose.PORTAL)
        return ticket

    return make


class TestAccess:
    @pytest.mark.parametrize("first", [0, 1])
    def test_the_other_ticket_s_team_goes_on_seeing_it(self, desk, make, first):
        target = make(PEOPLE[0], team=desk.other_team)
        merges = [merge(make(PEOPLE[1]), target) for _time in range(2)]
        undo(merges[first])
        assert Ticket.objects.visible_to(desk.agent).filter(pk=target.pk).exists()
        undo(merges[1 - first])
        assert not Ticket.objects.visible_to(desk.agent).filter(pk=target.pk).exists()
        assert not target.access.exists()

    def test_so_do_those_it_was_shared_with_and_who_has_it(self, desk, make):
        target, one, two = (make(PEOPLE[0]) for _time in range(3))
        for ticket in (one, two):
            ShareTicket(ticket=ticket, team=desk.other_team, actor=Actor.system())()
            AssignTicket(ticket=ticket, assignee=desk.colleague, actor=Actor.system())()
        wanted = seen_by(one)
        first = merge(one, target)
        merge(two, target)
        undo(first)
        assert seen_by(target) == wanted == seen_by(one)

    def test_one_that_went_into_another_counts_as_well(self, desk, make):
        target = make(PEOPLE[0], team=desk.other_team)
        inner, outer = make(PEOPLE[1]), make(PEOPLE[1], team=desk.other_team)
        first = merge(make(PEOPLE[1]), target)
        merge(inner, outer)
        merge(outer, target)
        undo(first)
        assert Ticket.objects.visible_to(desk.agent).filter(pk=target.pk).exists()


class TestPeople:
    @pytest.fixture
    def both(self, make):
        """The target, and two tickets of Ben."""
        return make(PEOPLE[0]), make(PEOPLE[1]), make(PEOPLE[1])

    @pytest.fixture
    def ben(self, both):
        return both[1].requester

    def test_who_asked_in_both_takes_part_still(self, desk, both, ben):
        target, one, two = both
        before = [snapshot(ticket) for ticket in both]
        first, second = merge(one, target), merge(two, target)
        undo(first)
        assert snapshot(one) == before[1]
        assert people(target)[ben.pk][1:] == ("cc", "active")
        reply = factories.add_reply(target, desk.agent)
        assert [row["address"] for row in reply.recipients["cc"]] == [PEOPLE[1]]
        assert not stray_tokens()
        undo(second)
        assert [snapshot(ticket)["people"] for ticket in both] == [one["people"] for one in before]
        assert not stray_tokens()

    def test_links_that_were_sent_since_go_on_with_the_target(self, both, ben):
        target, one, two = both
        first, second = merge(one, target), merge(two, target)
        sent = token_for(target.participants.get(contact=ben), TokenPurpose.REPLY)
        sent = TicketToken.objects.get(pk=sent.pk) if sent.pk else TicketToken.objects.latest("pk")
        undo(first)
        sent.refresh_from_db()
        assert (sent.ticket, sent.participant.ticket) == (target, target)
        undo(second)
        sent.refresh_from_db()
        assert (sent.ticket, sent.participant.contact) == (two, ben), "with the person, who has gone"
        assert not stray_tokens()

    def test_who_left_meanwhile_has_left(self, both, ben):
        target, one, two = both
        first, second = merge(one, target), merge(two, target)
        ChangeParticipant(ticket=target, contact=ben, state=ParticipantState.LEFT, actor=Actor.system())()
        undo(first)
        assert people(target)[ben.pk][2] == "left"
        undo(second)
        assert ben.pk not in people(target)

    def test_a_requester_chosen_since_stays_one(self, desk, both, ben):
        target, one, _two = both
        first = merge(one, target)
        ChangeRequester(ticket=target, keep_in_copy=True, address=PEOPLE[1], actor=Actor.of_user(desk.manager))()
        undo(first)
        target.refresh_from_db()
        assert target.requester == ben and people(target)[ben.pk][1] == Role.REQUESTER
        assert people(one)[ben.pk][1] == Role.REQUESTER
        assert not stray_tokens()

    def test_two_who_turned_out_to_be_one(self, both, ben, make):
        """The undone ticket had both of them: the row of one had moved, that of the other had stayed."""
        target = both[0]
        ana = target.requester
        source = make(PEOPLE[1], PEOPLE[0])
        merged = merge(source, target)
        MergeContacts(source=ana, target=ben, actor=Actor.system())()
        undo(merged)
        assert set(people(source)) == set(people(target)) == {ben.pk}
        assert not stray_tokens()


class TestBelongings:
    def test_tags(self, make):
        target, one, two = make(PEOPLE[0], tags=["own"]), make(PEOPLE[0], tags=TAGS), make(PEOPLE[0], tags=TAGS[1:])
        first, second = merge(one, target), merge(two, target)
        undo(first)
        assert set(target.tags.names()) == {"own", *TAGS[1:]}
        undo(second)
        assert set(target.tags.names()) == {"own"}

    def test_a_tag_that_somebody_took_away_does_not_come_back(self, make):
        target, one, two = (make(PEOPLE[0], tags=tags) for tags in ([], ["late"], ["late"]))
        first = merge(one, target)
        merge(two, target)
        TagTicket(ticket=target, remove=["late"], actor=Actor.system())()
        undo(first)
        assert not set(target.tags.names())

    @pytest.mark.parametrize("first", [0, 1])
    def test_stars_and_watches(self, desk, make, first):
        actor, target, sources = Actor.of_user(desk.agent), make(PEOPLE[0]), [make(PEOPLE[0]), make(PEOPLE[0])]
        for ticket in sources:
            StarTicket(ticket=ticket, starred=True, actor=actor)()
        WatchTicket(ticket=sources[1], watch="watching", actor=actor)()
        merges = [merge(source, target) for source in sources]
        undo(merges[first])
        reader = TicketReader.objects.get(ticket=target)
        assert (reader.starred, reader.watch) == (True, "" if first else "watching")
        undo(merges[1 - first])
        assert not TicketReader.objects.filter(ticket=target).exists()

    @pytest.mark.parametrize("first", [0, 1])
    def test_mentions(self, desk, make, first):
        target, sources = make(PEOPLE[0]), [make(PEOPLE[0]), make(PEOPLE[0])]
        for ticket in sources:
            Mention.objects.create(ticket=ticket, user=desk.agent)
        merges = [merge(source, target) for source in sources]
        undo(merges[first])
        assert target.mentions.count() == sources[first].mentions.count() == 1
        undo(merges[1 - first])
        assert (target.mentions.count(), sources[1 - first].mentions.count()) == (0, 1)

    def test_a_mention_that_is_done_does_not_come_back(self, desk, make):
        target, sources = make(PEOPLE[0]), [make(PEOPLE[0]), make(PEOPLE[0])]
        for ticket in sources:
            Mention.objects.create(ticket=ticket, user=desk.agent)
        first, _second = (merge(source, target) for source in sources)
        target.mentions.all().delete()
        undo(first)
        assert not target.mentions.exists()

    @pytest.mark.parametrize("first", [0, 1])
    @pytest.mark.parametrize("values", [("x", "x"), ("x", "y")])
    def test_fields(self, make, values, first):
        field = TicketField.objects.create(key="order", name="Order")
        target, sources = make(PEOPLE[0]), [make(PEOPLE[0]), make(PEOPLE[0])]
        for ticket, value in zip(sources, values, strict=True):
            ChangeField(ticket=ticket, field=field, value=value, actor=Actor.system())()
        merges = [merge(Ticket.objects.get(pk=source.pk), target) for source in sources]
        undo(merges[first])
        target.refresh_from_db()
        assert target.custom_fields == {"order": values[1 - first]}
        undo(merges[1 - first])
        target.refresh_from_db()
        assert target.custom_fields == {}


class World:
    """A few tickets that share people, tags and teams, and who has to be found where."""

    def __init__(self, desk, make, plans):
        self.tickets = []
        users, teams = [desk.agent, desk.colleague], [desk.team, desk.other_team]
        field, _new = TicketField.objects.get_or_create(key="order", defaults={"name": "Order"})
        for who, tags, team, assignee, shared, marks, value in plans:
            ticket = make(*(PEOPLE[one] for one in who), tags=[TAGS[one] for one in tags], team=teams[team])
            if assignee is not None:
                AssignTicket(ticket=ticket, assignee=users[assignee], actor=Actor.system())()
            if shared is not None:
                ShareTicket(ticket=ticket, user=users[shared], actor=Actor.system())()
            for user, (starred, watch) in zip(users, marks, strict=True):
                if starred or watch:
                    TicketReader.objects.create(ticket=ticket, user=user, starred=starred, watch=watch)
                if watch:
                    Mention.objects.create(ticket=ticket, user=user)
            if value:
                ChangeField(ticket=ticket, field=field, value=value, actor=Actor.system())()
            self.tickets.append(Ticket.objects.get(pk=ticket.pk))
        self.before = {ticket.pk: snapshot(ticket) for ticket in self.tickets}
        self.seen = {ticket.pk: seen_by(ticket) for ticket in self.tickets}
        self.owners = dict(TicketToken.objects.values_list("pk", "participant__contact"))

    def merge(self, number):
        alone = list(Ticket.objects.filter(merged_into__isnull=True).order_by("pk"))
        pairs = [(one, two) for one in alone for two in alone if one != two]
        if pairs:
            merge(*pairs[number % len(pairs)])
            self.check()

    def undo(self, number):
        """Undo a merge, not of what went on into another ticket."""
        can = list(TicketMerge.objects.filter(undone_at=None, target__merged_into__isnull=True).order_by("pk"))
        if can:
            undo(can[number % len(can)])
            self.check()
        return bool(can)

    def check(self):
        """Each ticket that stands for itself has what it and all that went into it had, and no more."""
        inside = defaultdict(list)
        for ticket in Ticket.objects.all():
            inside[ticket.current().pk].append(self.before[ticket.pk])
        for pk, parts in inside.items():
            now = snapshot(Ticket(pk=pk))
            assert set(now["people"]) == {contact for part in parts for contact in part["people"]}
            assert all(state == "active" for _row, _role, state in now["people"].values())
            assert now["tags"] == {tag for part in parts for tag in part["tags"]}
            assert now["mentions"] == {user for part in parts for user in part["mentions"]}
            readers = {(user, kind) for part in parts for user, *marks in part["readers"] for kind in marks if kind}
            assert {(user, kind) for user, *marks in now["readers"] for kind in marks if kind} == readers
            values = {part["fields"]["order"] for part in parts if part["fields"]}
            assert now["fields"].get("order", "") in (values or {""})
            waits = [part["waits"] for part in parts if part["waits"]]
            assert now["waits"] == min(waits)
        for ticket in Ticket.objects.all():
            assert self.seen[ticket.pk] <= seen_by(ticket.current())
        assert not stray_tokens()
        assert dict(TicketToken.objects.values_list("pk", "participant__contact")) == self.owners
        for ticket in Ticket.objects.filter(merged_into__isnull=True):
            merged = {one.source_id for one in live_merges(ticket.pk)}
            assert set(ticket.tokens.values_list("participant__ticket", flat=True)) <= {ticket.pk}
            assert merged <= set(Ticket.objects.filter(merged_into=ticket).values_list("pk", flat=True))


def some(number, at_least=0):
    """Return which ones of so many, two at most, in any order."""
    return st.sampled_from([chosen for size in range(at_least, 3) for chosen in permutations(range(number), size)])


MARKS = st.tuples(st.booleans(), st.sampled_from(["", "watching"]))
PLAN = st.tuples(
    some(len(PEOPLE), 1),
    some(len(TAGS)),
    st.integers(0, 1),
    st.none() | st.integers(0, 1),
    st.none() | st.integers(0, 1),
    st.tuples(MARKS, MARKS),
    st.sampled_from(["", "x", "y"]),
)
STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 50)), min_size=2, max_size=8)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(plans=st.lists(PLAN, min_size=3, max_size=4), steps=STEPS, ending=st.lists(st.integers(0, 50), min_size=4))
def test_in_any_order_and_back_in_any_order(desk, make, plans, steps, ending):
    with transaction.atomic():
        world = World(desk, make, plans)
        for into, number in steps:
            if into:
                world.merge(number)
            else:
                world.undo(number)
        turn = 0
        while world.undo(ending[turn % len(ending)]):
            turn += 1
        assert {ticket.pk: snapshot(ticket) for ticket in world.tickets} == world.before
        transaction.set_rollback(True)
    assert not Contact.objects.exists()
