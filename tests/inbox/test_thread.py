"""A conversation of any length: what is folded, what is new, and how the rest comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.conversations.words import NewFile
from wagtail_helpdesk.events import Actor
from wagtail_helpdesk.inbox.reading import mark_seen, reader_of
from wagtail_helpdesk.inbox.thread import EventsItem, Gap, conversation_of, unfold
from wagtail_helpdesk.inbox.windows import SHOWN_AT_END, STEP
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.choices import EventKind
from wagtail_helpdesk.tickets.models import TicketEvent
from wagtail_helpdesk.tickets.timeline import write_event

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


@pytest.fixture
def long(desk, ticket):
    """A conversation of 121 messages, a minute apart, with a line of the timeline after each of them."""
    Message.objects.filter(ticket=ticket).update(created_at=START)
    first = Message.objects.get(ticket=ticket)
    copies = []
    for n in range(1, 121):
        copy = Message.objects.get(pk=first.pk)
        copy.pk, copy.external_key, copy.created_at = None, None, START + timedelta(minutes=n)
        copy.reply_text = copy.text = f"message {n}"
        copies.append(copy)
    Message.objects.bulk_create(copies)
    TicketEvent.objects.filter(ticket=ticket).delete()
    for n in range(121):
        write_event(ticket, EventKind.PRIORITY, actor=Actor.of_user(desk.agent), old="", new=f"p{n}")
    for n, event in enumerate(TicketEvent.objects.filter(ticket=ticket).order_by("pk")):
        event.created_at = START + timedelta(minutes=n, seconds=1)
        event.save(update_fields=["created_at"])
    return ticket


def keys(items):
    return [item.message.pk for item in items if item.template == "message"]


def lines(items):
    return [words for item in items if isinstance(item, EventsItem) for _event, words in item.lines]


def order(ticket):
    return list(ticket.messages.in_order().values_list("pk", flat=True))


class TestFolding:
    def test_all_messages_and_lines_come_in_steps_each_once(self, desk, long):
        items = conversation_of(long, desk.agent).items
        assert keys(items) == [order(long)[0], *order(long)[-SHOWN_AT_END:]]
        assert len(lines(items)) == 1 + SHOWN_AT_END
        while gaps := [item for item in items if isinstance(item, Gap)]:
            (gap,) = gaps
            place = items.index(gap)
            items = [*items[:place], *unfold(long, desk.agent, after=gap.after, before=gap.before), *items[place + 1 :]]
        assert keys(items) == order(long)
        assert [words.split()[-1] for words in lines(items)] == [f"p{n}" for n in range(121)]

    def test_an_old_message_is_shown_with_its_neighbours(self, desk, long, login):
        wanted = order(long)[60]
        response = login(desk.agent).get(reverse("helpdesk_tickets:ticket", args=[long.pk]), {"message": wanted})
        conversation = response.context["conversation"]
        assert wanted in keys(conversation.items)
        assert len(conversation.gaps) == 2
        assert sum(gap.count for gap in conversation.gaps) == 121 - 1 - SHOWN_AT_END - STEP
        assert f'id="message-{wanted}"' in response.content.decode()

    def test_message_of_another_ticket_or_nonsense_changes_nothing(self, desk, long, login):
        other = factories.make_ticket("x", team=desk.team, mailbox=desk.mailbox)
        usual = keys(conversation_of(long, desk.agent).items)
        for asked in (other.messages.get().pk, "nonsense", "²", "9" * 30):
            response = login(desk.agent).get(reverse("helpdesk_tickets:ticket", args=[long.pk]), {"message": asked})
            assert keys(response.context["conversation"].items) == usual

    def test_repeated_images_are_known_though_the_first_is_folded(self, desk, ticket):
        logo = (NewFile("logo.png", PNG),)
        for n in range(20):
            factories.add_customer_message(ticket, f"m {n}", files=logo if n in (5, 19) else ())
        newest = conversation_of(ticket, desk.agent).messages[-1]
        assert [file.display_name for file in newest.repeated] == ["logo.png"]
        assert not newest.files


class TestOlder:
    @pytest.fixture
    def gap(self, desk, long):
        return conversation_of(long, desk.agent).gaps[0]

    def get(self, client, ticket, **query):
        return client.get(reverse("helpdesk_tickets:older", args=[ticket.pk]), query)

    def test_for_insiders_only(self, desk, long, gap, login):
        query = {"after": gap.after, "before": gap.before}
        for name in desk.INSIDERS:
            response = self.get(login(getattr(desk, name)), long, **query)
            assert response.status_code == 200
            assert response.content.decode().count("<article") == STEP
        for name in desk.OUTSIDERS:
            assert self.get(login(getattr(desk, name)), long, **query).status_code == 404

    @pytest.mark.parametrize("query", [{}, {"after": "x", "before": "y"}, {"after": 1, "before": 2}, {"after": "²"}])
    def test_no_such_gap(self, desk, long, login, query):
        assert self.get(login(desk.agent), long, **query).status_code == 404

    def test_message_that_is_not_in_the_gap(self, desk, long, gap, login):
        query = {"after": gap.after, "before": gap.before}
        assert self.get(login(desk.agent), long, **query, message=order(long)[-1]).status_code == 404
        wanted = order(long)[50]
        assert f'id="message-{wanted}"' in self.get(login(desk.agent), long, **query, message=wanted).content.decode()

    def test_queries_are_constant(self, desk, long, gap, login, django_assert_max_num_queries):
        client = login(desk.agent)
        with django_assert_max_num_queries(25):
            self.get(client, long, after=gap.after, before=gap.before)


class TestNewSinceOneLooked:
    def test_nothing_is_new_at_the_first_look(self, desk, ticket, login):
        response = login(desk.agent).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk]))
        assert response.context["conversation"].first_unread == 0
        assert reader_of(desk.agent, ticket).seen_message == ticket.messages.get().pk

    def test_line_stands_above_what_others_wrote_since(self, desk, ticket, login):
        client, address = login(desk.agent), reverse("helpdesk_tickets:ticket", args=[ticket.pk])
        client.get(address)
        factories.add_note(ticket, desk.agent)
        new = factories.add_customer_message(ticket)
        factories.add_note(ticket, desk.light)
        response = client.get(address)
        conversation = response.context["conversation"]
        assert (conversation.first_unread, conversation.unread) == (new.pk, 2)
        content = response.content.decode()
        assert content.index("2 new messages since you looked") < content.index(f'id="message-{new.pk}"')
        assert client.get(address).context["conversation"].first_unread == 0

    def test_a_page_fetched_ahead_is_not_a_look(self, desk, ticket, login):
        login(desk.agent).get(reverse("helpdesk_tickets:ticket", args=[ticket.pk]), headers={"Sec-Purpose": "prefetch"})
        assert reader_of(desk.agent, ticket) is None

    def test_never_goes_back(self, desk, ticket):
        mark_seen(desk.agent, ticket, 9)
        mark_seen(desk.agent, ticket, 5)
        assert reader_of(desk.agent, ticket).seen_message == 9
        assert reader_of(desk.colleague, ticket) is None
