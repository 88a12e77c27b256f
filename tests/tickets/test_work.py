"""Links, checklists, stars and watches, and the trash that empties itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from wagtail_helpdesk.actions import ActionRefused
from wagtail_helpdesk.conversations.actions.reply import Reply
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.notifications.models import Notice, NoticePreference
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.assign_ticket import AssignTicket
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus, RestoreTicket, TrashTicket
from wagtail_helpdesk.tickets.actions.checklist import AddItems, MoveItem, RemoveItem, TickItem
from wagtail_helpdesk.tickets.actions.empty_trash import empty_trash
from wagtail_helpdesk.tickets.actions.follow_ticket import StarTicket, WatchTicket
from wagtail_helpdesk.tickets.actions.link_tickets import LinkTickets, UnlinkTickets
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets, UnmergeTickets
from wagtail_helpdesk.tickets.blocking import ItemsOpen
from wagtail_helpdesk.tickets.choices import LinkKind
from wagtail_helpdesk.tickets.models import Ticket, TicketReader


@pytest.fixture
def other(desk):
    return factories.make_ticket(team=desk.team, mailbox=desk.mailbox)


@pytest.fixture
def hidden(desk):
    """A ticket of the other team."""
    return factories.make_ticket(team=desk.other_team, mailbox=desk.mailbox)


@pytest.fixture
def actor(desk):
    return Actor.of_user(desk.agent)


def set_status(ticket, category, actor, **kwargs):
    return ChangeStatus(ticket=ticket, status=default_status(category), actor=actor, **kwargs)()


class TestLinks:
    def test_both_timelines_and_back(self, ticket, other, actor):
        link = LinkTickets(ticket=ticket, other=other, kind=LinkKind.CHILD, backwards=True, actor=actor)()
        assert (link.source, link.target) == (other, ticket)
        assert LinkTickets(ticket=other, other=ticket, kind=LinkKind.CHILD, actor=actor)() is None
        assert UnlinkTickets(ticket=ticket, link=link, actor=actor)()
        for one in (ticket, other):
            assert list(one.events.filter(kind__in=("linked", "unlinked")).values_list("kind", flat=True)) == [
                "linked",
                "unlinked",
            ]

    def test_no_circle(self, desk, ticket, other, actor):
        third = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        LinkTickets(ticket=ticket, other=other, kind=LinkKind.BLOCKED, actor=actor)()
        LinkTickets(ticket=other, other=third, kind=LinkKind.BLOCKED, actor=actor)()
        with pytest.raises(ActionRefused, match="circle"):
            LinkTickets(ticket=third, other=ticket, kind=LinkKind.BLOCKED, actor=actor)()
        with pytest.raises(ActionRefused, match="itself"):
            LinkTickets(ticket=ticket, other=ticket, kind=LinkKind.RELATED, actor=actor)()

    def test_not_to_what_one_does_not_see(self, ticket, hidden, actor):
        with pytest.raises(PermissionDenied):
            LinkTickets(ticket=ticket, other=hidden, kind=LinkKind.RELATED, actor=actor)()


class TestBlockers:
    def test_resolved_only_when_the_blocker_is(self, ticket, other, actor):
        LinkTickets(ticket=ticket, other=other, kind=LinkKind.BLOCKED, actor=actor)()
        set_status(ticket, Category.PENDING, actor)
        with pytest.raises(ActionRefused, match=rf"waits for {other.reference}: "):
            set_status(ticket, Category.RESOLVED, actor)
        with pytest.raises(ActionRefused, match="waits for"):
            Reply(ticket=ticket, html="<p>Done</p>", status=default_status(Category.RESOLVED), actor=actor)()
        set_status(other, Category.RESOLVED, actor)
        assert set_status(ticket, Category.RESOLVED, actor).category == Category.RESOLVED

    def test_names_only_what_one_may_see(self, desk, ticket, other, hidden, actor):
        manager = Actor.of_user(desk.manager)
        for blocker in (other, hidden):
            LinkTickets(ticket=ticket, other=blocker, kind=LinkKind.BLOCKED, actor=manager)()
        with pytest.raises(ActionRefused) as refusal:
            set_status(ticket, Category.CLOSED, actor)
        assert f"{other.reference}, others that you do not see" in str(refusal.value)
        assert hidden.reference not in str(refusal.value)

    def test_a_merged_blocker_is_its_survivor(self, desk, ticket, other, actor):
        survivor = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        LinkTickets(ticket=ticket, other=other, kind=LinkKind.BLOCKED, actor=actor)()
        MergeTickets(source=other, target=survivor, actor=actor)()
        with pytest.raises(ActionRefused, match=survivor.reference):
            set_status(ticket, Category.RESOLVED, actor)


class TestChecklist:
    @pytest.fixture
    def items(self, ticket, actor):
        return AddItems(ticket=ticket, texts=["One", " ", "Two", "Three"], actor=actor)()

    def order(self, ticket):
        return list(ticket.checklist.values_list("text", flat=True))

    def counts(self, ticket):
        return Ticket.objects.values_list("item_count", "items_done").get(pk=ticket.pk)

    def test_add_tick_move_remove(self, desk, ticket, items, actor):
        assert self.order(ticket) == ["One", "Two", "Three"] and self.counts(ticket) == (3, 0)
        light = Actor.of_user(desk.light)
        item = TickItem(ticket=ticket, item=items[0], done=True, actor=light)()
        assert (item.done_by, item.done_name, self.counts(ticket)) == (desk.light, "Lea", (3, 1))
        MoveItem(ticket=ticket, item=items[2], down=False, actor=actor)()
        MoveItem(ticket=ticket, item=items[0], down=False, actor=actor)()
        assert self.order(ticket) == ["One", "Three", "Two"]
        RemoveItem(ticket=ticket, item=items[0], actor=actor)()
        assert self.order(ticket) == ["Three", "Two"] and self.counts(ticket) == (2, 0)
        with pytest.raises(PermissionDenied):
            RemoveItem(ticket=ticket, item=items[1], actor=light)()

    def test_asks_once(self, desk, ticket, items, actor):
        with pytest.raises(ItemsOpen, match="3 things"):
            set_status(ticket, Category.RESOLVED, actor)
        set_status(ticket, Category.RESOLVED, actor, anyway=True)
        assert Ticket.objects.get(pk=ticket.pk).category == Category.RESOLVED

    def test_rules_are_not_asked(self, ticket, items):
        set_status(ticket, Category.RESOLVED, Actor("rule", 1, "Close old ones"))

    def test_a_ticket_ticks_itself(self, desk, ticket, other, actor):
        AddItems(ticket=ticket, about=other, actor=actor)()
        set_status(other, Category.RESOLVED, actor)
        assert self.counts(ticket) == (1, 1)
        set_status(other, Category.OPEN, actor)
        assert self.counts(ticket) == (1, 0)

    def test_goes_with_a_merge_and_comes_back(self, ticket, other, items, actor):
        merge = MergeTickets(source=ticket, target=other, actor=actor)()
        assert self.counts(other) == (3, 0) and self.counts(ticket) == (0, 0)
        UnmergeTickets(merge=merge, actor=actor)()
        assert self.counts(other) == (0, 0) and self.order(ticket) == ["One", "Two", "Three"]


class TestFollowing:
    def notices(self, user):
        return list(Notice.objects.filter(user=user).order_by("pk").values_list("kind", "what"))

    def test_who_watches_hears_of_everything(self, desk, ticket, actor):
        WatchTicket(ticket=ticket, watch="watching", actor=Actor.of_user(desk.manager))()
        factories.add_customer_message(ticket)
        factories.add_note(ticket, desk.agent)
        factories.add_reply(ticket, desk.agent, delay=0)
        set_status(ticket, Category.PENDING, actor)
        whats = [what for kind, what in self.notices(desk.manager) if kind == "watched"]
        assert {"answered", "noted", "replied", "changed"} == set(whats)
        before = len(self.notices(desk.manager))
        factories.add_note(ticket, desk.manager)
        assert len(self.notices(desk.manager)) == before, "nobody is told of their own doing"

    def test_who_muted_hears_of_mentions_only(self, desk, ticket, actor):
        AssignTicket(ticket=ticket, assignee=desk.colleague, actor=actor)()
        WatchTicket(ticket=ticket, watch="muted", actor=Actor.of_user(desk.colleague))()
        Notice.objects.all().delete()
        factories.add_customer_message(ticket)
        assert not Notice.objects.exists(), "the team is told only where nobody has the ticket"
        factories.add_note(ticket, desk.agent, "<p>@clara please</p>")
        assert self.notices(desk.colleague) == [("mentioned", "")]

    @pytest.mark.parametrize(("wants", "watch"), [(True, "watching"), (False, None)])
    def test_who_writes_watches_if_that_is_wanted(self, desk, ticket, wants, watch):
        NoticePreference.objects.create(user=desk.agent, watch_replied=wants)
        factories.add_reply(ticket, desk.agent, delay=0)
        reader = TicketReader.objects.filter(user=desk.agent, ticket=ticket).first()
        assert (reader.watch if reader else None) == watch

    def test_who_muted_goes_on_not_hearing(self, desk, ticket, actor):
        NoticePreference.objects.create(user=desk.agent, watch_replied=True)
        WatchTicket(ticket=ticket, watch="muted", actor=actor)()
        factories.add_note(ticket, desk.agent)
        assert TicketReader.objects.get(user=desk.agent).watch == "muted"

    def test_stars_go_with_a_merge(self, desk, ticket, other, actor):
        StarTicket(ticket=ticket, starred=True, actor=actor)()
        WatchTicket(ticket=other, watch="muted", actor=actor)()
        merge = MergeTickets(source=ticket, target=other, actor=actor)()
        reader = TicketReader.objects.get(ticket=other, user=desk.agent)
        assert (reader.starred, reader.watch) == (True, "muted")
        UnmergeTickets(merge=merge, actor=actor)()
        reader.refresh_from_db()
        assert (reader.starred, reader.watch) == (False, "muted")

    def test_not_what_one_does_not_see(self, desk, ticket):
        with pytest.raises(PermissionDenied):
            StarTicket(ticket=ticket, starred=True, actor=Actor.of_user(desk.other_agent))()


class TestTrash:
    def test_emptied_after_its_days(self, desk, ticket, other, settings):
        manager = Actor.of_user(desk.manager)
        start = datetime(2026, 11, 1, tzinfo=UTC)
        with time_machine.travel(start, tick=False) as clock:
            TrashTicket(ticket=ticket, actor=manager)()
            clock.shift(timedelta(days=20))
            TrashTicket(ticket=other, actor=manager)()
            clock.shift(timedelta(days=10, seconds=1))
            settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "TRASH_DAYS": 0}
            assert empty_trash() == 0
            settings.WAGTAIL_HELPDESK = {**settings.WAGTAIL_HELPDESK, "TRASH_DAYS": 30}
            assert empty_trash() == 1
            assert set(Ticket.objects.filter(erased_at__isnull=False)) == {ticket}
            RestoreTicket(ticket=other, actor=manager)()
            clock.shift(timedelta(days=40))
            assert empty_trash() == 0, "it was taken out again"
