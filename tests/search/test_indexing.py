"""What is found stays in step with what is there, whatever happens to it; and never gets in its way."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import timezone

from wagtail_helpdesk.contacts.actions.erase_contact import EraseContact
from wagtail_helpdesk.contacts.actions.merge_contacts import MergeContacts
from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.actions.replace_words import ReadWithCharset
from wagtail_helpdesk.conversations.actions.split_messages import SplitMessages
from wagtail_helpdesk.conversations.words import Words
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.search import indexing
from wagtail_helpdesk.search.models import IndexTask, SearchEntry
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_requester import ChangeRequester
from wagtail_helpdesk.tickets.actions.change_status import TrashTicket
from wagtail_helpdesk.tickets.actions.change_subject import ChangeSubject
from wagtail_helpdesk.tickets.actions.erase_ticket import EraseTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets, UnmergeTickets
from wagtail_helpdesk.tickets.actions.move_ticket import MoveTicket
from wagtail_helpdesk.tickets.actions.tag_ticket import TagTicket
from wagtail_helpdesk.tickets.models import Ticket

from .conftest import work


@pytest.fixture
def actor(desk):
    return Actor.of_user(desk.manager)


def test_one_entry_for_the_ticket_and_for_each_message(desk, ticket):
    factories.add_note(ticket, desk.agent)
    work()
    keys = set(ticket.messages.values_list("pk", flat=True)) | {-ticket.pk}
    assert set(SearchEntry.objects.values_list("key", flat=True)) == keys
    assert not IndexTask.objects.exists()


def test_later_messages_by_their_new_words(desk, ticket, found):
    quoted = "On Mon, 2 Mar 2026 at 10:00, Support <support@desk.example> wrote:\n> zebras and other things\n"
    message = factories.add_customer_message(ticket, f"Any news?\n\n{quoted}", may_quote=True)
    assert "zebras" not in message.reply_text
    assert found("news") == [ticket.pk]
    assert found("zebras") == []


def test_long_text_is_cut_and_does_no_harm(desk, found):
    ticket = factories.make_ticket("beginning " + "x" * 30_000 + " ending", team=desk.team, mailbox=desk.mailbox)
    assert found("beginning") == [ticket.pk] and found("ending") == []


class TestChanges:
    def test_subject_tags_and_requester(self, desk, ticket, found, actor):
        assert found("subject:wrong") == [ticket.pk]
        ChangeSubject(ticket=ticket, subject="Refund", actor=actor)()
        TagTicket(ticket=ticket, add=["colourful"], actor=actor)()
        ChangeRequester(ticket=Ticket.objects.get(pk=ticket.pk), address="zoe@zoo.example", name="Zoe", actor=actor)()
        assert found("refund") == found("colourful") == found("zoe@zoo") == [ticket.pk]

    def test_words_read_with_another_character_set(self, ticket, found, actor):
        assert found("invoice") == [ticket.pk]
        words = Words(text="Счёт")
        ReadWithCharset(message=ticket.messages.get(), words=words, charset="koi8-r", actor=actor)()
        assert found("счет") == [ticket.pk]
        assert found("march") == []

    def test_another_team(self, desk, ticket, found, actor):
        assert found("march") == [ticket.pk]
        MoveTicket(ticket=ticket, team=desk.other_team, actor=actor)()
        # Before the worker comes, too.
        assert found("march", desk.agent) == []
        assert found("march", desk.other_agent) == [ticket.pk]
        assert set(SearchEntry.objects.values_list("team", flat=True)) == {desk.other_team.pk}


class TestMergeAndErase:
    @pytest.fixture
    def other(self, desk):
        return factories.make_ticket("About zebras", subject="Zoo", team=desk.team, mailbox=desk.mailbox, name="Zoe")

    def test_merge_and_back(self, desk, ticket, other, found, actor):
        assert found("zebras") == [other.pk]
        merge = MergeTickets(source=other, target=ticket, actor=actor)()
        assert found("zebras") == [ticket.pk]
        assert not SearchEntry.objects.filter(key=-other.pk).exists()
        UnmergeTickets(merge=merge, actor=actor)()
        assert found("zebras") == found("zoo") == [other.pk]

    def test_split(self, desk, ticket, found, actor):
        message = factories.add_customer_message(ticket, "About zebras")
        assert found("zebras") == [ticket.pk]
        new = SplitMessages(ticket=ticket, messages=[message], actor=actor)()
        assert found("zebras") == [new.pk]

    @pytest.mark.parametrize("worked", [True, False])
    def test_erased_ticket(self, ticket, found, actor, worked):
        if worked:
            work()
        TrashTicket(ticket=ticket, actor=actor)()
        EraseTicket(ticket=Ticket.objects.get(pk=ticket.pk), actor=actor)()
        assert not SearchEntry.objects.exclude(words="").exists(), "at once"
        work()
        assert not SearchEntry.objects.exists()

    def test_erased_contact(self, desk, ticket, found):
        factories.add_reply(ticket, desk.agent, "<p>Corrected</p>")
        assert found("souza") == [ticket.pk]
        EraseContact(contact=ticket.requester, actor=Actor.of_user(desk.administrator))()
        assert not SearchEntry.objects.filter(words__contains="souza").exists(), "at once"
        for text in ("souza", "ana@example.org", "from:ana", "to:ana"):
            assert found(text) == [], text
        assert found("corrected") == found("march") == [ticket.pk]

    def test_merged_contact(self, desk, ticket, found):
        assert found("from:zoe") == []
        zoe = factories.make_contact("zoe@zoo.example", name="Zoe")
        source = Contact.objects.get(pk=ticket.requester_id)
        MergeContacts(source=source, target=zoe, actor=Actor.of_user(desk.administrator))()
        assert found("from:zoe") == [ticket.pk]


class TestFailing:
    def test_a_failing_list_never_undoes_a_message(self, desk, monkeypatch):
        def fail(*args, **kwargs):
            raise DatabaseError

        monkeypatch.setattr("wagtail_helpdesk.search.reactors.index_soon", fail)
        ticket = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        assert ticket.messages.count() == 1 and not IndexTask.objects.exists()

    def test_one_that_fails_does_not_hold_up_the_others_and_is_tried_again(self, desk, ticket, monkeypatch):
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        real = indexing.entries_of

        def fail_for_one(tickets, messages):
            if ticket.pk in tickets:
                raise ValueError
            return real(tickets, messages)

        monkeypatch.setattr(indexing, "entries_of", fail_for_one)
        work()
        assert set(SearchEntry.objects.values_list("ticket", flat=True)) == {other.pk}
        monkeypatch.undo()
        work()
        assert set(SearchEntry.objects.values_list("ticket", flat=True)) == {other.pk}, "not at once"
        with time_machine.travel(timezone.now() + timedelta(minutes=6)):
            work()
        assert set(SearchEntry.objects.values_list("ticket", flat=True)) == {ticket.pk, other.pk}

    def test_what_one_worker_has_another_leaves_alone_until_its_lease_ends(self, ticket):
        taken = indexing._take()
        assert len(taken) == 1 and indexing._take() == []
        with time_machine.travel(timezone.now() + timedelta(minutes=6)):
            assert [task.pk for task in indexing._take()] == [task.pk for task in taken]


class TestRebuild:
    def run(self, *options):
        out = StringIO()
        call_command("helpdesk_search", "rebuild", *options, stdout=out)
        return out.getvalue()

    def test_existing_desk(self, desk, ticket, found):
        IndexTask.objects.all().delete()
        assert found("invoice") == []
        assert "1 tickets are to be read" in self.run()
        assert found("invoice") == [ticket.pk]

    def test_goes_on_where_it_was_and_new_ones_go_first(self, desk, ticket, monkeypatch):
        work()
        self.run("--list-only")
        assert IndexTask.objects.filter(later=True).count() == 1
        assert "under way: 1 tickets" in self.run("--list-only")
        new = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        monkeypatch.setattr(indexing, "BATCH", 1)
        indexing.index_due()
        assert SearchEntry.objects.filter(ticket=new).exists()
        assert IndexTask.objects.filter(later=True).count() == 1
        self.run("--restart")
        assert not IndexTask.objects.exists()

    def test_takes_away_what_should_not_be_there(self, desk, ticket):
        work()
        SearchEntry.objects.create(key=10**9, ticket=ticket, team=desk.team, at=timezone.now(), words=" odd ")
        self.run()
        assert not SearchEntry.objects.filter(key=10**9).exists()


def test_number_of_queries_does_not_grow(desk, django_assert_max_num_queries):
    for n in range(12):
        ticket = factories.make_ticket(f"Number {n}", team=desk.team, mailbox=desk.mailbox)
        factories.add_customer_message(ticket)
    with django_assert_max_num_queries(30):
        assert indexing.index_due() == 24
