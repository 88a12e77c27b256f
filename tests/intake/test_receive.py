"""The single door: once, to the right ticket, from whom it says, and seen by whom it may be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from wagtail_helpdesk.contacts.models import Contact
from wagtail_helpdesk.conversations.actions.write_message import KnownIds
from wagtail_helpdesk.conversations.models import Message
from wagtail_helpdesk.desk.choices import Category
from wagtail_helpdesk.desk.defaults import default_status
from wagtail_helpdesk.events import Actor, Verdict
from wagtail_helpdesk.intake.incoming import (
    Evidence,
    EvidenceKind,
    IncomingMessage,
    Outcome,
    Person,
    Receipt,
    SenderAuth,
)
from wagtail_helpdesk.intake.receive import receive
from wagtail_helpdesk.testing import factories
from wagtail_helpdesk.tickets.actions.change_status import ChangeStatus, TrashTicket
from wagtail_helpdesk.tickets.actions.merge_tickets import MergeTickets
from wagtail_helpdesk.tickets.choices import ParticipantState, Role
from wagtail_helpdesk.tickets.models import Ticket, TicketLink, TicketParticipant

ANA = "ana@example.org"


@pytest.fixture
def answer(desk, ticket):
    """Return a function that takes an answer to ``ticket`` in, by default with our token."""

    def take_in(address: str = ANA, kind: EvidenceKind | None = EvidenceKind.TOKEN, **fields: Any) -> Receipt:
        evidence = (Evidence(kind, ticket.pk),) if kind else ()
        return receive(make(desk, address=address, evidence=evidence, **fields))

    return take_in


def make(desk: Any, **fields: Any) -> IncomingMessage:
    return factories.make_incoming(mailbox=desk.mailbox, **fields)


class TestOnce:
    def test_same_key_is_the_same_message(self, desk):
        first = receive(make(desk, key="same", address=ANA))
        again = receive(make(desk, key="same", address="other@example.org", text="Other words"))
        assert (first.outcome, again.outcome) == (Outcome.OPENED, Outcome.DUPLICATE)
        assert (again.ticket_id, again.message_id) == (first.ticket_id, first.message_id)
        assert Ticket.objects.count() == Message.objects.count() == 1
        assert not Contact.objects.filter(emails__address="other@example.org").exists()

    def test_failed_opening_leaves_nothing(self, desk, monkeypatch):
        def broken(*args: Any, **kwargs: Any) -> None:
            raise OSError

        monkeypatch.setattr("wagtail_helpdesk.conversations.actions.write_message.store_files", broken)
        with pytest.raises(OSError):
            receive(make(desk, key="same"))
        monkeypatch.undo()
        assert not Ticket.objects.exists() and not Contact.objects.exists()
        assert receive(make(desk, key="same")).outcome == Outcome.OPENED


class TestAppend:
    def test_participant_goes_on_with_the_ticket(self, answer, ticket):
        receipt = answer(text="Yes please")
        assert (receipt.outcome, receipt.ticket_id, receipt.rule) == (Outcome.APPENDED, ticket.pk, "T3")
        message = Message.objects.get(pk=receipt.message_id)
        assert (message.direction, message.visibility, message.flags) == ("inbound", "public", [])

    def test_address_is_one_person_however_it_is_written(self, answer, ticket):
        assert answer(address="Ana@EXAMPLE.org").rule == "T3"
        assert TicketParticipant.objects.filter(ticket=ticket).count() == 1

    def test_somebody_else_with_our_token_is_marked(self, answer, ticket):
        receipt = answer(address="ben@example.org", copied=(Person("eve@example.org"),))
        message = Message.objects.get(pk=receipt.message_id)
        assert (receipt.rule, receipt.ticket_id, message.flags) == ("T4", ticket.pk, ["outside_sender"])
        assert TicketParticipant.objects.filter(ticket=ticket).count() == 1, "nobody takes part by having the address"

    def test_failed_authentication_is_marked(self, answer, ticket):
        receipt = answer(auth=SenderAuth.FAIL)
        assert (receipt.rule, Message.objects.get(pk=receipt.message_id).flags) == ("T4", ["outside_sender"])

    def test_unverified_second_address_of_a_contact_is_somebody_else(self, answer, ticket):
        second = ticket.requester.emails.create(address="ana@private.example")
        assert answer(address="ana@private.example").rule == "T4"
        second.verified_at = timezone.now()
        second.save()
        assert answer(address="ana@private.example").rule == "T3"

    @pytest.mark.parametrize("state", [ParticipantState.PENDING, ParticipantState.LEFT])
    def test_who_does_not_take_part_actively_is_outside(self, state, answer, ticket):
        ticket.participants.update(state=state)
        assert answer().rule == "T4"

    def test_third_party_writes_for_agents_only(self, answer, ticket):
        supplier = factories.make_contact("supplier@example.net")
        ticket.participants.create(contact=supplier, address="supplier@example.net", role=Role.THIRD_PARTY)
        waiting = ticket.customer_waiting_since
        receipt = answer(address="supplier@example.net", text="SECRET price")
        message = Message.objects.get(pk=receipt.message_id)
        ticket.refresh_from_db()
        assert (receipt.rule, message.direction, message.visibility) == ("T3", "inbound", "internal")
        assert "SECRET" not in ticket.preview and ticket.customer_waiting_since == waiting

    def test_copied_people_wait_to_be_confirmed(self, answer, ticket):
        answer(copied=(Person("ben@example.org", "Ben"), Person("no address"), Person(ANA)))
        rows = set(ticket.participants.values_list("address", "role", "state"))
        assert rows == {(ANA, "requester", "active"), ("ben@example.org", "cc", "pending")}

    def test_known_message_id_and_participant(self, desk, answer, ticket):
        Message.objects.get(ticket=ticket).message_ids.create(id_hash="a" * 64, ticket=ticket, role="theirs")
        ids = KnownIds(own="b" * 64, referenced=("a" * 64,))
        assert answer(kind=None, ids=ids).rule == "T5"
        stranger = answer(kind=None, ids=KnownIds(referenced=("a" * 64,)), address="eve@example.org")
        assert (stranger.rule, stranger.outcome) == ("T6", Outcome.OPENED)
        assert TicketLink.objects.get(source=stranger.ticket_id).target == ticket

    def test_number_in_the_subject_opens_nothing_to_read(self, answer, ticket):
        receipt = answer(kind=EvidenceKind.SUBJECT_TAG, address="eve@example.org")
        assert (receipt.rule, receipt.outcome) == ("T8", Outcome.OPENED)
        assert ticket.messages.count() == 1


class TestFinished:
    def finish(self, ticket: Ticket, days: int, user: Any, category: str = Category.RESOLVED) -> None:
        ChangeStatus(ticket=ticket, status=default_status(category), actor=Actor.of_user(user))()
        past = timezone.now() - timedelta(days=days)
        field = "resolved_at" if category == Category.RESOLVED else "closed_at"
        Ticket.objects.filter(pk=ticket.pk).update(**{field: past})

    @pytest.mark.parametrize("category", [Category.RESOLVED, Category.CLOSED])
    def test_within_the_days_it_is_reopened(self, category, answer, ticket, desk):
        self.finish(ticket, 13, desk.agent, category)
        assert answer().outcome == Outcome.APPENDED
        assert Ticket.objects.get(pk=ticket.pk).category == Category.OPEN

    @pytest.mark.parametrize("category", [Category.RESOLVED, Category.CLOSED])
    def test_later_it_opens_one_that_continues(self, category, answer, ticket, desk):
        ticket.participants.create(
            contact=factories.make_contact("ben@example.org"), address="ben@example.org", role="cc"
        )
        self.finish(ticket, 15, desk.agent, category)
        receipt = answer(text="It broke again")
        new = Ticket.objects.get(pk=receipt.ticket_id)
        assert (receipt.outcome, new != ticket) == (Outcome.OPENED, True)
        assert TicketLink.objects.get(source=new, target=ticket).kind == "continues"
        assert set(new.participants.values_list("address", "role")) == {(ANA, "requester"), ("ben@example.org", "cc")}
        assert Ticket.objects.get(pk=ticket.pk).category == category

    def test_outsider_invites_nobody(self, answer, ticket, desk):
        self.finish(ticket, 15, desk.agent)
        receipt = answer(address="eve@example.org")
        new = Ticket.objects.get(pk=receipt.ticket_id)
        assert list(new.participants.values_list("address", flat=True)) == ["eve@example.org"]

    def test_machine_neither_reopens_nor_opens(self, answer, ticket, desk):
        self.finish(ticket, 15, desk.agent)
        receipt = answer(may_open=False, may_reopen=Verdict(False, "auto_replied"), counts_as_waiting=False)
        assert (receipt.outcome, receipt.ticket_id) == (Outcome.APPENDED, ticket.pk)
        assert Ticket.objects.get(pk=ticket.pk).category == Category.RESOLVED

    def test_trashed_ticket_is_left_alone(self, answer, ticket, desk):
        TrashTicket(ticket=ticket, actor=Actor.of_user(desk.manager))()
        receipt = answer()
        assert (receipt.outcome, receipt.rule) == (Outcome.OPENED, "T10")

    def test_merged_ticket_leads_to_where_it_went(self, answer, ticket, desk):
        other = factories.make_ticket(team=desk.team, mailbox=desk.mailbox)
        MergeTickets(source=ticket, target=other, actor=Actor.of_user(desk.agent))()
        assert (answer().outcome, answer().ticket_id) == (Outcome.APPENDED, other.pk)


class TestOpen:
    def test_everything_stands_where_it_belongs(self, desk):
        at = timezone.now() - timedelta(hours=2)
        incoming = make(
            desk,
            address=ANA,
            subject=" Two\nlines ",
            received_at=at,
            language="es",
            copied=(Person("ben@example.org", "Ben"),),
            ticket_fields={"tags": ("vat",), "team": desk.other_team, "source_title": "Prices"},
        )
        ticket = Ticket.objects.get(pk=receive(incoming).ticket_id)
        assert (ticket.subject, ticket.created_at, ticket.customer_waiting_since) == ("Two lines", at, at)
        assert (ticket.team, ticket.mailbox, ticket.language) == (desk.other_team, desk.mailbox, "es")
        assert (ticket.category, ticket.message_count, ticket.source_title) == (Category.NEW, 1, "Prices")
        assert set(ticket.tags.names()) == {"vat"}
        assert ticket.participants.get(role="cc").state == ParticipantState.ACTIVE

    def test_spam_is_quarantined_without_an_answer(self, desk):
        receipt = receive(make(desk, is_spam=True, address=ANA))
        ticket = Ticket.objects.get(pk=receipt.ticket_id)
        assert (receipt.outcome, ticket.category) == (Outcome.QUARANTINED, Category.SPAM)
        assert not ticket.outbound_mails.exists()

    @pytest.mark.parametrize("address", ["", "nobody", "<>", "a@b@c", "\x00", "\ud800", "x" * 400])
    def test_sender_without_an_address_is_still_somebody(self, address, desk):
        receipt = receive(make(desk, address=address, name="\x00Someone", copied=(Person("ben@example.org", "\x00"),)))
        assert receipt.outcome == Outcome.OPENED
        assert str(Ticket.objects.get(pk=receipt.ticket_id).requester) == "Someone"

    @pytest.mark.parametrize(
        "subject", ["", "x" * 2000, "😀" * 600, "\ud800\x00", "\u202e"], ids=["none", "long", "emoji", "broken", "bidi"]
    )
    @pytest.mark.parametrize("text", ["", "\x00\ud800", "y" * 100_000, "😀"], ids=["none", "broken", "long", "emoji"])
    def test_any_words_open_a_ticket(self, subject, text, desk):
        receipt = receive(make(desk, text=text, subject=subject))
        assert receipt.outcome == Outcome.OPENED
        assert len(Ticket.objects.get(pk=receipt.ticket_id).subject) <= 500

    def test_people_beyond_the_cap_are_left_out(self, desk):
        crowd = tuple(Person(f"p{number}@example.org") for number in range(40))
        ticket = Ticket.objects.get(pk=receive(make(desk, copied=crowd)).ticket_id)
        assert ticket.participants.filter(role="cc").count() == 25
